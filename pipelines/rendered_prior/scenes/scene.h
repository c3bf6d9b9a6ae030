// Pictures that nobody took: what a denoiser is trained on that shall have seen no photograph.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SCENE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SCENE_H

#include <cstdint>
#include <vector>

#include "pipelines/rendered_prior/scenes/texture_bank.h"

namespace twofold::rendered {

enum class SceneKind { kDeadLeaves, kFluorescence };

// `image`: side x side RGB, interleaved, 0..1, as display values are, not linear light. A function of the seed of the
// bank, `seed` and `index` alone.
SceneKind render_scene(const TextureBank& bank, std::uint64_t seed, std::uint64_t index, int side,
                       std::vector<float>* image);

}  // namespace twofold::rendered

#endif

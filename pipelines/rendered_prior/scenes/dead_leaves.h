// Scenes of things that lie over one another, of sizes by a power law: the dead leaves model (Matheron 1968; Lee,
// Mumford & Huang, IJCV 41, 2001), whose statistics are close to those of photographs.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_DEAD_LEAVES_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_DEAD_LEAVES_H

#include <vector>

#include "pipelines/rendered_prior/scenes/draws.h"
#include "pipelines/rendered_prior/scenes/texture_bank.h"

namespace twofold::rendered {

// side x side RGB, interleaved; values may lie somewhat outside of [0, 1].
void render_dead_leaves(Draws& draws, const TextureBank& bank, int side, std::vector<float>* image);

}  // namespace twofold::rendered

#endif

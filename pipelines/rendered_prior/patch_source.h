// What the prior is trained on: patches of rendered scenes with rendered noise, none of which is stored.
//
// A pool of scenes is kept, a few of which are replaced with every step; each patch is a random place of one of them,
// flipped and turned, with noise of its own. All of it is a function of the seed and of the number of the step.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_PATCH_SOURCE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_PATCH_SOURCE_H

#include <cstdint>
#include <vector>

#include "pipelines/rendered_prior/scenes/render_noise.h"
#include "pipelines/rendered_prior/scenes/texture_bank.h"
#include "runtime/thread_team.h"

namespace twofold::rendered {

// side x side RGB, interleaved.
struct NoisyPatch {
    std::vector<float> noisy, clean;
};

class PatchSource {
  public:
    static constexpr int kFreshScenes = 2;  // a step

    // `patch` is the side of the patches, a multiple of 8 of at most 160 pixels; `camera` the share of those whose
    // noise is as a camera makes it.
    PatchSource(std::uint64_t seed, int patch, double camera);

    // Renders the pool as it is before `step`.
    void start(std::int64_t step, ThreadTeam& team);
    // During a step, on any thread: prepares scene `index` of kFreshScenes for the steps that follow ...
    void render_next(std::int64_t step, std::int64_t index);
    // ... and takes them in, at the end of the step.
    void advance(std::int64_t step);

    // Patch `index` of `batch` of a step.
    NoisyPatch patch(std::int64_t step, std::int64_t index, std::int64_t batch) const;
    // One of a fixed set, of scenes that are never trained on.
    NoisyPatch validation_patch(std::int64_t index, const NoiseSettings& noise) const;

  private:
    using Pixels = std::vector<float>;
    NoisyPatch cut(Draws& draws, const Pixels& scene, int side, const NoiseSettings& noise, bool grey) const;

    std::uint64_t seed_;
    int patch_;
    double camera_;
    TextureBank bank_;
    std::vector<Pixels> pool_, next_;
};

}  // namespace twofold::rendered

#endif

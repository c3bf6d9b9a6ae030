// How the prior is trained.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_TRAINING_RECIPE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_TRAINING_RECIPE_H

#include <algorithm>
#include <cstdint>

#include "pipelines/common/noise_network/network_shape.h"

namespace twofold::rendered {

// kStart is the network of ZS-N2N's recipe `fast`, which can begin with its weights.
enum class PriorSize { kSmall, kLarge, kStart };

struct TrainingRecipe {
    static constexpr std::uint32_t kVersion = 2;  // of all that decides about the weights but the fields below

    PriorSize size = PriorSize::kLarge;
    std::uint64_t seed = 1;
    std::int64_t steps = 60000;

    int patch = 96;  // pixels a side, at least
    int batch = 8;   // patches a step
    double learning_rate = 0.012;
    std::int64_t warm_up = 100;  // steps
    double decay = 1;            // share of the steps, the last ones, in which the rate falls to zero
    double camera = 0.2;         // share of the patches whose noise is as a camera makes it

    static TrainingRecipe of(PriorSize size) {
        TrainingRecipe recipe;
        recipe.size = size;
        if (size == PriorSize::kStart) {  // trained by version 1, whose weights these values give again
            recipe.learning_rate = 0.02;
            recipe.decay = 0.4;
            recipe.camera = 0.3;
        }
        return recipe;
    }
    NetworkShape shape() const {
        if (size == PriorSize::kStart) return {3, 48, 2, 1};
        return {3, size == PriorSize::kLarge ? 64 : 32, 6, 2};
    }
    // Pixels a side of a patch such that what the network sees for it is a multiple of 8, as PatchSource wants it.
    int patch_side() const {
        const int halo = shape().image_halo();
        return (patch + 2 * halo + 7) / 8 * 8 - 2 * halo;
    }

    // Of step `step` (from 0).
    double rate(std::int64_t step) const {
        const double left = double(steps - step) / (decay * double(steps));
        return learning_rate * std::min({1.0, double(step + 1) / double(warm_up), left});
    }
};

}  // namespace twofold::rendered

#endif

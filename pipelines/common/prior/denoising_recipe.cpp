#include "pipelines/common/prior/denoising_recipe.h"

#include <algorithm>

namespace twofold::prior {

Recipe correlated_noise_recipe(RecipeName name, const NoiseModel& noise) {
    Recipe recipe;
    if (name == RecipeName::kPaper) {
        recipe.scales = equal_scales(5, 128, 4);
        recipe.input_noise = 255 * noise.mean_sigma >= 40 ? 1. / 20 : 1. / 30;
        return recipe;
    }
    const bool fast = name == RecipeName::kFast;
    recipe.scales = tapered_scales(fast ? 32 : 64, 4);
    recipe.optimizer = Optimizer::kMuon;
    // With half of the published input noise the fit takes half the steps, for 0.1 dB.
    recipe.input_noise = fast ? 1. / 60 : 1. / 30;
    recipe.learning_rate = fast ? 0.02 : 0.01;
    recipe.decay_from = fast ? 0.5 : 1;
    recipe.steps = fast ? 420 : 1000;
    return recipe;
}

Recipe denoising_recipe(RecipeName name, const NoiseModel& noise) {
    Recipe recipe = correlated_noise_recipe(name, noise);
    if (name == RecipeName::kPaper || !noise.measured) return recipe;
    const bool fast = name == RecipeName::kFast;
    recipe.input = InputKind::kRecorrupted;
    // Texture comes by the skips: the coarser scales do not have it.
    recipe.scales = tapered_scales(32, 16);
    // More added noise is less to learn the image's own from, and a coarser view of the image.
    recipe.recorruption = std::clamp(255 * noise.mean_sigma / 40, fast ? 0.7 : 1.0, 1.2);
    recipe.learning_rate = fast ? 0.02 : 0.01;
    recipe.decay_from = 0.3;
    recipe.steps = fast ? 240 : 400;
    return recipe;
}

Recipe started_recipe(const NoiseModel& noise) {
    Recipe recipe = denoising_recipe(RecipeName::kFast, noise);
    if (recipe.input != InputKind::kRecorrupted) return recipe;
    // Little, so that noise of a sigma of 50 stays within what the prior was trained for.
    recipe.recorruption = 0.5;
    recipe.steps = 40;
    return recipe;
}

}  // namespace twofold::prior

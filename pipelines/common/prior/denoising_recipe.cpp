#include "pipelines/common/prior/denoising_recipe.h"

namespace twofold::prior {

Recipe denoising_recipe(RecipeName name, double sigma) {
    Recipe recipe;
    recipe.scales = equal_scales(5, 128, 4);
    recipe.input_noise = sigma >= 40 ? 1. / 20 : 1. / 30;
    if (name == RecipeName::kPaper) return recipe;
    recipe.optimizer = Optimizer::kMuon;
    recipe.learning_rate = 0.01;
    const bool fast = name == RecipeName::kFast;
    recipe.scales = tapered_scales(fast ? 32 : 64, 4);
    recipe.steps = fast ? 700 : 1000;
    return recipe;
}

}  // namespace twofold::prior

#include "pipelines/common/prior/denoising_recipe.h"

namespace twofold::prior {

Recipe denoising_recipe(RecipeName name, double sigma) {
    Recipe recipe;
    recipe.scales = equal_scales(5, 128, 4);
    recipe.input_noise = sigma >= 40 ? 1. / 20 : 1. / 30;
    if (name == RecipeName::kPaper) return recipe;
    recipe.optimizer = Optimizer::kMuon;
    recipe.learning_rate = 0.02;
    if (name == RecipeName::kFast) {
        recipe.scales = equal_scales(5, 64, 4);
        recipe.steps = 600;
    } else {
        recipe.steps = 1200;
    }
    return recipe;
}

}  // namespace twofold::prior

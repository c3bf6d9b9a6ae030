#include "pipelines/upscale/recipe.h"

namespace twofold::upscale {

prior::Recipe make_recipe(RecipeName name, int factor) {
    prior::Recipe recipe;
    recipe.scales = prior::equal_scales(5, 128, 4);
    recipe.steps = factor >= 8 ? 4000 : 2000;
    recipe.input_noise = factor >= 8 ? 0.05 : 0.03;
    if (name == RecipeName::kPaper) return recipe;
    const bool fast = name == RecipeName::kFast;
    recipe.scales = prior::tapered_scales(fast ? 32 : 64, 4);
    recipe.optimizer = prior::Optimizer::kMuon;
    recipe.learning_rate = 0.01;
    recipe.steps = fast ? 600 : 1500;
    return recipe;
}

}  // namespace twofold::upscale

#include "pipelines/inpaint/recipe.h"

namespace twofold::inpaint {
namespace {

prior::Recipe paper_recipe(Missing missing) {
    prior::Recipe recipe;
    recipe.input_noise = 0.03;
    switch (missing) {
        case Missing::kText:
            recipe.scales = prior::equal_scales(5, 128, 128);
            recipe.upsampling = ops::Upsampling::kNearest;
            recipe.steps = 6001;
            break;
        case Missing::kHole:
            recipe.in = 1;
            recipe.scales = {{16, 16, 0}, {32, 32, 0}, {64, 64, 0}, {128, 128, 0}, {128, 128, 0}, {128, 128, 0}};
            recipe.down_kernel = 5;
            recipe.up_1x1 = false;
            recipe.upsampling = ops::Upsampling::kNearest;
            recipe.input_noise = 0;
            recipe.parameter_noise = 1. / 50;
            recipe.steps = 3001;
            break;
        case Missing::kRandom:
            recipe.scales = prior::equal_scales(5, 128, 4);
            recipe.learning_rate = 0.001;
            recipe.steps = 11000;
            break;
    }
    return recipe;
}

}  // namespace

prior::Recipe make_recipe(RecipeName name, Missing missing) {
    prior::Recipe recipe = paper_recipe(missing);
    if (name == RecipeName::kPaper) return recipe;
    const bool fast = name == RecipeName::kFast;
    if (missing == Missing::kHole) {
        recipe.steps = fast ? 1000 : 3001;
        return recipe;
    }
    recipe.optimizer = prior::Optimizer::kMuon;
    recipe.learning_rate = 0.02;
    recipe.upsampling = ops::Upsampling::kBilinear;
    if (missing == Missing::kText) {
        recipe.scales = prior::tapered_scales(fast ? 32 : 64, 16);
        recipe.decay_from = 0.5;
        recipe.steps = fast ? 800 : 2000;
        return recipe;
    }
    // Taking more pixels away shows the network how to fill in those that are missing.
    recipe.input = prior::InputKind::kThinned;
    // Detail comes by the skips: the coarser scales do not have it.
    recipe.scales = prior::tapered_scales(32, 32);
    recipe.skip_kernel = 3;
    recipe.decay_from = 0.3;
    recipe.steps = fast ? 480 : 1200;
    return recipe;
}

}  // namespace twofold::inpaint

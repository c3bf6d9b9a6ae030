#include "pipelines/zsn2n/recipe.h"

#include <algorithm>
#include <cmath>

namespace twofold::zsn2n {

Recipe make_recipe(RecipeName name, int, double) {
    Recipe recipe;
    switch (name) {
        case RecipeName::kFast:
            break;
        case RecipeName::kBest:
            recipe.depth = 3;
            recipe.steps = 1000;
            break;
        case RecipeName::kPaper:
            recipe.whole_image = true;
            recipe.patch = 64;
            recipe.steps = 2000;
            recipe.loss = {1, 1, 0, 1};
            recipe.optimizer = Optimizer::kAdam;
            recipe.learning_rate = 1e-3;
            recipe.warm_up = 0;
            recipe.halve_every = 1500;
            recipe.ensemble = 1;
            break;
    }
    return recipe;
}

double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps) {
    const auto t = static_cast<double>(step);
    double rate = recipe.learning_rate;
    if (recipe.warm_up > 0) rate *= std::min(1.0, (t + 1) / static_cast<double>(recipe.warm_up));
    if (recipe.halve_every > 0) return rate * std::pow(0.5, static_cast<double>(step / recipe.halve_every));
    return rate * (1 - t / static_cast<double>(steps));
}

}  // namespace twofold::zsn2n

#include "pipelines/zsn2n/recipe.h"

#include <algorithm>
#include <cmath>

namespace twofold::zsn2n {

namespace {

// Noise that is alike in neighbouring pixels reaches further than a network of two layers sees, and it is alike in the
// pair as well: only recorruption with noise of the same kind is left to learn from.
void adapt_to_correlated(Recipe* recipe) {
    recipe->fold = 2;
    recipe->depth = std::max(recipe->depth, 3);
    recipe->patch = 48;
    recipe->loss.residual = 0;
    recipe->coarse_steps = 0;
}

}  // namespace

Recipe make_recipe(RecipeName name, NoiseKind kind) {
    Recipe recipe;
    switch (name) {
        case RecipeName::kFast:
            break;
        case RecipeName::kBest:
            recipe.depth = 4;
            recipe.steps = 1000;
            recipe.ensemble_pixels = 16 << 20;
            recipe.coarse_steps = 400;
            recipe.effort = {{1, 3}, {4, 3}};
            break;
        case RecipeName::kPaper:
            recipe.whole_image = true;
            recipe.patch = 64;
            recipe.loss = kPaperLoss;
            recipe.steps = 2000;
            recipe.optimizer.kind = OptimizerKind::kAdam;
            recipe.learning_rate = 1e-3;
            recipe.warm_up = 0;
            recipe.halve_every = 1500;
            recipe.ensemble = 1;
            recipe.coarse_steps = 0;
            recipe.stabilize = false;
            recipe.refine = false;
            break;
    }
    if (kind == NoiseKind::kCorrelated) adapt_to_correlated(&recipe);
    return recipe;
}

Recipe make_adaptation(RecipeName name) {
    Recipe recipe = make_recipe(name);
    recipe.patch = 64;
    recipe.steps = 60;
    recipe.learning_rate = 5e-4;
    recipe.warm_up = 5;
    recipe.coarse_steps = 0;
    recipe.stabilize = false;
    recipe.loss.residual = recipe.loss.consistency = 0;
    return recipe;
}

Recipe with_start(const Recipe& recipe) {
    Recipe started = recipe;
    started.steps /= 2;
    started.coarse_steps /= 2;
    started.learning_rate *= 1.5;
    return started;
}

RefinementEffort effort_for(const Recipe& recipe, double pixels) {
    constexpr RefinementEffort kLarge = {{1, 6}, {1, 8}};
    return pixels <= double(recipe.ensemble_pixels) ? recipe.effort : kLarge;
}

double residual_weight(double sigma) {
    constexpr double kNone = 5, kFull = 20;
    return std::clamp((sigma - kNone) / (kFull - kNone), 0.0, 1.0);
}

double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps) {
    const auto t = static_cast<double>(step);
    double rate = recipe.learning_rate;
    if (recipe.warm_up > 0) rate *= std::min(1.0, (t + 1) / static_cast<double>(recipe.warm_up));
    if (recipe.halve_every > 0) {
        // Both published schedules: 2000 steps halved at 1500, and 3000 steps halved every 1000.
        const std::int64_t every = recipe.steps >= 3000 ? 1000 : recipe.halve_every;
        return rate * std::pow(0.5, static_cast<double>(step / every));
    }
    return rate * (1 - t / static_cast<double>(steps));
}

}  // namespace twofold::zsn2n

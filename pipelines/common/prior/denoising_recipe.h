// Recipes of Deep Image Prior for noise, which one stage and two share; docs/recipes.md has the measurements.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_DENOISING_RECIPE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_DENOISING_RECIPE_H

#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/recipe.h"

namespace twofold::prior {

// Noise of `sigma` on the 0..255 scale.
Recipe denoising_recipe(RecipeName name, double sigma);

}  // namespace twofold::prior

#endif

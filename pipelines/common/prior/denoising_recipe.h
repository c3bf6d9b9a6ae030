// Recipes against noise, which Deep Image Prior and the two stages share; docs/recipes.md has the measurements.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_DENOISING_RECIPE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_DENOISING_RECIPE_H

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/recipe.h"

namespace twofold::prior {

// For noise that is independent from pixel to pixel: the network learns from the recorrupted image. The paper's recipe
// learns from random numbers, and so does every recipe where the noise could not be measured.
Recipe denoising_recipe(RecipeName name, const NoiseModel& noise);

// `fast` where the fit begins with what the prior makes of the recorrupted image.
Recipe started_recipe(const NoiseModel& noise);

// Learns from random numbers, which asks nothing of the noise but that the network learns it later than the image.
Recipe correlated_noise_recipe(RecipeName name, const NoiseModel& noise);

}  // namespace twofold::prior

#endif

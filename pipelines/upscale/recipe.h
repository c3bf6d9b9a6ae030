// How Deep Image Prior enlarges.
#ifndef TWOFOLD_PIPELINES_UPSCALE_RECIPE_H
#define TWOFOLD_PIPELINES_UPSCALE_RECIPE_H

#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/recipe.h"

namespace twofold::upscale {

prior::Recipe make_recipe(RecipeName name, int factor);

}  // namespace twofold::upscale

#endif

// Networks and fits for what is missing; the paper's as in its table.
#ifndef TWOFOLD_PIPELINES_INPAINT_RECIPE_H
#define TWOFOLD_PIPELINES_INPAINT_RECIPE_H

#include "pipelines/common/prior/recipe.h"
#include "pipelines/inpaint/inpaint.h"

namespace twofold::inpaint {

prior::Recipe make_recipe(RecipeName name, Missing missing);

}  // namespace twofold::inpaint

#endif

// Scenes as a fluorescence microscope shows them: bright spots, filaments, cells and membranes on dark ground, as sharp
// as its optics let them be.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_FLUORESCENCE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_FLUORESCENCE_H

#include <vector>

#include "pipelines/rendered_prior/scenes/draws.h"
#include "pipelines/rendered_prior/scenes/texture_bank.h"

namespace twofold::rendered {

// side x side RGB, interleaved, not negative; one, two or all three channels hold something, or all the same.
void render_fluorescence(Draws& draws, const TextureBank& bank, int side, std::vector<float>* image);

}  // namespace twofold::rendered

#endif

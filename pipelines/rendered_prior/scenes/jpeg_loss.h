// What JPEG takes away: the coefficients of 8x8 blocks, rounded (ITU-T T.81, Annex K), with colours of full resolution.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_JPEG_LOSS_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_JPEG_LOSS_H

#include <vector>

namespace twofold::rendered {

// side x side RGB, 0..1, side a multiple of 8; quality 1..100 as libjpeg means it.
void add_jpeg_loss(int quality, int side, std::vector<float>* image);

}  // namespace twofold::rendered

#endif

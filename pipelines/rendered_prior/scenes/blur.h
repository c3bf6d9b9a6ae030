// Gaussian blur of interleaved images, mirrored at the border.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_BLUR_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_BLUR_H

#include <vector>

namespace twofold::rendered {

// side x side; sigma in pixels.
void blur(std::vector<float>* image, int side, int channels, double sigma);

}  // namespace twofold::rendered

#endif

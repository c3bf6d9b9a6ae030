// Classic enlarging of an image by a whole factor, what learnt methods are compared with.
//
// Separable, half-pixel centres: the centre of large pixel j is c = (j + 1/2) / factor - 1/2 in small pixels, and along
// each axis dst[j] = sum of src[k] * w(k - c), with weights that are normalised to sum 1. Edge pixels are repeated.
// Results may overshoot the range of src.
#ifndef TWOFOLD_OPS_RESAMPLE_ENLARGE_H
#define TWOFOLD_OPS_RESAMPLE_ENLARGE_H

#include <cstddef>

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

enum class Interpolation {
    kBicubic,   // R. Keys, "Cubic convolution interpolation for digital image processing", 1981, a = -1/2
    kLanczos2,  // sinc(t) * sinc(t / 2), |t| < 2
    kLanczos3   // sinc(t) * sinc(t / 3), |t| < 3
};

// src is height x width, dst factor * height x factor * width; factor >= 1. `scratch` has enlarge_scratch floats for
// src's size.
std::size_t enlarge_scratch(int factor, int height, int width, int channels);
void enlarge(ThreadTeam& team, Interpolation kind, int factor, ConstFeatureMap src, FeatureMap dst, float* scratch);

}  // namespace twofold::ops

#endif

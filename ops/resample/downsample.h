// Reducing an image by a whole factor with a Lanczos-2 window: how the data term of super-resolution compares a large
// image with the small one that was given. The exact transpose carries the gradient back.
//
// Separable. With half-pixel centres, the centre of small pixel j is c = (j + 1/2) * factor - 1/2 in large pixels, and
// along each axis
//   dst[j] = sum of src[k] * w(k - c),   w(d) = L(d / factor) / (sum of all L),   |d| < 2 * factor,
//   L(t) = sinc(t) * sinc(t / 2)
// Beyond the edges the edge pixel is repeated. For even factors these are the weights of "Deep Image Prior" (Ulyanov et
// al., arXiv 1711.10925); for odd ones the centre lies on a pixel, so that nothing is shifted.
//
// src and diff_src are factor * height x factor * width, dst and diff_dst height x width. The output is overwritten and
// must not overlap the input.
#ifndef TWOFOLD_OPS_RESAMPLE_DOWNSAMPLE_H
#define TWOFOLD_OPS_RESAMPLE_DOWNSAMPLE_H

#include <cstddef>

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

constexpr int kMaxDownsampleFactor = 16;

// factor 1..kMaxDownsampleFactor; 1 copies. `scratch` has downsample_scratch floats for the small map's size.
std::size_t downsample_scratch(int factor, int height, int width, int channels);
void downsample_forward(ThreadTeam& team, int factor, ConstFeatureMap src, FeatureMap dst, float* scratch);
void downsample_backward(ThreadTeam& team, int factor, ConstFeatureMap diff_dst, FeatureMap diff_src, float* scratch);

}  // namespace twofold::ops

#endif

// The filter of an enlargement by 2 (upsample.h): what is left of it once zeros have been put between the pixels.
//
//   forward    dst[y][x] += sum over i, j from 0 to 3 of taps[i] taps[j] src[y + i][x + j]
//   backward   its transpose; diff_src is overwritten
//
// taps: bilinear 1/4 3/4 3/4 1/4, nearest 0 1 1 0. src and diff_src are 3 pixels higher and wider than dst and
// diff_dst. A filter of every channel alike commutes with a convolution, which then need not see more pixels than there
// were before (conv2d/upsampled_conv.h).
#ifndef TWOFOLD_OPS_RESAMPLE_INTERPOLATION_H
#define TWOFOLD_OPS_RESAMPLE_INTERPOLATION_H

#include "ops/resample/upsample.h"

namespace twofold::ops {

constexpr int kInterpolationTaps = 4;

void interpolate_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, FeatureMap dst);
void interpolate_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src);

// The same in plain loops: the specification.
namespace ref {
void interpolate_forward(Upsampling kind, ConstFeatureMap src, FeatureMap dst);
void interpolate_backward(Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src);
}  // namespace ref

}  // namespace twofold::ops

#endif

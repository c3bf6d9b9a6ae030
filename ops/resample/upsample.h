// Enlarging a map to twice its height and width inside a network, with the exact transpose.
//
//   nearest    each pixel four times
//   bilinear   with half-pixel centres, as PyTorch's interpolate(align_corners=False); along each axis
//              dst[2i] = (src[i-1] + 3 src[i]) / 4,   dst[2i+1] = (3 src[i] + src[i+1]) / 4,   edges repeated
//
// dst and diff_dst are 2 * height x 2 * width, src and diff_src height x width, all with the same channels. The output
// is overwritten and must not overlap the input.
#ifndef TWOFOLD_OPS_RESAMPLE_UPSAMPLE_H
#define TWOFOLD_OPS_RESAMPLE_UPSAMPLE_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

enum class Upsampling { kNearest, kBilinear };

void upsample_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, FeatureMap dst);
void upsample_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src);

// The same in plain loops: the specification.
namespace ref {
void upsample_forward(Upsampling kind, ConstFeatureMap src, FeatureMap dst);
void upsample_backward(Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src);
}  // namespace ref

}  // namespace twofold::ops

#endif

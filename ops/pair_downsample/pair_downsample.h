// The pair downsampler of ZS-N2N: each 2x2 block [a b; c d] of each channel gives D1 = (b + c) / 2 and D2 = (a + d) /
// 2, two half-size images with the same content and, for pixel-wise independent noise, independent noise.
#ifndef TWOFOLD_OPS_PAIR_DOWNSAMPLE_PAIR_DOWNSAMPLE_H
#define TWOFOLD_OPS_PAIR_DOWNSAMPLE_PAIR_DOWNSAMPLE_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

// src is (2 * height) x (2 * width) x channels; d1 and d2 are height x width x channels.
void pair_downsample_ref(int height, int width, int channels, ConstMap src, Map d1, Map d2);

// The transpose: diff_src is overwritten with half of diff_d1 at b and c and half of diff_d2 at a and d.
void pair_downsample_backward_ref(int height, int width, int channels, ConstMap diff_d1, ConstMap diff_d2,
                                  Map diff_src);

}  // namespace twofold::ops

#endif

// The dispatched kernels of conv2d_simd.cpp. Shapes are those of the pass itself, `out` a multiple of 16 where vectors
// run along it.
#ifndef TWOFOLD_OPS_CONV2D_CONV2D_SIMD_H
#define TWOFOLD_OPS_CONV2D_CONV2D_SIMD_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops::simd {

// dst[height][width][out] = act(bias + src * weights[kernel][kernel][in][out]); fastest with
// weights on a cache line.
void forward(int height, int width, int kernel, int in, int out, ConstMap src, const float* weights, const float* bias,
             float slope, Map dst);

// The same product on a ringed gradient, without bias, times the derivative of the activation if there is one.
void backward_data(int height, int width, int kernel, int in, int out, ConstMap diff_dst, const float* weights,
                   ConstMap activation, float slope, Map diff_src);

// sums[kernel][kernel][in][out] += src (x) diff; bias_sums[out] += sum of diff, or null.
void backward_weights(int height, int width, int kernel, int in, int out, ConstMap src, ConstMap diff, float* sums,
                      float* bias_sums);

// 1x1 convolution, best for a few channels; `in` is a multiple of 16; weights[out][in].
void project(int height, int width, int in, int out, ConstMap src, const float* weights, const float* bias, float slope,
             Map dst);

}  // namespace twofold::ops::simd

#endif

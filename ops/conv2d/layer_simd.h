// The dispatched kernels of layer_simd.cpp, which Conv2dLayer's direct algorithm is made of. Vectors run along output
// channels; weights and sums have their output channels padded to whole vectors (kVectorMultiple). Weights lie in
// panels of some output channels each, so that what a register tile reads is one run of memory.
#ifndef TWOFOLD_OPS_CONV2D_LAYER_SIMD_H
#define TWOFOLD_OPS_CONV2D_LAYER_SIMD_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

// The longest vector, in floats.
constexpr int kVectorMultiple = 16;

// Output channels of a panel of weights.
constexpr int kPanel = 32;

constexpr int padded_channels(int channels) {
    return (channels + kVectorMultiple - 1) / kVectorMultiple * kVectorMultiple;
}

namespace simd {

// dst[y][x][o] = start[o] + sum over ky < rows, kx < columns, i of
//                src[y*stride + ky - top][x*stride + kx - left][i] * weights[ky][kx][i][o]
// where src is zero outside of its pixels. This is forward for top = left = 0, and backward_data on turned weights.
struct Correlation {
    int width;       // pixels of dst in a row
    int src_height;  // pixels of src
    int src_width;
    int rows, columns;  // of the kernel; 0 for no taps
    int top, left;
    int stride;                // of src
    int in, out;               // channels
    std::ptrdiff_t dst_pixel;  // floats between pixels of dst
    int panel;                 // output channels of a panel, the last one may have fewer: weights[panel][ky][kx][i][o]
};

// Rows first to last - 1 of dst; dst.data points at row 0. start: padded_channels(out) floats.
void correlate(const Correlation& shape, int first, int last, ConstMap src, const float* weights, const float* start,
               Map dst);

struct WeightGradient {
    int width;  // pixels of diff_dst in a row
    int kernel, stride;
    int in, out;
};

// Blocks of pixels whose gradients stay in the first-level cache while all taps pass over them.
constexpr int kGradientLines = 2;
constexpr int kGradientWidth = 64;

// Floats of scratch memory that accumulate_weights takes: a block of diff_dst, some of its channels at a time.
constexpr int accumulate_weights_scratch(const WeightGradient& shape) {
    return kGradientLines * kGradientWidth * padded_channels(shape.out);
}

// For kernel rows ky_first to ky_last - 1 and rows first to last - 1 of diff_dst:
//   sums[ky][kx][in][padded out] += src (x) diff_dst;  bias_sums[padded out] += diff_dst, if not null
void accumulate_weights(const WeightGradient& shape, int ky_first, int ky_last, int first, int last, ConstMap src,
                        ConstMap diff_dst, float* sums, float* bias_sums, float* scratch);

}  // namespace simd
}  // namespace twofold::ops

#endif

// A convolution over a whole map, forward and both backward passes, run by a team of threads.
//
// "Valid": src carries its border, dst is height x width. Pixels are interleaved channels without gaps between pixels;
// rows may have any stride, so that src can be the inside of a larger map.
//
//   forward           dst[y][x][o] = bias[o] + sum over ky, kx, i of
//                                    src[y*stride + ky][x*stride + kx][i] * weights[ky][kx][i][o]
//   backward_data     diff_src     = the adjoint of that on diff_dst: all of src, its border included
//   backward_weights  diff_weights = src (x) diff_dst, diff_bias = sum of diff_dst
//
// Every pass overwrites its result. Its bits depend on the shape, the algorithm and the instruction set, never on the
// number of threads.
//
//   direct    sums of products as written above; any shape
//   winograd  3x3, in at least 16 channels, out a multiple of 16 (Lavin, Gray: "Fast Algorithms for Convolutional
//             Neural Networks", 2016). Stride 1: 4x4 outputs at a time from 36 products where direct takes 144; errors
//             of rounding are below 1e-5 of a result's largest value for 128 channels, 2e-5 where src does not average
//             to zero, those of direct below 5e-6. Stride 2: 3x3 outputs from 49 products where direct takes 81; errors
//             like direct's.
//   ref       plain loops with sums in double: the specification
//
// Speed of each: docs/performance.md, benchmarks/layer_bench.cpp.
#ifndef TWOFOLD_OPS_CONV2D_CONV2D_LAYER_H
#define TWOFOLD_OPS_CONV2D_CONV2D_LAYER_H

#include <cstddef>
#include <memory>
#include <string_view>

#include "ops/conv2d/conv2d.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

struct ConvLayerShape {
    int kernel;  // 1, 3, 5
    int stride;  // 1 or 2
    int in;      // channels
    int out;
    int height;  // of dst
    int width;

    int src_height() const { return (height - 1) * stride + kernel; }
    int src_width() const { return (width - 1) * stride + kernel; }
    std::size_t weights() const { return static_cast<std::size_t>(kernel * kernel * in * out); }
    // Floating point operations of one pass done directly, multiply and add counted as two.
    double flops() const { return 2.0 * kernel * kernel * in * out * height * width; }
};

class ConvLayerAlgorithm;

// An object holds no data of a call: it may be used for several maps of its shape, each with its own scratch memory.
class Conv2dLayer {
  public:
    // `implementation`: "auto" (the best), "simd" (the best of our own), the name of one algorithm
    // ("winograd", "direct", "ref"). `threads`: the size of the largest team that will run it.
    // Throws Error(kUnsupported) for a name that is unknown, not in this build, or cannot do the shape.
    Conv2dLayer(const ConvLayerShape& shape, std::string_view implementation, int threads);
    ~Conv2dLayer();
    Conv2dLayer(Conv2dLayer&&) noexcept;
    Conv2dLayer& operator=(Conv2dLayer&&) noexcept;

    const ConvLayerShape& shape() const;
    // "winograd", "direct", "ref".
    const char* algorithm() const;
    // Floats of the prepared weights, and of scratch memory for the whole team. Both are fastest on cache lines.
    std::size_t packed_size() const;
    std::size_t scratch_size() const;

    // Bring weights[ky][kx][in][out] into the form that forward and backward_data read.
    void pack(ThreadTeam& team, const float* weights, float* packed) const;
    void forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst, float* scratch) const;
    void backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src, float* scratch) const;
    void backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const;

  private:
    std::unique_ptr<const ConvLayerAlgorithm> algorithm_;
};

}  // namespace twofold::ops

#endif

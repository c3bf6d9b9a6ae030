// 2-D convolution, stride 1, without padding ("valid"), forward and both backward passes, on interleaved channels.
//
// src is (height + kernel - 1) x (width + kernel - 1) x in, dst is height x width x out. Patches that carry their halo
// need no padding; where zero padding is wanted, the caller keeps zeros in the halo.
//
//   forward            dst[y][x][o]  = act(bias[o] + sum over ky, kx, i of src[y+ky][x+kx][i] * weights[ky][kx][i][o])
//   backward_data      diff_src      = (full correlation of diff_dst with weights), times act'(activation) if given
//   backward_weights   diff_weights += src (x) diff_dst, diff_bias += sum of diff_dst
//
// act is LeakyReLU with the given slope for negative values (1: none). Its derivative is read off the stored output of
// the layer below: positive slope keeps the sign.
#ifndef TWOFOLD_OPS_CONV2D_CONV2D_H
#define TWOFOLD_OPS_CONV2D_CONV2D_H

#include <cstddef>

namespace twofold::ops {

struct Conv2dShape {
    int kernel;  // 1 or 3
    int in;      // channels
    int out;

    std::size_t weights() const { return static_cast<std::size_t>(kernel * kernel * in * out); }
    // Floating point operations of one pass over `pixels` output pixels, multiply and add counted as two.
    double flops(double pixels) const { return 2.0 * kernel * kernel * in * out * pixels; }
};

// Interleaved pixels with rows `row` floats apart.
struct Map {
    float* data;
    std::ptrdiff_t row;
};
struct ConstMap {
    const float* data;
    std::ptrdiff_t row;
    ConstMap(const float* d, std::ptrdiff_t r) : data(d), row(r) {}
    ConstMap(const Map& map) : data(map.data), row(map.row) {}
};

// One layer's kernels. An object holds no data of a call: threads may share it, each with its own `scratch`.
class Conv2d {
  public:
    explicit Conv2d(const Conv2dShape& shape) : shape_(shape) {}
    virtual ~Conv2d() = default;
    const Conv2dShape& shape() const { return shape_; }

    // Announce a size that forward and the backward passes will be called with, at plan time.
    virtual void plan(int height, int width);
    // Floats that the prepared form of the weights takes, and floats of scratch memory for each thread: of forward, and
    // of the backward passes as well if asked for.
    virtual std::size_t packed_size() const = 0;
    virtual std::size_t scratch_size([[maybe_unused]] bool backward) const { return 0; }
    // Bring weights[ky][kx][in][out] into the form that forward and backward_data read.
    virtual void pack(const float* weights, float* packed) const = 0;

    virtual void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope,
                         Map dst, float* scratch) const = 0;
    // diff_dst must have a ring of kernel - 1 zero pixels around it; its data points at the ring's corner.
    // activation is what the layer below put out (src of this layer); data may be null for no activation.
    virtual void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation,
                               float slope, Map diff_src, float* scratch) const = 0;
    // Adds to diff_weights[ky][kx][in][out] and diff_bias[out]. diff_dst points at its first pixel, past any ring.
    virtual void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                  float* diff_bias, float* scratch) const = 0;

  private:
    Conv2dShape shape_;
};

}  // namespace twofold::ops

#endif

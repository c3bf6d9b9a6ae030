// The layers that the SIMD kernels can do: any number of channels in, a multiple of 16 out; or 1x1 from a multiple of
// 16 to any number.
#include <algorithm>

#include "ops/conv2d/conv2d_implementations.h"
#include "ops/conv2d/conv2d_simd.h"

namespace twofold::ops {
namespace {

// The longest vector, in floats: channels that vectors run along must be a multiple of it.
constexpr std::size_t kVectorMultiple = 16;

// weights[ky][kx][in][out] -> flipped[2-ky][2-kx][out][in]
void flip_and_transpose(const Conv2dShape& shape, const float* weights, float* flipped) {
    const int taps = shape.kernel * shape.kernel;
    for (int tap = 0; tap < taps; ++tap)
        for (int i = 0; i < shape.in; ++i)
            for (int o = 0; o < shape.out; ++o)
                flipped[((taps - 1 - tap) * shape.out + o) * shape.in + i] =
                    weights[(tap * shape.in + i) * shape.out + o];
}

// Hidden layers.
class WideConv2d final : public Conv2d {
  public:
    using Conv2d::Conv2d;
    std::size_t packed_size() const override { return 2 * shape().weights(); }
    void pack(const float* weights, float* packed) const override {
        std::copy_n(weights, shape().weights(), packed);
        // The first layer's gradient with respect to the image is never asked for, and its shape does not allow it.
        if (has_backward_data()) flip_and_transpose(shape(), weights, packed + shape().weights());
    }
    void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope, Map dst,
                 float*) const override {
        simd::forward(height, width, shape().kernel, shape().in, shape().out, src, packed, bias, slope, dst);
    }
    void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation, float slope,
                       Map diff_src, float* scratch) const override;
    void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float*) const override {
        simd::backward_weights(height, width, shape().kernel, shape().in, shape().out, src, diff_dst, diff_weights,
                               diff_bias);
    }

  private:
    bool has_backward_data() const { return static_cast<std::size_t>(shape().in) % kVectorMultiple == 0; }
};

void WideConv2d::backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation,
                               float slope, Map diff_src, float*) const {
    if (!has_backward_data()) return;
    const int ring = shape().kernel - 1;
    simd::backward_data(height + ring, width + ring, shape().kernel, shape().out, shape().in, diff_dst,
                        packed + shape().weights(), activation, slope, diff_src);
}

// The last layer, 1x1, mostly to a few channels. Packed: weights[out][in], which serves both directions.
class ProjectionConv2d final : public Conv2d {
  public:
    using Conv2d::Conv2d;
    std::size_t packed_size() const override { return shape().weights(); }
    std::size_t scratch_size(bool backward) const override { return backward ? shape().weights() : 0; }
    void pack(const float* weights, float* packed) const override { flip_and_transpose(shape(), weights, packed); }
    void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope, Map dst,
                 float*) const override {
        simd::project(height, width, shape().in, shape().out, src, packed, bias, slope, dst);
    }
    void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation, float slope,
                       Map diff_src, float*) const override {
        simd::backward_data(height, width, 1, shape().out, shape().in, diff_dst, packed, activation, slope, diff_src);
    }
    void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const override {
        // With the roles exchanged the vectors run along the many channels: sums[out][in].
        const auto [kernel, in, out] = shape();
        std::fill_n(scratch, shape().weights(), 0.0f);
        simd::backward_weights(height, width, 1, out, in, diff_dst, src, scratch, nullptr);
        for (int i = 0; i < in; ++i)
            for (int o = 0; o < out; ++o) diff_weights[i * out + o] += scratch[o * in + i];
        for (int o = 0; o < out; ++o) {
            float sum = 0;
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) sum += diff_dst.data[y * diff_dst.row + x * out + o];
            diff_bias[o] += sum;
        }
    }
};

}  // namespace

std::unique_ptr<Conv2d> make_conv2d_direct(const Conv2dShape& shape) {
    const auto wide = [](int channels) { return static_cast<std::size_t>(channels) % kVectorMultiple == 0; };
    if (wide(shape.out)) return std::make_unique<WideConv2d>(shape);
    if (shape.kernel == 1 && wide(shape.in)) return std::make_unique<ProjectionConv2d>(shape);
    return nullptr;
}

}  // namespace twofold::ops

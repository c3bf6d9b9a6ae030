// The specification: plain loops, sums in double.
#include <algorithm>

#include "ops/conv2d/conv2d_implementations.h"

namespace twofold::ops {
namespace {

class Conv2dRef final : public Conv2d {
  public:
    using Conv2d::Conv2d;

    std::size_t packed_size() const override { return shape().weights(); }
    void pack(const float* weights, float* packed) const override { std::copy_n(weights, shape().weights(), packed); }

    void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope, Map dst,
                 float*) const override {
        const auto [kernel, in, out] = shape();
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int o = 0; o < out; ++o) {
                    double sum = bias[o];
                    for (int ky = 0; ky < kernel; ++ky)
                        for (int kx = 0; kx < kernel; ++kx)
                            for (int i = 0; i < in; ++i)
                                sum += double{src.data[(y + ky) * src.row + (x + kx) * in + i]} *
                                       double{weight(packed, ky, kx, i, o)};
                    const float value = static_cast<float>(sum);
                    dst.data[y * dst.row + x * out + o] = value > 0 ? value : slope * value;
                }
    }

    void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation, float slope,
                       Map diff_src, float*) const override {
        const auto [kernel, in, out] = shape();
        for (int y = 0; y < height + kernel - 1; ++y)
            for (int x = 0; x < width + kernel - 1; ++x)
                for (int i = 0; i < in; ++i) {
                    double sum = 0;
                    for (int ky = 0; ky < kernel; ++ky)
                        for (int kx = 0; kx < kernel; ++kx)
                            for (int o = 0; o < out; ++o)
                                // The ring shifts diff_dst by kernel - 1.
                                sum += double{diff_dst.data[(y + kernel - 1 - ky) * diff_dst.row +
                                                            (x + kernel - 1 - kx) * out + o]} *
                                       double{weight(packed, ky, kx, i, o)};
                    float value = static_cast<float>(sum);
                    if (activation.data && !(activation.data[y * activation.row + x * in + i] > 0)) value *= slope;
                    diff_src.data[y * diff_src.row + x * in + i] = value;
                }
    }

    void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float*) const override {
        const auto [kernel, in, out] = shape();
        for (int o = 0; o < out; ++o) {
            double bias_sum = 0;
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) bias_sum += double{diff_dst.data[y * diff_dst.row + x * out + o]};
            diff_bias[o] += static_cast<float>(bias_sum);
            for (int ky = 0; ky < kernel; ++ky)
                for (int kx = 0; kx < kernel; ++kx)
                    for (int i = 0; i < in; ++i) {
                        double sum = 0;
                        for (int y = 0; y < height; ++y)
                            for (int x = 0; x < width; ++x)
                                sum += double{src.data[(y + ky) * src.row + (x + kx) * in + i]} *
                                       double{diff_dst.data[y * diff_dst.row + x * out + o]};
                        diff_weights[((ky * kernel + kx) * in + i) * out + o] += static_cast<float>(sum);
                    }
        }
    }

  private:
    float weight(const float* weights, int ky, int kx, int i, int o) const {
        return weights[((ky * shape().kernel + kx) * shape().in + i) * shape().out + o];
    }
};

}  // namespace

std::unique_ptr<Conv2d> make_conv2d_ref(const Conv2dShape& shape) { return std::make_unique<Conv2dRef>(shape); }

}  // namespace twofold::ops

// The specification of Conv2dLayer: plain loops, sums in double.
#include <algorithm>

#include "ops/conv2d/layer_algorithm.h"

namespace twofold::ops {
namespace {

class LayerRef final : public ConvLayerAlgorithm {
  public:
    using ConvLayerAlgorithm::ConvLayerAlgorithm;
    const char* name() const override { return "ref"; }
    std::size_t packed_size() const override { return shape().weights(); }
    std::size_t scratch_size() const override { return 0; }
    void pack(ThreadTeam&, const float* weights, float* packed) const override {
        std::copy_n(weights, shape().weights(), packed);
    }

    void forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                 float*) const override {
        const ConvLayerShape& c = shape();
        team.run(c.height, [&](std::int64_t y, int) {
            for (int x = 0; x < c.width; ++x)
                for (int o = 0; o < c.out; ++o) {
                    double sum = double{bias[o]};
                    for (int ky = 0; ky < c.kernel; ++ky)
                        for (int kx = 0; kx < c.kernel; ++kx)
                            for (int i = 0; i < c.in; ++i)
                                sum +=
                                    double{src.data[(y * c.stride + ky) * src.row + (x * c.stride + kx) * c.in + i]} *
                                    double{weight(packed, ky, kx, i, o)};
                    dst.data[y * dst.row + x * c.out + o] = static_cast<float>(sum);
                }
        });
    }

    void backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src, float*) const override {
        const ConvLayerShape& c = shape();
        team.run(c.src_height(), [&](std::int64_t y, int) {
            for (int x = 0; x < c.src_width(); ++x)
                for (int i = 0; i < c.in; ++i) {
                    double sum = 0;
                    for (int ky = 0; ky < c.kernel; ++ky)
                        for (int kx = 0; kx < c.kernel; ++kx) {
                            // The output pixel that saw this one under this tap, if there is one.
                            const int dy = static_cast<int>(y) - ky, dx = x - kx;
                            if (dy < 0 || dx < 0 || dy % c.stride != 0 || dx % c.stride != 0) continue;
                            if (dy / c.stride >= c.height || dx / c.stride >= c.width) continue;
                            const float* g = diff_dst.data + dy / c.stride * diff_dst.row + dx / c.stride * c.out;
                            for (int o = 0; o < c.out; ++o) sum += double{g[o]} * double{weight(packed, ky, kx, i, o)};
                        }
                    diff_src.data[y * diff_src.row + x * c.in + i] = static_cast<float>(sum);
                }
        });
    }

    void backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float*) const override {
        const ConvLayerShape& c = shape();
        team.run(c.kernel * c.kernel * c.in, [&](std::int64_t row, int) {
            const std::int64_t i = row % c.in, kx = row / c.in % c.kernel, ky = row / c.in / c.kernel;
            for (int o = 0; o < c.out; ++o) {
                double sum = 0;
                for (int y = 0; y < c.height; ++y)
                    for (int x = 0; x < c.width; ++x)
                        sum += double{src.data[(y * c.stride + ky) * src.row + (x * c.stride + kx) * c.in + i]} *
                               double{diff_dst.data[y * diff_dst.row + x * c.out + o]};
                diff_weights[row * c.out + o] = static_cast<float>(sum);
            }
        });
        for (int o = 0; o < c.out; ++o) {
            double sum = 0;
            for (int y = 0; y < c.height; ++y)
                for (int x = 0; x < c.width; ++x) sum += double{diff_dst.data[y * diff_dst.row + x * c.out + o]};
            diff_bias[o] = static_cast<float>(sum);
        }
    }

  private:
    float weight(const float* weights, int ky, int kx, int i, int o) const {
        return weights[((ky * shape().kernel + kx) * shape().in + i) * shape().out + o];
    }
};

}  // namespace

std::unique_ptr<ConvLayerAlgorithm> make_layer_ref(const ConvLayerShape& shape, int) {
    return std::make_unique<LayerRef>(shape);
}

}  // namespace twofold::ops

// 3x3 layers from and to a multiple of 16 channels by Winograd's algorithm (winograd_simd.h): a quarter of the
// multiplications.
//
// A value depends on where it lies in its tile of 4x4, by rounding: some 1e-6 of the largest values that it comes from.
#include <algorithm>

#include "ops/conv2d/conv2d_implementations.h"
#include "ops/conv2d/winograd_passes.h"

namespace twofold::ops {
namespace {

constexpr WinogradKind kKind = WinogradKind::kStride1;

// Packed: the weights for forward, then those for backward_data.
class WinogradConv2d final : public Conv2d {
  public:
    using Conv2d::Conv2d;
    std::size_t packed_size() const override { return static_cast<std::size_t>(2 * direction_size()); }
    std::size_t scratch_size(bool backward) const override {
        const auto [kernel, in, out] = shape();
        const std::ptrdiff_t correlate = winograd_correlate_size(kKind, std::max(in, out));
        const std::ptrdiff_t gradient =
            winograd_gradient_size(kKind, in, out) + static_cast<std::ptrdiff_t>(shape().weights());
        return static_cast<std::size_t>(backward ? std::max(correlate, gradient) : correlate);
    }
    void pack(const float* weights, float* packed) const override {
        const auto [kernel, in, out] = shape();
        const std::ptrdiff_t tap = std::ptrdiff_t{in} * out;
        for (int i = 0; i < in; ++i) winograd_pack_row(kKind, weights + i * out, tap, 1, in, i, out, packed);
        for (int o = 0; o < out; ++o)
            winograd_pack_row(kKind, weights + 8 * tap + o, -tap, out, out, o, in, packed + direction_size());
    }
    void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope, Map dst,
                 float* scratch) const override {
        const auto [kernel, in, out] = shape();
        correlate({src.data, src.row, in, height + 2, width + 2, in, 0, 0}, packed, {bias, slope, nullptr, 0},
                  {dst.data, dst.row, out, height, width, out, 0, 0}, scratch);
    }
    void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation, float slope,
                       Map diff_src, float* scratch) const override {
        const auto [kernel, in, out] = shape();
        correlate({diff_dst.data, diff_dst.row, out, height + 4, width + 4, out, 0, 0}, packed + direction_size(),
                  {nullptr, activation.data ? slope : 1, activation.data, activation.row},
                  {diff_src.data, diff_src.row, in, height + 2, width + 2, in, 0, 0}, scratch);
    }
    void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const override {
        const auto [kernel, in, out] = shape();
        const WinogradGrid grid = winograd_grid(kKind, height, width);
        float* sum = scratch + winograd_gradient_size(kKind, in, out);
        winograd_sum_gradients({src.data, src.row, in, height + 2, width + 2, in, 0, 0},
                               {diff_dst.data, diff_dst.row, out, height, width, out, 0, 0}, grid, 0, grid.tiles(), sum,
                               out, std::ptrdiff_t{in} * out, diff_bias, scratch);
        for (std::size_t i = 0; i < shape().weights(); ++i) diff_weights[i] += sum[i];
    }

  private:
    std::ptrdiff_t direction_size() const { return winograd_packed_size(kKind, shape().in, shape().out); }

    static void correlate(const simd::ConstWinogradMap& from, const float* packed, const simd::WinogradFinish& finish,
                          const simd::WinogradMap& to, float* scratch) {
        const WinogradGrid grid = winograd_grid(kKind, to.height, to.width);
        const int tiles = grid.tiles(), chunks = (tiles + kWinogradForwardChunk - 1) / kWinogradForwardChunk;
        for (int chunk = 0, first = 0; chunk < chunks; ++chunk) {
            const int count = (tiles - first) / (chunks - chunk);
            winograd_correlate(from, grid, first, count, packed, finish, to, scratch);
            first += count;
        }
    }
};

}  // namespace

std::unique_ptr<Conv2d> make_conv2d_winograd(const Conv2dShape& shape) {
    const auto whole = [](int channels) { return channels > 0 && channels % kWinogradBlock == 0; };
    if (shape.kernel != 3 || !whole(shape.in) || !whole(shape.out)) return nullptr;
    return std::make_unique<WinogradConv2d>(shape);
}

}  // namespace twofold::ops

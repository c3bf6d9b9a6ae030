// Conv2dLayer's Winograd algorithm: tiles go through the kernels of winograd_simd.h in chunks whose transforms stay
// in the second-level cache, as far as the weights that pass by let them.
//
//   forward, backward_data   a chunk's matrices [tile][in], times the matrices [in][out] that pack() prepared
//   backward_weights         sums [in][out] of outer products. Those of 128x128 channels take 2.4 MB; so a task
//                            keeps the sums of a block of channels while a band of tiles passes by, and transforms are
//                            done again for the next block. Bands are added in order.
//
// Chunks, blocks and bands depend on the shape only.
#include <algorithm>

#include "ops/conv2d/layer_algorithm.h"
#include "ops/conv2d/layer_simd.h"
#include "ops/conv2d/winograd_passes.h"

namespace twofold::ops {
namespace {

// Channels in a block, of both sides of the gradient's products.
constexpr int kGradientInBlock = 80;
constexpr int kGradientOutBlock = 128;

int parts(int count, int most) { return (count + most - 1) / most; }

class LayerWinograd final : public ConvLayerAlgorithm {
  public:
    LayerWinograd(const ConvLayerShape& shape, int threads) : ConvLayerAlgorithm(shape), threads_(threads) {}
    const char* name() const override { return "winograd"; }
    std::size_t packed_size() const override {
        return static_cast<std::size_t>(forward_weights() + winograd_packed_size(back_kind(), shape().out, shape().in));
    }
    std::size_t scratch_size() const override {
        return static_cast<std::size_t>(threads_ * thread_size() + weight_bands() * band_size());
    }
    void pack(ThreadTeam& team, const float* weights, float* packed) const override;
    void forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                 float* scratch) const override {
        const ConvLayerShape& c = shape();
        const simd::ConstWinogradMap from{src.data, src.row, c.in, c.src_height(), c.src_width(), c.in, 0, 0};
        correlate(team, kind(), from, packed, bias, {dst.data, dst.row, c.out, c.height, c.width, c.out, 0, 0},
                  scratch);
    }
    void backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src,
                       float* scratch) const override {
        const ConvLayerShape& c = shape();
        // The turned kernel reaches two pixels of diff_src beyond the edges of diff_dst.
        const int reach = 2 / c.stride;
        const simd::ConstWinogradMap from{diff_dst.data, diff_dst.row, c.out, c.height, c.width, c.out, reach, reach};
        correlate(team, back_kind(), from, packed + forward_weights(), nullptr,
                  {diff_src.data, diff_src.row, c.in, c.src_height(), c.src_width(), c.in, 0, 0}, scratch);
    }
    void backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const override;

  private:
    WinogradKind kind() const { return shape().stride == 1 ? WinogradKind::kStride1 : WinogradKind::kStride2; }
    WinogradKind back_kind() const { return shape().stride == 1 ? WinogradKind::kStride1 : WinogradKind::kTransposed; }
    std::ptrdiff_t forward_weights() const { return winograd_packed_size(kind(), shape().in, shape().out); }
    WinogradGrid grid() const { return winograd_grid(kind(), shape().height, shape().width); }
    int in_vectors() const { return padded_channels(shape().in) / kVectorMultiple; }
    int out_vectors() const { return shape().out / kVectorMultiple; }
    int in_blocks() const { return parts(in_vectors(), kGradientInBlock / kVectorMultiple); }
    int out_blocks() const { return parts(out_vectors(), kGradientOutBlock / kVectorMultiple); }
    // The largest block.
    int in_block() const { return parts(in_vectors(), in_blocks()) * kVectorMultiple; }
    int out_block() const { return parts(out_vectors(), out_blocks()) * kVectorMultiple; }
    int weight_bands() const { return std::clamp(grid().tiles() / 128, 1, 16); }
    // A band's weights and, behind them, biases.
    std::ptrdiff_t band_size() const { return static_cast<std::ptrdiff_t>(shape().weights()) + shape().out; }
    std::ptrdiff_t thread_size() const {
        const int channels = std::max(shape().in, shape().out);
        return std::max({winograd_correlate_size(kind(), channels), winograd_correlate_size(back_kind(), channels),
                         winograd_gradient_size(kind(), in_block(), out_block())});
    }

    void correlate(ThreadTeam& team, WinogradKind which, const simd::ConstWinogradMap& from, const float* weights,
                   const float* bias, const simd::WinogradMap& to, float* scratch) const;
    void sum_band(int band, int in_first, int out_first, const simd::ConstWinogradMap& src,
                  const simd::ConstWinogradMap& diff_dst, float* band_sums, float* scratch) const;

    int threads_;
};

void LayerWinograd::pack(ThreadTeam& team, const float* weights, float* packed) const {
    const ConvLayerShape& c = shape();
    const std::ptrdiff_t tap = std::ptrdiff_t{c.in} * c.out;
    float* turned = packed + forward_weights();
    team.run(c.in, [&](std::int64_t i, int) {
        winograd_pack_row(kind(), weights + i * c.out, tap, 1, c.in, i, c.out, packed);
    });
    team.run(c.out, [&](std::int64_t o, int) {
        winograd_pack_row(back_kind(), weights + 8 * tap + o, -tap, c.out, c.out, o, c.in, turned);
    });
}

void LayerWinograd::correlate(ThreadTeam& team, WinogradKind which, const simd::ConstWinogradMap& from,
                              const float* weights, const float* bias, const simd::WinogradMap& to,
                              float* scratch) const {
    const WinogradGrid grid = winograd_grid(which, to.height, to.width);
    const int chunk = std::clamp(grid.tiles() / 8, 1, kWinogradForwardChunk);
    team.run(parts(grid.tiles(), chunk), [&](std::int64_t task, int thread) {
        const int first = static_cast<int>(task) * chunk;
        winograd_correlate(from, grid, first, std::min(chunk, grid.tiles() - first), weights, {bias}, to,
                           scratch + thread * thread_size());
    });
}

void LayerWinograd::sum_band(int band, int in_first, int out_first, const simd::ConstWinogradMap& src,
                             const simd::ConstWinogradMap& diff_dst, float* band_sums, float* scratch) const {
    const ConvLayerShape& c = shape();
    const std::int64_t tiles = grid().tiles();
    const int first = static_cast<int>(tiles * band / weight_bands());
    const int last = static_cast<int>(tiles * (band + 1) / weight_bands());
    float* bias_sums = in_first == 0 ? band_sums + c.weights() + out_first : nullptr;
    if (bias_sums) std::fill_n(bias_sums, diff_dst.channels, 0.0f);
    winograd_sum_gradients(src, diff_dst, grid(), first, last, band_sums + std::ptrdiff_t{in_first} * c.out + out_first,
                           c.out, std::ptrdiff_t{c.in} * c.out, bias_sums, scratch);
}

void LayerWinograd::backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                     float* diff_bias, float* scratch) const {
    const ConvLayerShape& c = shape();
    const int bands = weight_bands(), blocks = in_blocks() * out_blocks();
    float* sums = scratch + threads_ * thread_size();
    team.run(std::int64_t{bands} * blocks, [&](std::int64_t task, int thread) {
        const int band = static_cast<int>(task / blocks), block = static_cast<int>(task % blocks);
        const int bi = block / out_blocks(), bo = block % out_blocks();
        const int in_first = in_vectors() * bi / in_blocks() * kVectorMultiple;
        const int in_last = std::min(c.in, in_vectors() * (bi + 1) / in_blocks() * kVectorMultiple);
        const int out_first = out_vectors() * bo / out_blocks() * kVectorMultiple;
        const int out_last = out_vectors() * (bo + 1) / out_blocks() * kVectorMultiple;
        sum_band(band, in_first, out_first,
                 {src.data + in_first, src.row, c.in, c.src_height(), c.src_width(), in_last - in_first, 0, 0},
                 {diff_dst.data + out_first, diff_dst.row, c.out, c.height, c.width, out_last - out_first, 0, 0},
                 sums + band * band_size(), scratch + thread * thread_size());
    });
    // Row 9 * in of the sums are the biases.
    team.run(9 * c.in + 1, [&](std::int64_t row, int) {
        float* to = row < 9 * c.in ? diff_weights + row * c.out : diff_bias;
        std::copy_n(sums + row * c.out, c.out, to);
        for (int band = 1; band < bands; ++band) {
            const float* more = sums + band * band_size() + row * c.out;
            for (int o = 0; o < c.out; ++o) to[o] += more[o];
        }
    });
}

}  // namespace

std::unique_ptr<ConvLayerAlgorithm> make_layer_winograd(const ConvLayerShape& shape, int threads) {
    if (shape.kernel != 3 || shape.stride > 2) return nullptr;
    if (shape.in < kWinogradBlock || shape.out % kWinogradBlock != 0) return nullptr;
    return std::make_unique<LayerWinograd>(shape, threads);
}

}  // namespace twofold::ops

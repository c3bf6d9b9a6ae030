#include "ops/conv2d/winograd_passes.h"

#include <algorithm>

#include "ops/conv2d/layer_simd.h"

namespace twofold::ops {
namespace {

// Tiles whose gradients' transforms are held at a time.
constexpr int kGradientChunk = 32;

// Of the copy of a tile with what lies beyond the map's edges.
std::ptrdiff_t border_size(int channels) { return padded_channels(simd::winograd_border(channels)); }

// Floats from a matrix of `tiles` x `channels` to that of the next frequency: a cache line apart from what their size
// says, for 36 matrices that lie a multiple of 4096 bytes apart would compete for the same lines of the first-level
// cache.
std::ptrdiff_t plane_size(int tiles, int channels) {
    return std::ptrdiff_t{tiles} * padded_channels(channels) + kWinogradBlock;
}

}  // namespace

WinogradGrid winograd_grid(int height, int width) {
    return {(height + kWinogradOutput - 1) / kWinogradOutput, (width + kWinogradOutput - 1) / kWinogradOutput};
}

std::ptrdiff_t winograd_packed_size(int in, int out) {
    return std::ptrdiff_t{kWinogradPlanes} * in * padded_channels(out);
}

void winograd_pack_row(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int depth, std::ptrdiff_t row,
                       int channels, float* packed) {
    const int columns = padded_channels(channels);
    for (int first = 0; first < columns; first += kWinogradPanel) {
        const int width = std::min(kWinogradPanel, columns - first);
        simd::winograd_weights(weights + first * step, tap, step, std::min(width, channels - first),
                               packed + std::ptrdiff_t{depth} * first + row * width, std::ptrdiff_t{depth} * columns);
    }
}

std::ptrdiff_t winograd_correlate_size(int channels) {
    return border_size(channels) + (kWinogradPlanes + 1) * plane_size(kWinogradForwardChunk, channels);
}

void winograd_correlate(const simd::ConstWinogradMap& from, const WinogradGrid& grid, int first, int count,
                        const float* packed, const simd::WinogradFinish& finish, const simd::WinogradMap& to,
                        float* scratch) {
    const int channels = std::max(from.channels, to.channels);
    float* planes = scratch + border_size(channels);
    const simd::WinogradTiles tiles{grid.across, first, count, std::ptrdiff_t{kWinogradForwardChunk} * kWinogradBlock,
                                    plane_size(kWinogradForwardChunk, channels)};
    // Products take the place of the frequency before, which has been read.
    simd::winograd_src(from, tiles, planes + tiles.plane, scratch);
    simd::winograd_multiply(tiles, planes + tiles.plane, packed, from.channels, padded_channels(to.channels), planes);
    simd::winograd_dst(tiles, planes, finish, to);
}

std::ptrdiff_t winograd_gradient_size(int in, int out) {
    return border_size(std::max(in, out)) +
           kWinogradPlanes * (plane_size(kGradientChunk, in) + plane_size(kGradientChunk, out) +
                              std::ptrdiff_t{padded_channels(in)} * out);
}

void winograd_sum_gradients(const simd::ConstWinogradMap& src, const simd::ConstWinogradMap& diff_dst,
                            const WinogradGrid& grid, int first, int last, float* weights, std::ptrdiff_t row,
                            std::ptrdiff_t tap, float* bias_sums, float* scratch) {
    const int in = src.channels, out = diff_dst.channels;
    simd::WinogradTiles from{grid.across, first, 0, std::ptrdiff_t{kGradientChunk} * kWinogradBlock,
                             plane_size(kGradientChunk, in)};
    simd::WinogradTiles diff = from;
    diff.plane = plane_size(kGradientChunk, out);
    float* sums = scratch + border_size(std::max(in, out));
    float* src_tiles = sums + std::ptrdiff_t{kWinogradPlanes} * in * out;
    float* diff_tiles = src_tiles + kWinogradPlanes * from.plane;
    std::fill(sums, src_tiles, 0.0f);
    for (; from.first < last; from.first += kGradientChunk) {
        from.count = diff.count = std::min(kGradientChunk, last - from.first);
        diff.first = from.first;
        simd::winograd_src(src, from, src_tiles, scratch);
        simd::winograd_diff_dst(diff_dst, diff, diff_tiles, scratch, bias_sums);
        simd::winograd_accumulate(from, src_tiles, in, diff, diff_tiles, out, sums);
    }
    simd::winograd_diff_weights(sums, in, out, weights, row, tap);
}

}  // namespace twofold::ops

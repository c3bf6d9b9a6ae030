#include "ops/conv2d/winograd_passes.h"

#include <algorithm>

#include "ops/conv2d/layer_simd.h"

namespace twofold::ops {
namespace {

// Tiles whose gradients' transforms are held at a time.
constexpr int kGradientChunk = 32;

// Of the copy of a tile with what lies beyond the map's edges.
std::ptrdiff_t border_size(WinogradKind kind, int channels) {
    return padded_channels(simd::winograd_border(kind, channels));
}

// Floats from a matrix of `tiles` x `channels` to that of the next frequency: a cache line apart from what their size
// says, for matrices that lie a multiple of 4096 bytes apart would compete for the same lines of the first-level
// cache.
std::ptrdiff_t plane_size(int tiles, int channels) {
    return std::ptrdiff_t{tiles} * padded_channels(channels) + kWinogradBlock;
}

}  // namespace

WinogradGrid winograd_grid(WinogradKind kind, int height, int width) {
    const int size = winograd_scheme(kind).output;
    return {kind, (height + size - 1) / size, (width + size - 1) / size};
}

std::ptrdiff_t winograd_packed_size(WinogradKind kind, int in, int out) {
    return std::ptrdiff_t{winograd_scheme(kind).weight_planes()} * in * padded_channels(out);
}

void winograd_pack_row(WinogradKind kind, const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int depth,
                       std::ptrdiff_t row, int channels, float* packed) {
    const int columns = padded_channels(channels);
    for (int first = 0; first < columns; first += kWinogradPanel) {
        const int width = std::min(kWinogradPanel, columns - first);
        simd::winograd_weights(kind, weights + first * step, tap, step, std::min(width, channels - first),
                               packed + std::ptrdiff_t{depth} * first + row * width, std::ptrdiff_t{depth} * columns);
    }
}

std::ptrdiff_t winograd_correlate_size(WinogradKind kind, int channels) {
    return border_size(kind, channels) +
           (winograd_scheme(kind).planes() + 1) * plane_size(kWinogradForwardChunk, channels);
}

void winograd_correlate(const simd::ConstWinogradMap& from, const WinogradGrid& grid, int first, int count,
                        const float* packed, const simd::WinogradFinish& finish, const simd::WinogradMap& to,
                        float* scratch) {
    const int channels = std::max(from.channels, to.channels);
    float* planes = scratch + border_size(grid.kind, channels);
    const simd::WinogradTiles tiles{grid.kind,
                                    grid.across,
                                    first,
                                    count,
                                    std::ptrdiff_t{kWinogradForwardChunk} * kWinogradBlock,
                                    plane_size(kWinogradForwardChunk, channels)};
    // Products take the place of the frequency before, which has been read.
    simd::winograd_src(from, tiles, planes + tiles.plane, scratch);
    simd::winograd_multiply(tiles, planes + tiles.plane, packed, from.channels, padded_channels(to.channels), planes);
    simd::winograd_dst(tiles, planes, finish, to);
}

std::ptrdiff_t winograd_gradient_size(WinogradKind kind, int in, int out) {
    const WinogradScheme scheme = winograd_scheme(kind);
    return border_size(kind, std::max(in, out)) +
           scheme.planes() * (plane_size(kGradientChunk, in) + plane_size(kGradientChunk, out)) +
           scheme.weight_planes() * std::ptrdiff_t{padded_channels(in)} * out;
}

void winograd_sum_gradients(const simd::ConstWinogradMap& src, const simd::ConstWinogradMap& diff_dst,
                            const WinogradGrid& grid, int first, int last, float* weights, std::ptrdiff_t row,
                            std::ptrdiff_t tap, float* bias_sums, float* scratch) {
    const int in = src.channels, out = diff_dst.channels;
    const WinogradScheme scheme = winograd_scheme(grid.kind);
    simd::WinogradTiles from{grid.kind,
                             grid.across,
                             first,
                             0,
                             std::ptrdiff_t{kGradientChunk} * kWinogradBlock,
                             plane_size(kGradientChunk, in)};
    simd::WinogradTiles diff = from;
    diff.plane = plane_size(kGradientChunk, out);
    float* sums = scratch + border_size(grid.kind, std::max(in, out));
    float* src_tiles = sums + std::ptrdiff_t{scheme.weight_planes()} * in * out;
    float* diff_tiles = src_tiles + scheme.planes() * from.plane;
    std::fill(sums, src_tiles, 0.0f);
    for (; from.first < last; from.first += kGradientChunk) {
        from.count = diff.count = std::min(kGradientChunk, last - from.first);
        diff.first = from.first;
        simd::winograd_src(src, from, src_tiles, scratch);
        simd::winograd_diff_dst(diff_dst, diff, diff_tiles, scratch, bias_sums);
        simd::winograd_accumulate(from, src_tiles, in, diff, diff_tiles, out, sums);
    }
    simd::winograd_diff_weights(grid.kind, sums, in, out, weights, row, tap);
}

}  // namespace twofold::ops

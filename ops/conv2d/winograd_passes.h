// Winograd's passes over some tiles of a map by one thread, made of the kernels of winograd_simd.h: what the patches of
// Conv2d and the maps of Conv2dLayer have in common.
#ifndef TWOFOLD_OPS_CONV2D_WINOGRAD_PASSES_H
#define TWOFOLD_OPS_CONV2D_WINOGRAD_PASSES_H

#include "ops/conv2d/winograd_simd.h"

namespace twofold::ops {

// Tiles whose transforms are held at a time: measured best with a second-level cache of 1 MB.
constexpr int kWinogradForwardChunk = 28;

// The tiles of a map of outputs.
struct WinogradGrid {
    WinogradKind kind;
    int down, across;
    int tiles() const { return down * across; }
};
WinogradGrid winograd_grid(WinogradKind kind, int height, int width);

// Floats of the weights that a product with `in` channels on one side and `out` on the other reads.
std::ptrdiff_t winograd_packed_size(WinogradKind kind, int in, int out);

// Row `row` of those, of `channels` weights `step` floats apart, taps `tap` floats apart (negative: turned), for
// products of that depth.
void winograd_pack_row(WinogradKind kind, const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int depth,
                       std::ptrdiff_t row, int channels, float* packed);

// Floats of scratch memory that winograd_correlate takes for maps with at most that many channels on either side.
std::ptrdiff_t winograd_correlate_size(WinogradKind kind, int channels);

// Tiles first to first + count - 1, at most kWinogradForwardChunk, of `to` in a grid of its size: `from` with the
// packed weights, finished as told.
void winograd_correlate(const simd::ConstWinogradMap& from, const WinogradGrid& grid, int first, int count,
                        const float* packed, const simd::WinogradFinish& finish, const simd::WinogradMap& to,
                        float* scratch);

// Floats of scratch memory that winograd_sum_gradients takes.
std::ptrdiff_t winograd_gradient_size(WinogradKind kind, int in, int out);

// weights[ky][kx][in][out], rows `row` and taps `tap` floats apart = the gradient from tiles first to last - 1;
// bias_sums[out] += diff_dst there, if not null. The channels of diff_dst are a multiple of 16.
void winograd_sum_gradients(const simd::ConstWinogradMap& src, const simd::ConstWinogradMap& diff_dst,
                            const WinogradGrid& grid, int first, int last, float* weights, std::ptrdiff_t row,
                            std::ptrdiff_t tap, float* bias_sums, float* scratch);

}  // namespace twofold::ops

#endif

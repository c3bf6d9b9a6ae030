// The dispatched kernels of winograd_simd.cpp, which Winograd's passes (winograd_passes.h) are made of.
//
// A map is cut into tiles of 4x4 outputs, numbered row by row; tile (ty, tx) sees 6x6 values of src from
// (4*ty - top, 4*tx - left) on, zero outside of the map. Transformed tiles lie as [36][channels / 16][tile][16]: 36
// matrices, one for each frequency, `plane` floats apart, in blocks of 16 channels, `block` floats apart: a product
// finds its values at fixed distances, and what it meets next is next in memory. Channels that fill a block up are 0 in
// transforms of maps.
#ifndef TWOFOLD_OPS_CONV2D_WINOGRAD_SIMD_H
#define TWOFOLD_OPS_CONV2D_WINOGRAD_SIMD_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

constexpr int kWinogradOutput = 4;
constexpr int kWinogradInput = 6;
constexpr int kWinogradPlanes = kWinogradInput * kWinogradInput;
// Channels in a block; with fewer, transforms cost more than they save.
constexpr int kWinogradBlock = 16;
// Columns of a panel of weights, which stays in the first-level cache.
constexpr int kWinogradPanel = 32;

namespace simd {

struct WinogradTiles {
    int across;            // tiles in a row of tiles
    int first, count;      // the tiles that a call is about
    std::ptrdiff_t block;  // at least 16 * count
    std::ptrdiff_t plane;
};

// A map, or a range of its channels (data points at the first of them).
struct WinogradMap {
    float* data;
    std::ptrdiff_t row, pixel;  // floats
    int height, width;
    int channels;
    int top, left;
};
struct ConstWinogradMap {
    const float* data;
    std::ptrdiff_t row, pixel;
    int height, width;
    int channels;
    int top, left;
};

// Floats of scratch memory for the transforms of maps with that many channels.
constexpr int winograd_border(int channels) { return kWinogradPlanes * channels; }

// to[36][channels]: the transform of one row of weights[ky][kx], each tap `tap` floats from the one before (negative
// for a turned kernel), channels `step` floats apart; planes `plane` floats apart. Channels up to a multiple of 16
// become 0.
void winograd_weights(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels, float* to,
                      std::ptrdiff_t plane);

void winograd_src(const ConstWinogradMap& src, const WinogradTiles& tiles, float* to, float* border);

// The transform of gradients with respect to the outputs; tiles lie at 4*ty, 4*tx. bias_sums[channels] += diff_dst, if
// not null; then the channels must be a multiple of 16.
void winograd_diff_dst(const ConstWinogradMap& diff_dst, const WinogradTiles& tiles, float* to, float* border,
                       float* bias_sums);

// For each frequency, to[tile][columns] = from[tile][depth] * weights[depth][columns]. `columns` is a multiple of 16;
// the weights lie as [36][panel][depth][32], the last panel may be narrower. The frequencies are done in order, and
// `to` may begin a plane before `from` in the same memory.
void winograd_multiply(const WinogradTiles& tiles, const float* from, const float* weights, int depth, int columns,
                       float* to);

// What becomes of outputs: plus bias[channels] unless it is null, then LeakyReLU with that slope (1: none). Where there
// is an activation, which is laid out like dst but for its rows, they are multiplied by LeakyReLU's derivative instead.
struct WinogradFinish {
    const float* bias;
    float slope = 1;
    const float* activation = nullptr;
    std::ptrdiff_t activation_row = 0;
};

// dst = inverse transform of from, finished.
void winograd_dst(const WinogradTiles& tiles, const float* from, const WinogradFinish& finish, const WinogradMap& dst);

// For each frequency, sums[rows][columns] += from[tile][row] * diff[tile][column], summed over tiles, the sums as
// [36][rows][columns]. `columns` is a multiple of 16.
void winograd_accumulate(const WinogradTiles& from_tiles, const float* from, int rows, const WinogradTiles& diff_tiles,
                         const float* diff, int columns, float* sums);

// weights[ky][kx][rows][columns], rows `row` and taps `tap` floats apart = inverse transform of sums.
void winograd_diff_weights(const float* sums, int rows, int columns, float* weights, std::ptrdiff_t row,
                           std::ptrdiff_t tap);

}  // namespace simd
}  // namespace twofold::ops

#endif

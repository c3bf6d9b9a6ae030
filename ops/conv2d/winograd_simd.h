// The dispatched kernels of winograd_transforms_simd.cpp and winograd_products_simd.cpp, which Winograd's passes
// (winograd_passes.h) are made of.
//
// A map is cut into square tiles of outputs, numbered row by row; tile (ty, tx) sees a square of src from
// (step*ty - top, step*tx - left) on, zero outside of the map. Transformed tiles lie as [frequency][channels /
// 16][tile][16]: a matrix for each frequency, `plane` floats apart, in blocks of 16 channels, `block` floats apart: a
// product finds its values at fixed distances, and what it meets next is next in memory. Channels that fill a block up
// are 0 in transforms of maps.
#ifndef TWOFOLD_OPS_CONV2D_WINOGRAD_SIMD_H
#define TWOFOLD_OPS_CONV2D_WINOGRAD_SIMD_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

// What is computed of a 3x3 kernel: its convolution with stride 1 or 2, or the transpose of the one with stride 2,
// which doubles the size of a map.
enum class WinogradKind { kStride1, kStride2, kTransposed };

// Sizes along one axis.
//
// With stride 2, of the 3 taps the outer two meet every other value of src and the middle one those between, so that
// they are two convolutions: F(3, 2) of two taps, and a product with a number. The transpose computes every other value
// of dst with the outer taps and those between with the middle one. A tile's values of the latter share one weight.
struct WinogradScheme {
    int input;        // values of src that a tile sees
    int step;         // from a tile to the next in src
    int output;       // a tile's values of dst
    int frequencies;  // of transformed maps
    int weights;      // transformed weights; frequencies from weights - 1 on share the last one

    constexpr int planes() const { return frequencies * frequencies; }
    constexpr int weight_planes() const { return weights * weights; }
    // Which transformed weights a frequency of the map is multiplied by.
    constexpr int weight_plane(int plane) const {
        const int y = plane / frequencies, x = plane % frequencies;
        return (y < weights ? y : weights - 1) * weights + (x < weights ? x : weights - 1);
    }
};

constexpr WinogradScheme winograd_scheme(WinogradKind kind) {
    switch (kind) {
        case WinogradKind::kStride2:
            return {7, 6, 3, 7, 5};
        case WinogradKind::kTransposed:
            return {4, 3, 6, 7, 5};
        default:
            return {6, 4, 4, 6, 6};
    }
}
// Channels in a block; with fewer, transforms cost more than they save.
constexpr int kWinogradBlock = 16;
// Columns of a panel of weights, which stays in the first-level cache.
constexpr int kWinogradPanel = 32;

namespace simd {

struct WinogradTiles {
    WinogradKind kind;
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
constexpr int winograd_border(WinogradKind kind, int channels) {
    return winograd_scheme(kind).input * winograd_scheme(kind).input * channels;
}

// to[weight plane][channels]: the transform of one row of weights[ky][kx], each tap `tap` floats from the one before
// (negative for a turned kernel), channels `step` floats apart; planes `plane` floats apart. Channels up to a multiple
// of 16 become 0. Transposed convolutions read a turned kernel.
void winograd_weights(WinogradKind kind, const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels,
                      float* to, std::ptrdiff_t plane);

void winograd_src(const ConstWinogradMap& src, const WinogradTiles& tiles, float* to, float* border);

// The transform of gradients with respect to the outputs of stride 1 or 2, of a multiple of 16 channels.
// bias_sums[channels] += diff_dst, if not null.
void winograd_diff_dst(const ConstWinogradMap& diff_dst, const WinogradTiles& tiles, float* to, float* border,
                       float* bias_sums);

// For each frequency, to[tile][columns] = from[tile][depth] * weights[depth][columns]. `columns` is a multiple of 16;
// the weights lie as [weight plane][panel][depth][32], the last panel may be narrower. The frequencies are done in
// order, and `to` may begin a plane before `from` in the same memory.
void winograd_multiply(const WinogradTiles& tiles, const float* from, const float* weights, int depth, int columns,
                       float* to);

// What becomes of outputs: plus bias[channels] unless it is null, then LeakyReLU with that slope (1: none). Where there
// is an activation, which is laid out like dst but for its rows, they are multiplied by LeakyReLU's derivative instead.
// Slope and activation are those of stride 1; the other kinds know the bias only.
struct WinogradFinish {
    const float* bias;
    float slope = 1;
    const float* activation = nullptr;
    std::ptrdiff_t activation_row = 0;
};

// dst = inverse transform of from, finished.
void winograd_dst(const WinogradTiles& tiles, const float* from, const WinogradFinish& finish, const WinogradMap& dst);

// For each frequency, sums[rows][columns] += from[tile][row] * diff[tile][column], summed over tiles, the sums as
// [weight plane][rows][columns]. `columns` is a multiple of 16.
void winograd_accumulate(const WinogradTiles& from_tiles, const float* from, int rows, const WinogradTiles& diff_tiles,
                         const float* diff, int columns, float* sums);

// weights[ky][kx][rows][columns], rows `row` and taps `tap` floats apart = inverse transform of sums.
void winograd_diff_weights(WinogradKind kind, const float* sums, int rows, int columns, float* weights,
                           std::ptrdiff_t row, std::ptrdiff_t tap);

}  // namespace simd
}  // namespace twofold::ops

#endif

// Winograd's products between transformed tiles and weights, and the sums of products that are gradients of weights.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/winograd_products_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/winograd_simd.h"
#include "ops/conv2d/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// Register tiles of the forward products (tiles by vectors of columns) and of the sums of gradients (rows, i.e.
// channels of src, by vectors of columns).
#if HWY_ARCH_ARM_A64
constexpr int kProductRows = kRows, kProductVectors = kVectors;
constexpr int kSumChannels = kSumRows, kColumnVectors = kSumVectors;
#elif HWY_TARGET <= HWY_AVX3
constexpr int kProductRows = 14, kProductVectors = 2;
constexpr int kSumChannels = 6, kColumnVectors = 4;
#else
constexpr int kProductRows = 6, kProductVectors = 2;
constexpr int kSumChannels = 4, kColumnVectors = 3;
#endif

constexpr int kLine = 16;  // floats in a cache line
static_assert(kLine == kWinogradBlock);

// `count` dealt out evenly to as few parts as hold at most `most` each: calls body(begin, size).
template <class Body>
HWY_INLINE void for_parts(int count, int most, const Body& body) {
    const int parts = (count + most - 1) / most;
    for (int part = 0, begin = 0; part < parts; ++part) {
        const int size = (count - begin) / (parts - part);
        body(begin, size);
        begin += size;
    }
}

// kR tiles by kV vectors of one of the products. Meanwhile it asks for the tiles that come next, which are in the
// second-level cache, and for the memory from `next` on, a cache line for two steps of the depth: the weights of the
// product to come, which are in no cache of this core yet.
template <int kR, int kV>
HWY_INLINE void product_tile(const float* HWY_RESTRICT src, std::ptrdiff_t src_block, const float* HWY_RESTRICT weights,
                             int depth, std::ptrdiff_t columns, float* HWY_RESTRICT dst,
                             const std::ptrdiff_t (&dst_offset)[kV], const float* next) {
    const D d;
    V sum[kR][kV];
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) sum[r][v] = hn::Zero(d);
    }
    for (int begin = 0; begin < depth; begin += kWinogradBlock, src += src_block) {
        const int steps = std::min(kWinogradBlock, depth - begin);
        add_products(src, kWinogradBlock, steps, weights, columns, sum, [&](int k) HWY_ATTR {
            __builtin_prefetch(src + (kR + k) * kWinogradBlock, 0, 3);
            if (k % 2 == 0) {
                prefetch_to_read(next);
                next += kLine;
            }
        });
        weights += steps * columns;
    }
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, dst + r * kWinogradBlock + dst_offset[v]);
    }
}

void winograd_multiply(const simd::WinogradTiles& tiles, const float* from, const float* weights, int depth,
                       int columns, float* to) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    const WinogradScheme scheme = winograd_scheme(tiles.kind);
    for (int f = 0; f < scheme.planes(); ++f)
        for (int panel = 0; panel < columns; panel += kWinogradPanel) {
            const int width = std::min(kWinogradPanel, columns - panel);
            const auto panel_of = [&](int frequency) {
                return weights + (std::ptrdiff_t{scheme.weight_plane(frequency)} * columns + panel) * depth;
            };
            const float* own = panel_of(f);
            // What is asked for meanwhile, a cache line for two steps of the depth: the panel at the same place of the
            // next frequency.
            const float* next = panel_of(f + 1 < scheme.planes() ? f + 1 : 0);
            const std::ptrdiff_t lines = std::ptrdiff_t{depth} / 2 * kLine, most = std::ptrdiff_t{depth} * width;
            std::ptrdiff_t asked = 0;
            for_parts(width / lanes, kProductVectors, [&](int first_vector, int vectors) HWY_ATTR {
                with_constant<kProductVectors>(vectors, [&](auto v) HWY_ATTR {
                    constexpr int kV = decltype(v)::value;
                    std::ptrdiff_t offset[kV];
                    for (int i = 0; i < kV; ++i) offset[i] = channel_offset(tiles, panel + (first_vector + i) * lanes);
                    for_parts(tiles.count, kProductRows, [&](int tile, int rows) HWY_ATTR {
                        with_constant<kProductRows>(rows, [&](auto r) HWY_ATTR {
                            product_tile<decltype(r)::value, kV>(
                                from + f * tiles.plane + tile * kWinogradBlock, tiles.block, own + first_vector * lanes,
                                depth, width, to + f * tiles.plane + tile * kWinogradBlock, offset, next + asked);
                        });
                        asked = std::min(asked + lines, std::max<std::ptrdiff_t>(0, most - lines));
                    });
                });
            });
        }
}

// kR channels of src by kV vectors of columns of one of the sums of outer products over `count` tiles.
template <int kR, int kV>
HWY_INLINE void sum_tile(int count, const float* HWY_RESTRICT src, const float* HWY_RESTRICT diff,
                         const std::ptrdiff_t (&diff_offset)[kV], float* HWY_RESTRICT sums, std::ptrdiff_t columns) {
    const D d;
    const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    V sum[kR][kV];
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) {
            sum[r][v] = hn::LoadU(d, sums + r * columns + v * lanes);
            // The sums of the channels that come next.
            prefetch_to_write(sums + (kR + r) * columns + v * lanes);
        }
    }
    const float* from[kV];
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) from[v] = diff + diff_offset[v];
    add_outer_products(
        count, src, kWinogradBlock, [&](int t, int v) HWY_ATTR { return hn::LoadU(d, from[v] + t * kWinogradBlock); },
        sum);
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, sums + r * columns + v * lanes);
    }
}

void winograd_accumulate(const simd::WinogradTiles& from_tiles, const float* from, int rows,
                         const simd::WinogradTiles& diff_tiles, const float* diff, int columns, float* sums) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    const WinogradScheme scheme = winograd_scheme(from_tiles.kind);
    for (int f = 0; f < scheme.planes(); ++f)
        for_parts(columns / lanes, kColumnVectors, [&](int first_vector, int vectors) HWY_ATTR {
            with_constant<kColumnVectors>(vectors, [&](auto v) HWY_ATTR {
                constexpr int kV = decltype(v)::value;
                std::ptrdiff_t offset[kV];
                for (int i = 0; i < kV; ++i) offset[i] = channel_offset(diff_tiles, (first_vector + i) * lanes);
                for (int block = 0; block < rows; block += kWinogradBlock)
                    for_parts(std::min(kWinogradBlock, rows - block), kSumChannels, [&](int begin, int count) HWY_ATTR {
                        const int row = block + begin;
                        const float* s = from + f * from_tiles.plane + channel_offset(from_tiles, row);
                        float* to =
                            sums + std::ptrdiff_t{scheme.weight_plane(f) * rows + row} * columns + first_vector * lanes;
                        with_constant<kSumChannels>(count, [&](auto r) HWY_ATTR {
                            sum_tile<decltype(r)::value, kV>(from_tiles.count, s, diff + f * diff_tiles.plane, offset,
                                                             to, columns);
                        });
                    });
            });
        });
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(winograd_multiply);
HWY_EXPORT(winograd_accumulate);

void winograd_multiply(const WinogradTiles& tiles, const float* from, const float* weights, int depth, int columns,
                       float* to) {
    HWY_DYNAMIC_DISPATCH(winograd_multiply)(tiles, from, weights, depth, columns, to);
}
void winograd_accumulate(const WinogradTiles& from_tiles, const float* from, int rows, const WinogradTiles& diff_tiles,
                         const float* diff, int columns, float* sums) {
    HWY_DYNAMIC_DISPATCH(winograd_accumulate)(from_tiles, from, rows, diff_tiles, diff, columns, sums);
}

}  // namespace twofold::ops::simd
#endif

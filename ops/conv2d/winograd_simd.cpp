// Winograd convolution F(4x4, 3x3) for channels-last maps: transforms of tiles, and the 36 products between them.
#include "ops/highway_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/winograd_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/winograd_simd.h"
#include "ops/conv2d/winograd_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// Register tiles of the products.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kProductRows = 6;
constexpr int kProductVectors = 4;
#else
constexpr int kProductRows = 4;
constexpr int kProductVectors = 3;
#endif

constexpr int kLine = 16;  // floats in a cache line

// Into the second-level cache to be read; into the first to be written.
HWY_INLINE void prefetch_to_read(const float* memory) { __builtin_prefetch(memory, 0, 2); }
HWY_INLINE void prefetch_to_write(const float* memory) { __builtin_prefetch(memory, 1, 3); }

// Calls body(c) for the first channel of each vector. The last vector may overlap the one before.
template <class Body>
HWY_INLINE void for_channels(int channels, const Body& body) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    for (int c = 0; c < channels; c += lanes) body(std::min(c, channels - lanes));
}

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

void winograd_weights(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels, float* to,
                      std::ptrdiff_t plane) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN float taps[9][16];
    for (int c = 0; c < (channels + 15) / 16 * 16; c += lanes) {
        for (int t = 0; t < 9; ++t)
            for (int lane = 0; lane < lanes; ++lane)
                taps[t][lane] = c + lane < channels ? weights[t * tap + (c + lane) * step] : 0.0f;
        transform_2d<WeightTransform>(
            [&](int y, int x) HWY_ATTR { return hn::Load(d, taps[3 * y + x]); },
            [&](int y, int x, V value) HWY_ATTR { hn::StoreU(value, d, to + (kWinogradInput * y + x) * plane + c); });
    }
}

// A pointer to a tile of kSize x kSize pixels whose corner is (top, left): into the map, or to a copy with the zeros
// that lie beyond its edges.
template <int kSize>
HWY_INLINE const float* find_tile(const simd::ConstWinogradMap& map, int top, int left, float* border,
                                  std::ptrdiff_t* row, std::ptrdiff_t* pixel) {
    if (top >= 0 && left >= 0 && top + kSize <= map.height && left + kSize <= map.width) {
        *row = map.row;
        *pixel = map.pixel;
        return map.data + top * map.row + left * map.pixel;
    }
    *pixel = map.channels;
    *row = kSize * *pixel;
    for (int y = 0; y < kSize; ++y)
        for (int x = 0; x < kSize; ++x) {
            float* to = border + y * *row + x * *pixel;
            const int sy = top + y, sx = left + x;
            if (sy >= 0 && sx >= 0 && sy < map.height && sx < map.width)
                std::copy_n(map.data + sy * map.row + sx * map.pixel, map.channels, to);
            else
                std::fill_n(to, map.channels, 0.0f);
        }
    return border;
}

// Floats from a tile to the pixels that the next one adds to it; 0 where there are none.
template <int kSize>
HWY_INLINE std::ptrdiff_t next_tile(const simd::ConstWinogradMap& map, int left, bool copied, std::ptrdiff_t pixel) {
    return !copied && left + kSize + kWinogradOutput <= map.width ? kSize * pixel : 0;
}

// Asks for one vector of these pixels' channels: the hardware does not foresee steps of a pixel.
template <int kSize>
HWY_INLINE void prefetch_next_tile(const float* tile, std::ptrdiff_t next, std::ptrdiff_t row, std::ptrdiff_t pixel) {
    for (int y = 0; y < kSize; ++y)
        for (int x = 0; x < kWinogradOutput; ++x) prefetch_to_read(tile + next + y * row + x * pixel);
}

void winograd_src(const simd::ConstWinogradMap& src, const simd::WinogradTiles& tiles, float* to, float* border) {
    const D d;
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kWinogradOutput - src.top;
        const int left = (tiles.first + t) % tiles.across * kWinogradOutput - src.left;
        std::ptrdiff_t row, pixel;
        const float* HWY_RESTRICT tile = find_tile<kWinogradInput>(src, top, left, border, &row, &pixel);
        const std::ptrdiff_t next = next_tile<kWinogradInput>(src, left, tile == border, pixel);
        float* HWY_RESTRICT out = to + t * tiles.channels;
        for_channels(src.channels, [&](int c) HWY_ATTR {
            prefetch_next_tile<kWinogradInput>(tile + c, next, row, pixel);
            transform_2d<SrcTransform>(
                [&](int y, int x) HWY_ATTR { return hn::LoadU(d, tile + y * row + x * pixel + c); },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, out + (kWinogradInput * y + x) * tiles.plane + c); });
        });
    }
}

void winograd_diff_dst(const simd::ConstWinogradMap& diff_dst, const simd::WinogradTiles& tiles, float* to,
                       float* border, float* bias_sums) {
    const D d;
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kWinogradOutput;
        const int left = (tiles.first + t) % tiles.across * kWinogradOutput;
        std::ptrdiff_t row, pixel;
        const float* HWY_RESTRICT tile = find_tile<kWinogradOutput>(diff_dst, top, left, border, &row, &pixel);
        const std::ptrdiff_t next = next_tile<kWinogradOutput>(diff_dst, left, tile == border, pixel);
        float* HWY_RESTRICT out = to + t * tiles.channels;
        for_channels(diff_dst.channels, [&](int c) HWY_ATTR {
            prefetch_next_tile<kWinogradOutput>(tile + c, next, row, pixel);
            V sum = hn::Zero(d);
            transform_2d<DiffDstTransform>(
                [&](int y, int x) HWY_ATTR {
                    const V value = hn::LoadU(d, tile + y * row + x * pixel + c);
                    sum = hn::Add(sum, value);
                    return value;
                },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, out + (kWinogradInput * y + x) * tiles.plane + c); });
            if (bias_sums) hn::StoreU(hn::Add(hn::LoadU(d, bias_sums + c), sum), d, bias_sums + c);
        });
    }
}

// kR tiles by kV vectors of one of the 36 products. Meanwhile it asks for the memory from `next` on, a cache line for
// each step of the depth: the weights of the product to come, which are not in the cache yet.
template <int kR, int kV>
HWY_INLINE void product_tile(const float* HWY_RESTRICT src, std::ptrdiff_t src_step, const float* HWY_RESTRICT weights,
                             int depth, std::ptrdiff_t columns, float* HWY_RESTRICT dst, std::ptrdiff_t dst_step,
                             const float* next) {
    const D d;
    const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    V sum[kR][kV];
    HWY_UNROLL(8)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) sum[r][v] = hn::Zero(d);
    }
    for (int k = 0; k < depth; ++k) {
        prefetch_to_read(next + k * kLine);
        V w[kV];
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) w[v] = hn::LoadU(d, weights + v * lanes);
        weights += columns;
        HWY_UNROLL(8)
        for (int r = 0; r < kR; ++r) {
            const V s = hn::Set(d, src[r * src_step + k]);
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(s, w[v], sum[r][v]);
        }
    }
    HWY_UNROLL(8)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, dst + r * dst_step + v * lanes);
    }
}

void winograd_multiply(const simd::WinogradTiles& from_tiles, const float* from, const float* weights, int depth,
                       int columns, const simd::WinogradTiles& to_tiles, float* to) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    const std::ptrdiff_t panel = std::ptrdiff_t{depth} * columns;
    for (int f = 0; f < kWinogradPlanes; ++f) {
        const float* next = f + 1 < kWinogradPlanes ? weights + (f + 1) * panel : weights;
        for_parts(columns / lanes, kProductVectors, [&](int first_vector, int vectors) HWY_ATTR {
            with_constant<kProductVectors>(vectors, [&](auto v) HWY_ATTR {
                for_parts(from_tiles.count, kProductRows, [&](int tile, int rows) HWY_ATTR {
                    const std::ptrdiff_t lines = std::ptrdiff_t{depth} * kLine;  // asked for by one register tile
                    const float* ahead = next + std::min(tile / kProductRows * lines, panel - lines);
                    with_constant<kProductRows>(rows, [&](auto r) HWY_ATTR {
                        product_tile<decltype(r)::value, decltype(v)::value>(
                            from + f * from_tiles.plane + tile * from_tiles.channels, from_tiles.channels,
                            weights + f * panel + first_vector * lanes, depth, columns,
                            to + f * to_tiles.plane + tile * to_tiles.channels + first_vector * lanes,
                            to_tiles.channels, ahead);
                    });
                });
            });
        });
    }
}

void winograd_dst(const simd::WinogradTiles& tiles, const float* from, const float* bias,
                  const simd::WinogradMap& dst) {
    const D d;
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kWinogradOutput;
        const int left = (tiles.first + t) % tiles.across * kWinogradOutput;
        const int height = std::min(kWinogradOutput, dst.height - top);
        const int width = std::min(kWinogradOutput, dst.width - left);
        const int next_pixel = left + 2 * kWinogradOutput <= dst.width ? kWinogradOutput : 0;
        float* HWY_RESTRICT out = dst.data + top * dst.row + left * dst.pixel;
        const float* HWY_RESTRICT tile = from + t * tiles.channels;
        for_channels(dst.channels, [&](int c) HWY_ATTR {
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) prefetch_to_write(out + y * dst.row + (x + next_pixel) * dst.pixel + c);
            const V start = bias ? hn::LoadU(d, bias + c) : hn::Zero(d);
            transform_2d<DstTransform>(
                [&](int y, int x) HWY_ATTR { return hn::LoadU(d, tile + (kWinogradInput * y + x) * tiles.plane + c); },
                [&](int y, int x, V value) HWY_ATTR {
                    if (y < height && x < width)
                        hn::StoreU(hn::Add(value, start), d, out + y * dst.row + x * dst.pixel + c);
                });
        });
    }
}

void winograd_accumulate(const simd::WinogradTiles& from_tiles, const float* from, int rows,
                         const simd::WinogradTiles& diff_tiles, const float* diff, int columns, float* sums) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    const int step = static_cast<int>(from_tiles.channels), diff_step = static_cast<int>(diff_tiles.channels);
    for (int f = 0; f < kWinogradPlanes; ++f)
        for_parts(columns / lanes, kProductVectors, [&](int first_vector, int vectors) HWY_ATTR {
            const ConstMap g(diff + f * diff_tiles.plane + first_vector * lanes, 0);
            with_constant<kProductVectors>(vectors, [&](auto v) HWY_ATTR {
                for_parts(rows, kProductRows, [&](int row, int count) HWY_ATTR {
                    const ConstMap s(from + f * from_tiles.plane + row, 0);
                    float* block = sums + std::ptrdiff_t{f * rows + row} * columns + first_vector * lanes;
                    with_constant<kProductRows>(count, [&](auto r) HWY_ATTR {
                        accumulate_tile<decltype(r)::value, decltype(v)::value>(1, from_tiles.count, s, step, g,
                                                                                diff_step, block, columns);
                    });
                });
            });
        });
}

void winograd_diff_weights(const float* sums, int rows, int columns, float* weights, std::ptrdiff_t row,
                           std::ptrdiff_t tap) {
    const D d;
    const std::ptrdiff_t plane = std::ptrdiff_t{rows} * columns;
    for (int r = 0; r < rows; ++r)
        for_channels(columns, [&](int c) HWY_ATTR {
            transform_2d<DiffWeightTransform>(
                [&](int y, int x) HWY_ATTR {
                    return hn::LoadU(d, sums + (kWinogradInput * y + x) * plane + std::ptrdiff_t{r} * columns + c);
                },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, weights + (3 * y + x) * tap + r * row + c); });
        });
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(winograd_weights);
HWY_EXPORT(winograd_src);
HWY_EXPORT(winograd_diff_dst);
HWY_EXPORT(winograd_multiply);
HWY_EXPORT(winograd_dst);
HWY_EXPORT(winograd_accumulate);
HWY_EXPORT(winograd_diff_weights);

void winograd_weights(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels, float* to,
                      std::ptrdiff_t plane) {
    HWY_DYNAMIC_DISPATCH(winograd_weights)(weights, tap, step, channels, to, plane);
}
void winograd_src(const ConstWinogradMap& src, const WinogradTiles& tiles, float* to, float* border) {
    HWY_DYNAMIC_DISPATCH(winograd_src)(src, tiles, to, border);
}
void winograd_diff_dst(const ConstWinogradMap& diff_dst, const WinogradTiles& tiles, float* to, float* border,
                       float* bias_sums) {
    HWY_DYNAMIC_DISPATCH(winograd_diff_dst)(diff_dst, tiles, to, border, bias_sums);
}
void winograd_multiply(const WinogradTiles& from_tiles, const float* from, const float* weights, int depth, int columns,
                       const WinogradTiles& to_tiles, float* to) {
    HWY_DYNAMIC_DISPATCH(winograd_multiply)(from_tiles, from, weights, depth, columns, to_tiles, to);
}
void winograd_dst(const WinogradTiles& tiles, const float* from, const float* bias, const WinogradMap& dst) {
    HWY_DYNAMIC_DISPATCH(winograd_dst)(tiles, from, bias, dst);
}
void winograd_accumulate(const WinogradTiles& from_tiles, const float* from, int rows, const WinogradTiles& diff_tiles,
                         const float* diff, int columns, float* sums) {
    HWY_DYNAMIC_DISPATCH(winograd_accumulate)(from_tiles, from, rows, diff_tiles, diff, columns, sums);
}
void winograd_diff_weights(const float* sums, int rows, int columns, float* weights, std::ptrdiff_t row,
                           std::ptrdiff_t tap) {
    HWY_DYNAMIC_DISPATCH(winograd_diff_weights)(sums, rows, columns, weights, row, tap);
}

}  // namespace twofold::ops::simd
#endif

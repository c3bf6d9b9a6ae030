// Winograd convolution for channels-last maps: transforms of tiles, and the products between them.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/winograd_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/winograd_simd.h"
#include "ops/conv2d/winograd_stride2-inl.h"
#include "ops/conv2d/winograd_transforms-inl.h"

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

// What each kind is made of.
template <WinogradKind kKind>
struct Transforms {
    using Src = SrcTransform;
    using Dst = DstTransform;
    using DiffDst = DiffDstTransform;
    using Weights = WeightTransform;
    using DiffWeights = DiffWeightTransform;
};
template <>
struct Transforms<WinogradKind::kStride2> {
    using Src = Stride2Src;
    using Dst = Stride2Dst;
    using DiffDst = Stride2DiffDst;
    using Weights = Stride2Weights;
    using DiffWeights = Stride2DiffWeights;
};
template <>
struct Transforms<WinogradKind::kTransposed> {
    using Src = TransposedSrc;
    using Dst = TransposedDst;
    using Weights = Stride2Weights;
};

constexpr int kLine = 16;  // floats in a cache line
static_assert(kLine == kWinogradBlock);

// Into the second-level cache to be read; into the first to be written.
HWY_INLINE void prefetch_to_read(const float* memory) { __builtin_prefetch(memory, 0, 2); }
HWY_INLINE void prefetch_to_write(const float* memory) { __builtin_prefetch(memory, 1, 3); }

// The first `count` lanes from memory, 0 in the others.
HWY_INLINE V load_first(const float* from, int count) {
    const D d;
#if HWY_TARGET <= HWY_AVX3
    return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(std::max(0, count))), d, from);
#else
    HWY_ALIGN float lanes[16] = {};
    for (int i = 0; i < count; ++i) lanes[i] = from[i];
    return hn::Load(d, lanes);
#endif
}

// A vector of channels: all of its lanes, or those that are left of a pixel's channels.
struct WholeVector {
    HWY_INLINE V load(const float* from) const { return hn::LoadU(D(), from); }
    HWY_INLINE void store(V value, float* to) const { hn::StoreU(value, D(), to); }
};
struct PartOfVector {
    int count;
    HWY_INLINE V load(const float* from) const { return load_first(from, count); }
    HWY_INLINE void store(V value, float* to) const { store_first(value, count, to); }
};

// Calls body(c, access) for the first channel of each vector, up to the end of the last block of channels.
template <class Body>
HWY_INLINE void for_channels(int channels, const Body& body) {
    const int lanes = static_cast<int>(hn::Lanes(D()));
    int c = 0;
    for (; c + lanes <= channels; c += lanes) body(c, WholeVector());
    for (; c % kWinogradBlock != 0; c += lanes) body(c, PartOfVector{channels - c});
    // A part that begins a block.
    if (c < channels)
        for (const int end = c + kWinogradBlock; c < end; c += lanes) body(c, PartOfVector{channels - c});
}

// Where channel c of the first tile lies.
HWY_INLINE std::ptrdiff_t channel_offset(const simd::WinogradTiles& tiles, int c) {
    return c / kWinogradBlock * tiles.block + c % kWinogradBlock;
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

template <WinogradKind kKind>
void transform_weights(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels, float* to,
                       std::ptrdiff_t plane) {
    constexpr int kAxis = winograd_scheme(kKind).weights;
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN float taps[9][16];
    for (int c = 0; c < (channels + 15) / 16 * 16; c += lanes) {
        for (int t = 0; t < 9; ++t)
            for (int lane = 0; lane < lanes; ++lane)
                taps[t][lane] = c + lane < channels ? weights[t * tap + (c + lane) * step] : 0.0f;
        transform_2d<typename Transforms<kKind>::Weights>(
            [&](int y, int x) HWY_ATTR { return hn::Load(d, taps[3 * y + x]); },
            [&](int y, int x, V value) HWY_ATTR { hn::StoreU(value, d, to + (kAxis * y + x) * plane + c); });
    }
}

void winograd_weights(WinogradKind kind, const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels,
                      float* to, std::ptrdiff_t plane) {
    if (kind == WinogradKind::kStride1)
        transform_weights<WinogradKind::kStride1>(weights, tap, step, channels, to, plane);
    else
        transform_weights<WinogradKind::kStride2>(weights, tap, step, channels, to, plane);
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

// Floats from a tile to the pixels that the next one, kStep further, adds to it; 0 where there are none.
template <int kSize, int kStep>
HWY_INLINE std::ptrdiff_t next_tile(const simd::ConstWinogradMap& map, int left, bool copied, std::ptrdiff_t pixel) {
    return !copied && left + kSize + kStep <= map.width ? kSize * pixel : 0;
}

// Asks for one vector of these pixels' channels: the hardware does not foresee steps of a pixel.
template <int kSize, int kStep>
HWY_INLINE void prefetch_next_tile(const float* tile, std::ptrdiff_t next, std::ptrdiff_t row, std::ptrdiff_t pixel) {
    for (int y = 0; y < kSize; ++y)
        for (int x = 0; x < kStep; ++x) prefetch_to_read(tile + next + y * row + x * pixel);
}

template <WinogradKind kKind>
void transform_src(const simd::ConstWinogradMap& src, const simd::WinogradTiles& tiles, float* to, float* border) {
    constexpr int kSize = winograd_scheme(kKind).input, kStep = winograd_scheme(kKind).step;
    constexpr int kFrequencies = winograd_scheme(kKind).frequencies;
    const D d;
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kStep - src.top;
        const int left = (tiles.first + t) % tiles.across * kStep - src.left;
        std::ptrdiff_t row, pixel;
        const float* HWY_RESTRICT tile = find_tile<kSize>(src, top, left, border, &row, &pixel);
        const std::ptrdiff_t next = next_tile<kSize, kStep>(src, left, tile == border, pixel);
        for_channels(src.channels, [&](int c, auto access) HWY_ATTR {
            float* HWY_RESTRICT out = to + t * kWinogradBlock + channel_offset(tiles, c);
            prefetch_next_tile<kSize, kStep>(tile + c, next, row, pixel);
            transform_2d<typename Transforms<kKind>::Src>(
                [&](int y, int x) HWY_ATTR { return access.load(tile + y * row + x * pixel + c); },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, out + (kFrequencies * y + x) * tiles.plane); });
        });
    }
}

void winograd_src(const simd::ConstWinogradMap& src, const simd::WinogradTiles& tiles, float* to, float* border) {
    switch (tiles.kind) {
        case WinogradKind::kStride1:
            return transform_src<WinogradKind::kStride1>(src, tiles, to, border);
        case WinogradKind::kStride2:
            return transform_src<WinogradKind::kStride2>(src, tiles, to, border);
        case WinogradKind::kTransposed:
            return transform_src<WinogradKind::kTransposed>(src, tiles, to, border);
    }
}

template <WinogradKind kKind>
void transform_diff_dst(const simd::ConstWinogradMap& diff_dst, const simd::WinogradTiles& tiles, float* to,
                        float* border, float* bias_sums) {
    constexpr int kSize = winograd_scheme(kKind).output, kFrequencies = winograd_scheme(kKind).frequencies;
    const D d;
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kSize - diff_dst.top;
        const int left = (tiles.first + t) % tiles.across * kSize - diff_dst.left;
        std::ptrdiff_t row, pixel;
        const float* HWY_RESTRICT tile = find_tile<kSize>(diff_dst, top, left, border, &row, &pixel);
        const std::ptrdiff_t next = next_tile<kSize, kSize>(diff_dst, left, tile == border, pixel);
        for_channels(diff_dst.channels, [&](int c, auto access) HWY_ATTR {
            float* HWY_RESTRICT out = to + t * kWinogradBlock + channel_offset(tiles, c);
            prefetch_next_tile<kSize, kSize>(tile + c, next, row, pixel);
            V sum = hn::Zero(d);
            transform_2d<typename Transforms<kKind>::DiffDst>(
                [&](int y, int x) HWY_ATTR {
                    const V value = access.load(tile + y * row + x * pixel + c);
                    sum = hn::Add(sum, value);
                    return value;
                },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, out + (kFrequencies * y + x) * tiles.plane); });
            if (bias_sums) hn::StoreU(hn::Add(hn::LoadU(d, bias_sums + c), sum), d, bias_sums + c);
        });
    }
}

void winograd_diff_dst(const simd::ConstWinogradMap& diff_dst, const simd::WinogradTiles& tiles, float* to,
                       float* border, float* bias_sums) {
    if (tiles.kind == WinogradKind::kStride1)
        transform_diff_dst<WinogradKind::kStride1>(diff_dst, tiles, to, border, bias_sums);
    else
        transform_diff_dst<WinogradKind::kStride2>(diff_dst, tiles, to, border, bias_sums);
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

enum class Activation { kNone, kForward, kDerivative };

template <WinogradKind kKind, Activation kActivation>
void inverse_transform(const simd::WinogradTiles& tiles, const float* from, const simd::WinogradFinish& finish,
                       const simd::WinogradMap& dst) {
    const D d;
    constexpr int kSize = winograd_scheme(kKind).output, kFrequencies = winograd_scheme(kKind).frequencies;
    const V slope = hn::Set(d, finish.slope);
    for (int t = 0; t < tiles.count; ++t) {
        const int top = (tiles.first + t) / tiles.across * kSize;
        const int left = (tiles.first + t) % tiles.across * kSize;
        const int height = std::min(kSize, dst.height - top);
        const int width = std::min(kSize, dst.width - left);
        const int next_pixel = left + 2 * kSize <= dst.width ? kSize : 0;
        float* HWY_RESTRICT out = dst.data + top * dst.row + left * dst.pixel;
        for_channels(dst.channels, [&](int c, auto access) HWY_ATTR {
            const float* HWY_RESTRICT tile = from + t * kWinogradBlock + channel_offset(tiles, c);
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) prefetch_to_write(out + y * dst.row + (x + next_pixel) * dst.pixel + c);
            const V start = finish.bias ? access.load(finish.bias + c) : hn::Zero(d);
            transform_2d<typename Transforms<kKind>::Dst>(
                [&](int y, int x) HWY_ATTR { return hn::LoadU(d, tile + (kFrequencies * y + x) * tiles.plane); },
                [&](int y, int x, V value) HWY_ATTR {
                    if (y >= height || x >= width) return;
                    value = hn::Add(value, start);
                    if constexpr (kActivation == Activation::kForward) {
                        value = hn::IfThenElse(hn::Gt(value, hn::Zero(d)), value, hn::Mul(slope, value));
                    } else if constexpr (kActivation == Activation::kDerivative) {
                        const V sign = access.load(finish.activation + (top + y) * finish.activation_row +
                                                   (left + x) * dst.pixel + c);
                        value = hn::IfThenElse(hn::Gt(sign, hn::Zero(d)), value, hn::Mul(slope, value));
                    }
                    access.store(value, out + y * dst.row + x * dst.pixel + c);
                });
        });
    }
}

void winograd_dst(const simd::WinogradTiles& tiles, const float* from, const simd::WinogradFinish& finish,
                  const simd::WinogradMap& dst) {
    using enum WinogradKind;
    if (tiles.kind == kStride2)
        inverse_transform<kStride2, Activation::kNone>(tiles, from, finish, dst);
    else if (tiles.kind == kTransposed)
        inverse_transform<kTransposed, Activation::kNone>(tiles, from, finish, dst);
    else if (finish.activation)
        inverse_transform<kStride1, Activation::kDerivative>(tiles, from, finish, dst);
    else if (finish.slope != 1)
        inverse_transform<kStride1, Activation::kForward>(tiles, from, finish, dst);
    else
        inverse_transform<kStride1, Activation::kNone>(tiles, from, finish, dst);
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

template <WinogradKind kKind>
void transform_diff_weights(const float* sums, int rows, int columns, float* weights, std::ptrdiff_t row,
                            std::ptrdiff_t tap) {
    constexpr int kAxis = winograd_scheme(kKind).weights;
    const D d;
    const std::ptrdiff_t plane = std::ptrdiff_t{rows} * columns;
    for (int r = 0; r < rows; ++r)
        for_channels(columns, [&](int c, auto) HWY_ATTR {
            transform_2d<typename Transforms<kKind>::DiffWeights>(
                [&](int y, int x)
                    HWY_ATTR { return hn::LoadU(d, sums + (kAxis * y + x) * plane + std::ptrdiff_t{r} * columns + c); },
                [&](int y, int x, V value)
                    HWY_ATTR { hn::StoreU(value, d, weights + (3 * y + x) * tap + r * row + c); });
        });
}

void winograd_diff_weights(WinogradKind kind, const float* sums, int rows, int columns, float* weights,
                           std::ptrdiff_t row, std::ptrdiff_t tap) {
    if (kind == WinogradKind::kStride1)
        transform_diff_weights<WinogradKind::kStride1>(sums, rows, columns, weights, row, tap);
    else
        transform_diff_weights<WinogradKind::kStride2>(sums, rows, columns, weights, row, tap);
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

void winograd_weights(WinogradKind kind, const float* weights, std::ptrdiff_t tap, std::ptrdiff_t step, int channels,
                      float* to, std::ptrdiff_t plane) {
    HWY_DYNAMIC_DISPATCH(winograd_weights)(kind, weights, tap, step, channels, to, plane);
}
void winograd_src(const ConstWinogradMap& src, const WinogradTiles& tiles, float* to, float* border) {
    HWY_DYNAMIC_DISPATCH(winograd_src)(src, tiles, to, border);
}
void winograd_diff_dst(const ConstWinogradMap& diff_dst, const WinogradTiles& tiles, float* to, float* border,
                       float* bias_sums) {
    HWY_DYNAMIC_DISPATCH(winograd_diff_dst)(diff_dst, tiles, to, border, bias_sums);
}
void winograd_multiply(const WinogradTiles& tiles, const float* from, const float* weights, int depth, int columns,
                       float* to) {
    HWY_DYNAMIC_DISPATCH(winograd_multiply)(tiles, from, weights, depth, columns, to);
}
void winograd_dst(const WinogradTiles& tiles, const float* from, const WinogradFinish& finish, const WinogradMap& dst) {
    HWY_DYNAMIC_DISPATCH(winograd_dst)(tiles, from, finish, dst);
}
void winograd_accumulate(const WinogradTiles& from_tiles, const float* from, int rows, const WinogradTiles& diff_tiles,
                         const float* diff, int columns, float* sums) {
    HWY_DYNAMIC_DISPATCH(winograd_accumulate)(from_tiles, from, rows, diff_tiles, diff, columns, sums);
}
void winograd_diff_weights(WinogradKind kind, const float* sums, int rows, int columns, float* weights,
                           std::ptrdiff_t row, std::ptrdiff_t tap) {
    HWY_DYNAMIC_DISPATCH(winograd_diff_weights)(kind, sums, rows, columns, weights, row, tap);
}

}  // namespace twofold::ops::simd
#endif

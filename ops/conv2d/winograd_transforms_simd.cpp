// Winograd's transforms of the tiles of channels-last maps, of weights, and of their gradients.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/winograd_transforms_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/winograd_simd.h"
#include "ops/conv2d/winograd_stride2-inl.h"
#include "ops/conv2d/winograd_tiles-inl.h"
#include "ops/conv2d/winograd_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

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
    const int end = (channels + kWinogradBlock - 1) / kWinogradBlock * kWinogradBlock;
    for (; c < end; c += lanes) body(c, PartOfVector{channels - c});
}

// For a multiple of 16 channels: body(c).
template <class Body>
HWY_INLINE void for_whole_vectors(int channels, const Body& body) {
    for (int c = 0; c < channels; c += static_cast<int>(hn::Lanes(D()))) body(c);
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
        for_whole_vectors(diff_dst.channels, [&](int c) HWY_ATTR {
            float* HWY_RESTRICT out = to + t * kWinogradBlock + channel_offset(tiles, c);
            prefetch_next_tile<kSize, kSize>(tile + c, next, row, pixel);
            V sum = hn::Zero(d);
            transform_2d<typename Transforms<kKind>::DiffDst>(
                [&](int y, int x) HWY_ATTR {
                    const V value = hn::LoadU(d, tile + y * row + x * pixel + c);
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

template <WinogradKind kKind>
void transform_diff_weights(const float* sums, int rows, int columns, float* weights, std::ptrdiff_t row,
                            std::ptrdiff_t tap) {
    constexpr int kAxis = winograd_scheme(kKind).weights;
    const D d;
    const std::ptrdiff_t plane = std::ptrdiff_t{rows} * columns;
    for (int r = 0; r < rows; ++r)
        for_whole_vectors(columns, [&](int c) HWY_ATTR {
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
HWY_EXPORT(winograd_dst);
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
void winograd_dst(const WinogradTiles& tiles, const float* from, const WinogradFinish& finish, const WinogradMap& dst) {
    HWY_DYNAMIC_DISPATCH(winograd_dst)(tiles, from, finish, dst);
}
void winograd_diff_weights(WinogradKind kind, const float* sums, int rows, int columns, float* weights,
                           std::ptrdiff_t row, std::ptrdiff_t tap) {
    HWY_DYNAMIC_DISPATCH(winograd_diff_weights)(kind, sums, rows, columns, weights, row, tap);
}

}  // namespace twofold::ops::simd
#endif

// Register tiles that the direct convolutions and Winograd's products are made of. Compiled once for each instruction
// set, from within a file that hwy/foreach_target.h includes; hence the unusual guard.
//
// A tile is kRows x kVectors vectors: 24 sums, 3 weights and a broadcast of the 32 registers of AVX-512 and NEON;
// 12 sums of the 16 registers of AVX2 and SSE4.
#if defined(TWOFOLD_OPS_CONV2D_CONV2D_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_CONV2D_CONV2D_TILES_INL_H
#undef TWOFOLD_OPS_CONV2D_CONV2D_TILES_INL_H
#else
#define TWOFOLD_OPS_CONV2D_CONV2D_TILES_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "ops/conv2d/conv2d.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kRows = 8;
#else
constexpr int kRows = 4;
#endif
constexpr int kVectors = 3;

// Calls body with `n`, which is 1 to kMost, as a type: tiles want their size at compile time.
template <int kMost, typename Body>
HWY_INLINE void with_constant(int n, const Body& body) {
    if constexpr (kMost > 1) {
        if (n < kMost) return with_constant<kMost - 1>(n, body);
    }
    body(std::integral_constant<int, kMost>());
}

// How a tile of a product ends: plus bias and LeakyReLU; times the derivative of LeakyReLU; as it is; as it is, in rows
// of any length, from start values that fill whole vectors.
enum class Finish { kBias, kMask, kNone, kPlain };

struct Tile {
    const float* src;         // first of the tile's rows
    std::ptrdiff_t src_step;  // floats between rows of the tile (pixels)
    std::ptrdiff_t src_line;  // floats between kernel rows
    int lines;                // kernel rows
    int depth;                // contiguous floats of one pixel in one kernel row
    const float* weights;     // [lines][depth][columns], lines `weights_line` apart
    std::ptrdiff_t weights_line;
    std::ptrdiff_t columns;
    float* dst;
    std::ptrdiff_t dst_step;
    const float* bias;
    const float* activation;  // laid out like dst, but with its own steps
    std::ptrdiff_t activation_step;
    float slope;
    int tail;  // kPlain: floats of the last vector that belong to dst
};

// The first `count` lanes.
HWY_INLINE void store_first(V value, int count, float* dst) {
    const D d;
    HWY_ALIGN float lanes[16];
    hn::Store(value, d, lanes);
    for (int i = 0; i < count; ++i) dst[i] = lanes[i];
}

template <Finish kFinish, int kR, int kV>
HWY_INLINE void multiply_tile(const Tile& t) {
    const D d;
    const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    V sum[kR][kV];
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) {
        const bool has_start = kFinish == Finish::kBias || kFinish == Finish::kPlain;
        const V start = has_start ? hn::LoadU(d, t.bias + v * lanes) : hn::Zero(d);
        HWY_UNROLL(16)
        for (int r = 0; r < kR; ++r) {
            sum[r][v] = start;
            if constexpr (kFinish == Finish::kPlain)
                __builtin_prefetch(t.dst + (kR + r) * t.dst_step + v * lanes, 1, 3);
        }
    }
    for (int line = 0; line < t.lines; ++line) {
        const float* HWY_RESTRICT weights = t.weights + line * t.weights_line;
        const float* HWY_RESTRICT src = t.src + line * t.src_line;
        for (int k = 0; k < t.depth; ++k) {
            // The pixels that come next, a cache line for each step of the depth.
            if constexpr (kFinish == Finish::kPlain) __builtin_prefetch(src + kR * t.src_step + k * 16, 0, 3);
            V w[kV];
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) w[v] = hn::LoadU(d, weights + v * lanes);
            weights += t.columns;
            HWY_UNROLL(16)
            for (int r = 0; r < kR; ++r) {
                const V s = hn::Set(d, src[r * t.src_step + k]);
                HWY_UNROLL(8)
                for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(s, w[v], sum[r][v]);
            }
        }
    }
    const V slope = hn::Set(d, t.slope);
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) {
            V value = sum[r][v];
            if constexpr (kFinish == Finish::kBias)
                value = hn::IfThenElse(hn::Gt(value, hn::Zero(d)), value, hn::Mul(value, slope));
            if constexpr (kFinish == Finish::kMask) {
                const V a = hn::LoadU(d, t.activation + r * t.activation_step + v * lanes);
                value = hn::IfThenElse(hn::Gt(a, hn::Zero(d)), value, hn::Mul(value, slope));
            }
            float* HWY_RESTRICT dst = t.dst + r * t.dst_step + v * lanes;
            if (kFinish == Finish::kPlain && v == kV - 1 && t.tail < lanes)
                store_first(value, t.tail, dst);
            else
                hn::StoreU(value, d, dst);
        }
    }
}

template <Finish kFinish, int kMostRows = kRows, int kMostVectors = kVectors>
void multiply_columns(const Tile& t, int rows, int vectors) {
    with_constant<kMostVectors>(vectors, [&](auto v) HWY_ATTR {
        with_constant<kMostRows>(
            rows, [&](auto r) HWY_ATTR { multiply_tile<kFinish, decltype(r)::value, decltype(v)::value>(t); });
    });
}

// kR consecutive rows of the product (taps and input channels) by kV vectors of output channels, summed over `lines`
// rows of `width` pixels.
template <int kR, int kV>
HWY_INLINE void accumulate_tile(int lines, int width, ConstMap src, int src_step, ConstMap diff, int diff_step,
                                float* HWY_RESTRICT sums, std::ptrdiff_t columns) {
    const D d;
    const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    V sum[kR][kV];
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) sum[r][v] = hn::LoadU(d, sums + r * columns + v * lanes);
    }
    for (int line = 0; line < lines; ++line) {
        const float* HWY_RESTRICT s = src.data + line * src.row;
        const float* HWY_RESTRICT g = diff.data + line * diff.row;
        for (int x = 0; x < width; ++x, s += src_step, g += diff_step) {
            V w[kV];
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) w[v] = hn::LoadU(d, g + v * lanes);
            HWY_UNROLL(16)
            for (int r = 0; r < kR; ++r) {
                const V value = hn::Set(d, s[r]);
                HWY_UNROLL(8)
                for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(value, w[v], sum[r][v]);
            }
        }
    }
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, sums + r * columns + v * lanes);
    }
}

// Any number of rows of the product by 1 to kVectors vectors.
inline void accumulate_columns(int rows, int vectors, int lines, int width, ConstMap src, int src_step, ConstMap diff,
                               int diff_step, float* sums, std::ptrdiff_t columns) {
    with_constant<kVectors>(vectors, [&](auto v) HWY_ATTR {
        for (int r = 0; r < rows; r += kRows)
            with_constant<kRows>(std::min(kRows, rows - r), [&](auto count) HWY_ATTR {
                accumulate_tile<decltype(count)::value, decltype(v)::value>(
                    lines, width, {src.data + r, src.row}, src_step, diff, diff_step, sums + r * columns, columns);
            });
    });
}

// sums[out] += `lines` rows of `width` pixels; `out` is a multiple of the vector length.
inline void accumulate_bias(int lines, int width, int out, ConstMap diff, int diff_step, float* sums) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int o = 0; o < out; o += lanes) {
        V sum = hn::LoadU(d, sums + o);
        for (int line = 0; line < lines; ++line) {
            const float* g = diff.data + line * diff.row + o;
            for (int x = 0; x < width; ++x) sum = hn::Add(sum, hn::LoadU(d, g + std::ptrdiff_t{x} * diff_step));
        }
        hn::StoreU(sum, d, sums + o);
    }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

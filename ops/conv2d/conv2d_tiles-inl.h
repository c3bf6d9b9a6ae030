// Register tiles that the direct convolutions and Winograd's products are made of. Compiled once for each instruction
// set, from within a file that hwy/foreach_target.h includes; hence the unusual guard.
//
// A tile is kRows x kVectors vectors: 24 sums, 3 weights and a broadcast of the 32 registers of AVX-512; 12 sums of the
// 16 registers of AVX2, SSE4 and 32-bit NEON. 64-bit NEON multiplies by a lane of a register: 18 sums, 6 weights of two
// steps and a register of each of the 6 rows, which one load fills for four steps. Sums of outer products have tiles of
// kSumRows x kSumVectors, and load for kSumSteps of them at once.
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

#if HWY_ARCH_ARM_A64
constexpr int kRows = 6, kVectors = 3;
constexpr int kSumRows = 8, kSumVectors = 2, kSumSteps = 3;
#elif HWY_TARGET <= HWY_AVX3
constexpr int kRows = 8, kVectors = 3;
constexpr int kSumRows = 8, kSumVectors = 3, kSumSteps = 1;
#else
constexpr int kRows = 4, kVectors = 3;
constexpr int kSumRows = 4, kSumVectors = 3, kSumSteps = 1;
#endif

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

#if HWY_ARCH_ARM_A64
// sum[v] += s in that lane * w[v]
template <int kLane, int kV>
HWY_INLINE void add_lane_products(V s, const V (&w)[kV], V (&sum)[kV]) {
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) sum[v].raw = vfmaq_laneq_f32(sum[v].raw, w[v].raw, s.raw, kLane);
}

// Two steps at once: cores that do not reorder instructions wait less often.
template <int kLane, int kR, int kV>
HWY_INLINE void add_two_steps(const V (&s)[kR], const float* HWY_RESTRICT weights, std::ptrdiff_t columns,
                              V (&sum)[kR][kV]) {
    const D d;
    V first[kV], second[kV];
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) first[v] = hn::LoadU(d, weights + v * 4);
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) second[v] = hn::LoadU(d, weights + columns + v * 4);
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) add_lane_products<kLane>(s[r], first, sum[r]);
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) add_lane_products<kLane + 1>(s[r], second, sum[r]);
}
#endif

// sum[r][v] += sum over k < depth of src[r * src_step + k] * weights[k * columns + v], w's being vectors. before(k) may
// ask for memory.
template <int kR, int kV, typename Before>
HWY_INLINE void add_products(const float* HWY_RESTRICT src, std::ptrdiff_t src_step, int depth,
                             const float* HWY_RESTRICT weights, std::ptrdiff_t columns, V (&sum)[kR][kV],
                             const Before& before) {
    const D d;
    const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    int k = 0;
#if HWY_ARCH_ARM_A64
    for (; k + 4 <= depth; k += 4) {
        V s[kR];
        HWY_UNROLL(16)
        for (int r = 0; r < kR; ++r) s[r] = hn::LoadU(d, src + r * src_step + k);
        add_two_steps<0>(s, weights, columns, sum);
        add_two_steps<2>(s, weights + 2 * columns, columns, sum);
        weights += 4 * columns;
    }
#endif
    for (; k < depth; ++k) {
        before(k);
        V w[kV];
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) w[v] = hn::LoadU(d, weights + v * lanes);
        weights += columns;
        HWY_UNROLL(16)
        for (int r = 0; r < kR; ++r) {
            const V s = hn::Set(d, src[r * src_step + k]);
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(s, w[v], sum[r][v]);
        }
    }
}

// sum[r][v] += sum over i < kSteps of src[i * src_step + r] * diff(i, v), diff's being vectors.
template <int kSteps, int kR, int kV, typename Diff>
HWY_INLINE void add_outer_products(const float* HWY_RESTRICT src, std::ptrdiff_t src_step, const Diff& diff,
                                   V (&sum)[kR][kV]) {
    const D d;
    V w[kSteps][kV];
    HWY_UNROLL(4)
    for (int i = 0; i < kSteps; ++i) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) w[i][v] = diff(i, v);
    }
    constexpr int kFours = HWY_ARCH_ARM_A64 ? kR / 4 : 0;
#if HWY_ARCH_ARM_A64
    if constexpr (kFours > 0) {
        V s[kSteps][kFours];
        HWY_UNROLL(4)
        for (int i = 0; i < kSteps; ++i) {
            HWY_UNROLL(4)
            for (int f = 0; f < kFours; ++f) s[i][f] = hn::LoadU(d, src + i * src_step + 4 * f);
        }
        HWY_UNROLL(4)
        for (int i = 0; i < kSteps; ++i) {
            HWY_UNROLL(4)
            for (int f = 0; f < kFours; ++f) {
                add_lane_products<0>(s[i][f], w[i], sum[4 * f]);
                add_lane_products<1>(s[i][f], w[i], sum[4 * f + 1]);
                add_lane_products<2>(s[i][f], w[i], sum[4 * f + 2]);
                add_lane_products<3>(s[i][f], w[i], sum[4 * f + 3]);
            }
        }
    }
#endif
    HWY_UNROLL(4)
    for (int i = 0; i < kSteps; ++i) {
        HWY_UNROLL(16)
        for (int r = 4 * kFours; r < kR; ++r) {
            const V s = hn::Set(d, src[i * src_step + r]);
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(s, w[i][v], sum[r][v]);
        }
    }
}

// The same for any number of steps, kSumSteps at a time.
template <int kR, int kV, typename Diff>
HWY_INLINE void add_outer_products(int steps, const float* HWY_RESTRICT src, std::ptrdiff_t src_step, const Diff& diff,
                                   V (&sum)[kR][kV]) {
    int i = 0;
    for (; i + kSumSteps <= steps; i += kSumSteps)
        add_outer_products<kSumSteps>(
            src + i * src_step, src_step, [&](int more, int v) HWY_ATTR { return diff(i + more, v); }, sum);
    if constexpr (kSumSteps > 1)
        for (; i < steps; ++i)
            add_outer_products<1>(
                src + i * src_step, src_step, [&](int, int v) HWY_ATTR { return diff(i, v); }, sum);
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
        add_products(src, t.src_step, t.depth, weights, t.columns, sum, [&](int k) HWY_ATTR {
            // The pixels that come next, a cache line for each step of the depth.
            if constexpr (kFinish == Finish::kPlain) __builtin_prefetch(src + kR * t.src_step + k * 16, 0, 3);
        });
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
HWY_INLINE void accumulate_tile(int lines, int width, ConstMap src, std::ptrdiff_t src_step, ConstMap diff,
                                std::ptrdiff_t diff_step, float* HWY_RESTRICT sums, std::ptrdiff_t columns) {
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
        add_outer_products(
            width, s, src_step, [&](int x, int v) HWY_ATTR { return hn::LoadU(d, g + x * diff_step + v * lanes); },
            sum);
    }
    HWY_UNROLL(16)
    for (int r = 0; r < kR; ++r) {
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, sums + r * columns + v * lanes);
    }
}

// Any number of rows of the product by 1 to kSumVectors vectors.
inline void accumulate_columns(int rows, int vectors, int lines, int width, ConstMap src, int src_step, ConstMap diff,
                               int diff_step, float* sums, std::ptrdiff_t columns) {
    with_constant<kSumVectors>(vectors, [&](auto v) HWY_ATTR {
        for (int r = 0; r < rows; r += kSumRows)
            with_constant<kSumRows>(std::min(kSumRows, rows - r), [&](auto count) HWY_ATTR {
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

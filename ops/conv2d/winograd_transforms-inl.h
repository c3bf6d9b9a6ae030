// Winograd's transforms F(4x4, 3x3) on vectors of channels. Compiled once for each instruction set.
//
// A 1-D convolution of 6 values with 3 taps is a product of polynomials, known from its values at six points: here
// 0, +-a, +-b and infinity. With the textbook's points 0, +-1, +-2 the rounding error is 2.3 times that of a = 5/8,
// b = 3/2 (measured on 128 channels of normal data), whose squares are still exact.
//   N_p = product of (p - q) over the other finite points q;  m(x) = product of (x - q) over all finite points q
//   B: row p holds the coefficients of m(x) / (x - p), the last row those of m(x)            data     6 -> 6
//   G: row p = (1, p, p^2) / N_p, the last row (0, 0, 1)                                      weights  3 -> 6
//   A: row p = (1, p, p^2, p^3), the last row (0, 0, 0, 1);  y = A^T ((G g) * (B d))          outputs  6 -> 4
// The gradients are the adjoints: A on the outputs' gradients, G^T for the weights'.
#if defined(TWOFOLD_OPS_CONV2D_WINOGRAD_TRANSFORMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_CONV2D_WINOGRAD_TRANSFORMS_INL_H
#undef TWOFOLD_OPS_CONV2D_WINOGRAD_TRANSFORMS_INL_H
#else
#define TWOFOLD_OPS_CONV2D_WINOGRAD_TRANSFORMS_INL_H
#endif

#include <hwy/highway.h>

#include "ops/conv2d/conv2d_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

constexpr float kA = 0.625f, kB = 1.5f;
constexpr float kA2 = kA * kA, kB2 = kB * kB;
constexpr float kA3 = kA * kA2, kB3 = kB * kB2;
// 1 / N_p
constexpr float kScale0 = 1 / (kA2 * kB2);
constexpr float kScaleA = 1 / (2 * kA2 * (kA2 - kB2));
constexpr float kScaleB = 1 / (2 * kB2 * (kB2 - kA2));

HWY_INLINE V constant(float value) { return hn::Set(D(), value); }

// B: values of src.
struct SrcTransform {
    static constexpr int kFrom = 6, kTo = 6;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V a = constant(kA), b = constant(kB), a2 = constant(kA2), b2 = constant(kB2);
        const V sum = constant(kA2 + kB2), product = constant(kA2 * kB2);
        // The even and odd parts of m(x) / (x - p) serve both signs of p.
        const V even_a = hn::NegMulAdd(b2, x[2], x[4]), odd_a = hn::NegMulAdd(b2, x[1], x[3]);
        const V even_b = hn::NegMulAdd(a2, x[2], x[4]), odd_b = hn::NegMulAdd(a2, x[1], x[3]);
        y[0] = hn::MulAdd(product, x[0], hn::NegMulAdd(sum, x[2], x[4]));
        y[1] = hn::MulAdd(a, odd_a, even_a);
        y[2] = hn::NegMulAdd(a, odd_a, even_a);
        y[3] = hn::MulAdd(b, odd_b, even_b);
        y[4] = hn::NegMulAdd(b, odd_b, even_b);
        y[5] = hn::MulAdd(product, x[1], hn::NegMulAdd(sum, x[3], x[5]));
    }
};

// A^T: values of dst.
struct DstTransform {
    static constexpr int kFrom = 6, kTo = 4;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V sum_a = hn::Add(x[1], x[2]), difference_a = hn::Sub(x[1], x[2]);
        const V sum_b = hn::Add(x[3], x[4]), difference_b = hn::Sub(x[3], x[4]);
        y[0] = hn::Add(hn::Add(x[0], sum_a), sum_b);
        y[1] = hn::MulAdd(constant(kA), difference_a, hn::Mul(constant(kB), difference_b));
        y[2] = hn::MulAdd(constant(kA2), sum_a, hn::Mul(constant(kB2), sum_b));
        y[3] = hn::MulAdd(constant(kA3), difference_a, hn::MulAdd(constant(kB3), difference_b, x[5]));
    }
};

// A: gradients with respect to dst.
struct DiffDstTransform {
    static constexpr int kFrom = 4, kTo = 6;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V even_a = hn::MulAdd(constant(kA2), x[2], x[0]), even_b = hn::MulAdd(constant(kB2), x[2], x[0]);
        const V odd_a = hn::MulAdd(constant(kA2), x[3], x[1]), odd_b = hn::MulAdd(constant(kB2), x[3], x[1]);
        y[0] = x[0];
        y[1] = hn::MulAdd(constant(kA), odd_a, even_a);
        y[2] = hn::NegMulAdd(constant(kA), odd_a, even_a);
        y[3] = hn::MulAdd(constant(kB), odd_b, even_b);
        y[4] = hn::NegMulAdd(constant(kB), odd_b, even_b);
        y[5] = x[3];
    }
};

// G: weights.
struct WeightTransform {
    static constexpr int kFrom = 3, kTo = 6;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V even_a = hn::Mul(constant(kScaleA), hn::MulAdd(constant(kA2), x[2], x[0]));
        const V even_b = hn::Mul(constant(kScaleB), hn::MulAdd(constant(kB2), x[2], x[0]));
        y[0] = hn::Mul(constant(kScale0), x[0]);
        y[1] = hn::MulAdd(constant(kA * kScaleA), x[1], even_a);
        y[2] = hn::NegMulAdd(constant(kA * kScaleA), x[1], even_a);
        y[3] = hn::MulAdd(constant(kB * kScaleB), x[1], even_b);
        y[4] = hn::NegMulAdd(constant(kB * kScaleB), x[1], even_b);
        y[5] = x[2];
    }
};

// G^T: gradients with respect to weights.
struct DiffWeightTransform {
    static constexpr int kFrom = 6, kTo = 3;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V sum_a = hn::Mul(constant(kScaleA), hn::Add(x[1], x[2]));
        const V sum_b = hn::Mul(constant(kScaleB), hn::Add(x[3], x[4]));
        y[0] = hn::MulAdd(constant(kScale0), x[0], hn::Add(sum_a, sum_b));
        y[1] = hn::MulAdd(constant(kA * kScaleA), hn::Sub(x[1], x[2]),
                          hn::Mul(constant(kB * kScaleB), hn::Sub(x[3], x[4])));
        y[2] = hn::MulAdd(constant(kA2), sum_a, hn::MulAdd(constant(kB2), sum_b, x[5]));
    }
};

// The transform of columns, then of rows: from load(y, x) to store(y, x, value).
template <class T, class Load, class Store>
HWY_INLINE void transform_2d(const Load& load, const Store& store) {
    V half[T::kTo][T::kFrom];
    for (int x = 0; x < T::kFrom; ++x) {
        V from[T::kFrom], to[T::kTo];
        HWY_UNROLL(8)
        for (int y = 0; y < T::kFrom; ++y) from[y] = load(y, x);
        T::apply(from, to);
        HWY_UNROLL(8)
        for (int y = 0; y < T::kTo; ++y) half[y][x] = to[y];
    }
    for (int y = 0; y < T::kTo; ++y) {
        V to[T::kTo];
        T::apply(half[y], to);
        HWY_UNROLL(8)
        for (int x = 0; x < T::kTo; ++x) store(y, x, to[x]);
    }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

// Winograd's transforms of 3x3 convolutions with stride 2 and of their transposes, on vectors of channels. Compiled
// once for each instruction set.
//
// With d the values of src that meet taps 0 and 2, and e those between, which meet tap 1:
//
//   stride 2     dst[i] = (k0 d[i] + k2 d[i+1]) + k1 e[i]
//   transposed   dst[2i] = k0 d[i] + k2 d[i+1],  dst[2i+1] = k1 d[i+1]      with the kernel turned
//
// In brackets is F(3, 2), 3 outputs of 2 taps from 4 products: polynomials known at 0, 1, -1 and infinity, so that
// transforms of maps are sums of values and add next to no rounding error. Frequencies 0 to 3 are its products, 4 to 6
// those of k1.
#if defined(TWOFOLD_OPS_CONV2D_WINOGRAD_STRIDE2_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_CONV2D_WINOGRAD_STRIDE2_INL_H
#undef TWOFOLD_OPS_CONV2D_WINOGRAD_STRIDE2_INL_H
#else
#define TWOFOLD_OPS_CONV2D_WINOGRAD_STRIDE2_INL_H
#endif

#include <hwy/highway.h>

#include "ops/conv2d/conv2d_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// B of F(3, 2).
HWY_INLINE void two_taps_src(V d0, V d1, V d2, V d3, V* y) {
    y[0] = hn::Sub(d2, d0);
    y[1] = hn::Add(d1, d2);
    y[2] = hn::Sub(d2, d1);
    y[3] = hn::Sub(d3, d1);
}

// Its A^T.
HWY_INLINE void two_taps_dst(const V* x, V* y0, V* y1, V* y2) {
    const V sum = hn::Add(x[1], x[2]);
    *y0 = hn::Add(x[0], sum);
    *y1 = hn::Sub(x[1], x[2]);
    *y2 = hn::Add(sum, x[3]);
}

struct Stride2Src {
    static constexpr int kFrom = 7, kTo = 7;
    static HWY_INLINE void apply(const V* x, V* y) {
        two_taps_src(x[0], x[2], x[4], x[6], y);
        y[4] = x[1];
        y[5] = x[3];
        y[6] = x[5];
    }
};

struct Stride2Dst {
    static constexpr int kFrom = 7, kTo = 3;
    static HWY_INLINE void apply(const V* x, V* y) {
        two_taps_dst(x, &y[0], &y[1], &y[2]);
        for (int i = 0; i < 3; ++i) y[i] = hn::Add(y[i], x[4 + i]);
    }
};

// The adjoint of Stride2Dst.
struct Stride2DiffDst {
    static constexpr int kFrom = 3, kTo = 7;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V outer = hn::Add(x[0], x[2]);
        y[0] = x[0];
        y[1] = hn::Add(outer, x[1]);
        y[2] = hn::Sub(outer, x[1]);
        y[3] = x[2];
        for (int i = 0; i < 3; ++i) y[4 + i] = x[i];
    }
};

struct TransposedSrc {
    static constexpr int kFrom = 4, kTo = 7;
    static HWY_INLINE void apply(const V* x, V* y) {
        two_taps_src(x[0], x[1], x[2], x[3], y);
        for (int i = 0; i < 3; ++i) y[4 + i] = x[1 + i];
    }
};

struct TransposedDst {
    static constexpr int kFrom = 7, kTo = 6;
    static HWY_INLINE void apply(const V* x, V* y) {
        two_taps_dst(x, &y[0], &y[2], &y[4]);
        for (int i = 0; i < 3; ++i) y[1 + 2 * i] = x[4 + i];
    }
};

// G of F(3, 2), and the middle tap.
struct Stride2Weights {
    static constexpr int kFrom = 3, kTo = 5;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V half = hn::Set(D(), 0.5f);
        y[0] = hn::Neg(x[0]);
        y[1] = hn::Mul(half, hn::Add(x[0], x[2]));
        y[2] = hn::Mul(half, hn::Sub(x[0], x[2]));
        y[3] = x[2];
        y[4] = x[1];
    }
};

// The adjoint of that.
struct Stride2DiffWeights {
    static constexpr int kFrom = 5, kTo = 3;
    static HWY_INLINE void apply(const V* x, V* y) {
        const V half = hn::Set(D(), 0.5f);
        y[0] = hn::MulAdd(half, hn::Add(x[1], x[2]), hn::Neg(x[0]));
        y[1] = x[4];
        y[2] = hn::MulAdd(half, hn::Sub(x[1], x[2]), x[3]);
    }
};

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

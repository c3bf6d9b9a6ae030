// Everything here waits for memory; the kernels only have to keep up with it. Sums stay in registers along a row, a
// group of channels at a time, and are added up over the rows of a band afterwards, which also keeps their rounding
// errors small.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/batch_norm/batch_norm_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "ops/batch_norm/batch_norm_simd.h"
#include "ops/channel_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using simd::BatchNormDiff;
using simd::RowRange;

// Vectors of channels whose sums are kept in registers.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kGroup = 8;
#else
constexpr int kGroup = 4;
#endif

// z > 0 ? g : slope * g
template <class D, class V = hn::Vec<D>>
HWY_INLINE V leaky(D d, V z, V g, V slope) {
    return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), g, hn::Mul(slope, g));
}

// Calls body(n) with `vectors`, if it is 1 to kFew, as a constant: then what belongs to channels stays in registers for
// a whole row. False for more.
constexpr int kFew = 4;
template <int kMost = kFew, class Body>
HWY_INLINE bool with_few(int vectors, const Body& body) {
    if constexpr (kMost > 1) {
        if (vectors < kMost) return with_few<kMost - 1>(vectors, body);
    }
    if (vectors != kMost) return false;
    body(std::integral_constant<int, kMost>());
    return true;
}

template <int kV, class D>
HWY_INLINE void load_all(D d, const float* from, hn::Vec<D> (&to)[kV]) {
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) to[v] = hn::LoadU(d, from + v * static_cast<int>(hn::Lanes(d)));
}

template <int kV, class D>
HWY_INLINE void add_to_sums(D d, const hn::Vec<D> (&values)[kV], float* sums) {
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_UNROLL(8)
    for (int v = 0; v < kV; ++v) hn::StoreU(hn::Add(hn::LoadU(d, sums + v * lanes), values[v]), d, sums + v * lanes);
}

struct RowSums {
    const float* src;
    std::ptrdiff_t pixel;
    int width, channels;
    const float* pivot;
    float* sums;

    template <int kV, class D>
    HWY_INLINE void group(D d, int c) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        hn::Vec<D> sum[kV], squares[kV];
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) sum[v] = squares[v] = hn::Zero(d);
        const float* HWY_RESTRICT s = src + c;
        for (int x = 0; x < width; ++x, s += pixel) {
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) {
                const auto value = hn::Sub(hn::LoadU(d, s + v * lanes), hn::LoadU(d, pivot + c + v * lanes));
                sum[v] = hn::Add(sum[v], value);
                squares[v] = hn::MulAdd(value, value, squares[v]);
            }
        }
        add_to_sums<kV>(d, sum, sums + c);
        add_to_sums<kV>(d, squares, sums + channels + c);
    }

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        int c = first;
        for (; c + kGroup * lanes <= last; c += kGroup * lanes) group<kGroup>(d, c);
        for (; c + 2 * lanes <= last; c += 2 * lanes) group<2>(d, c);
        for (; c < last; c += lanes) group<1>(d, c);
    }
};

void sums(const ConstFeatureMap& src, RowRange rows, float* out) {
    std::fill_n(out, 2 * src.channels, 0.0f);
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels,
                           RowSums{src.at(y, 0), src.pixel, src.width, src.channels, src.at(rows.first, 0), out});
}

struct RowApply {
    const float* src;
    std::ptrdiff_t src_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int width;
    const float *scale, *shift;
    float slope;

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        const auto factor = hn::Set(d, slope);
        const float* s = src;
        float* t = dst;
        const bool few = with_few((last - first) / lanes, [&](auto vectors) HWY_ATTR {
            constexpr int kV = decltype(vectors)::value;
            hn::Vec<D> a[kV], b[kV];
            load_all(d, scale + first, a);
            load_all(d, shift + first, b);
            for (int x = 0; x < width; ++x, s += src_pixel, t += dst_pixel) {
                HWY_UNROLL(8)
                for (int v = 0; v < kV; ++v) {
                    const auto z = hn::MulAdd(hn::LoadU(d, s + first + v * lanes), a[v], b[v]);
                    hn::StoreU(leaky(d, z, z, factor), d, t + first + v * lanes);
                }
            }
        });
        if (few) return;
        for (int x = 0; x < width; ++x, s += src_pixel, t += dst_pixel)
            for (int c = first; c < last; c += lanes) {
                const auto z = hn::MulAdd(hn::LoadU(d, s + c), hn::LoadU(d, scale + c), hn::LoadU(d, shift + c));
                hn::StoreU(leaky(d, z, z, factor), d, t + c);
            }
    }
};

void apply(const ConstFeatureMap& src, RowRange rows, const float* scale, const float* shift, float slope,
           const FeatureMap& dst) {
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels,
                           RowApply{src.at(y, 0), src.pixel, dst.at(y, 0), dst.pixel, src.width, scale, shift, slope});
}

struct RowDiffSums {
    const float* src;
    std::ptrdiff_t src_pixel;
    const float* diff;
    std::ptrdiff_t diff_pixel;
    int width, channels;
    const float *scale, *shift, *mean;
    float slope;
    float* sums;

    template <int kV, class D>
    HWY_INLINE void group(D d, int c) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        const auto factor = hn::Set(d, slope);
        hn::Vec<D> sum[kV], product[kV];
        HWY_UNROLL(8)
        for (int v = 0; v < kV; ++v) sum[v] = product[v] = hn::Zero(d);
        const float* HWY_RESTRICT s = src + c;
        const float* HWY_RESTRICT t = diff + c;
        for (int x = 0; x < width; ++x, s += src_pixel, t += diff_pixel) {
            HWY_UNROLL(8)
            for (int v = 0; v < kV; ++v) {
                const int at = v * lanes;
                const auto value = hn::LoadU(d, s + at);
                const auto z = hn::MulAdd(value, hn::LoadU(d, scale + c + at), hn::LoadU(d, shift + c + at));
                const auto g = leaky(d, z, hn::LoadU(d, t + at), factor);
                sum[v] = hn::Add(sum[v], g);
                product[v] = hn::MulAdd(g, hn::Sub(value, hn::LoadU(d, mean + c + at)), product[v]);
            }
        }
        add_to_sums<kV>(d, sum, sums + c);
        add_to_sums<kV>(d, product, sums + channels + c);
    }

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        int c = first;
        for (; c + kGroup * lanes <= last; c += kGroup * lanes) group<kGroup>(d, c);
        for (; c + 2 * lanes <= last; c += 2 * lanes) group<2>(d, c);
        for (; c < last; c += lanes) group<1>(d, c);
    }
};

void diff_sums(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows, const float* scale,
               const float* shift, float slope, const float* mean, float* out) {
    std::fill_n(out, 2 * src.channels, 0.0f);
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels, RowDiffSums{src.at(y, 0), src.pixel, diff_dst.at(y, 0), diff_dst.pixel,
                                                     src.width, src.channels, scale, shift, mean, slope, out});
}

struct RowDiffApply {
    const float* src;
    std::ptrdiff_t src_pixel;
    const float* diff;
    std::ptrdiff_t diff_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int width;
    BatchNormDiff by;

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        const auto slope = hn::Set(d, by.slope);
        const float *s = src, *g = diff;
        float* t = dst;
        const bool few = with_few((last - first) / lanes, [&](auto vectors) HWY_ATTR {
            constexpr int kV = decltype(vectors)::value;
            hn::Vec<D> scale[kV], shift[kV], by_src[kV], constant[kV];
            load_all(d, by.scale + first, scale);
            load_all(d, by.shift + first, shift);
            load_all(d, by.by_src + first, by_src);
            load_all(d, by.constant + first, constant);
            for (int x = 0; x < width; ++x, s += src_pixel, g += diff_pixel, t += dst_pixel) {
                HWY_UNROLL(8)
                for (int v = 0; v < kV; ++v) {
                    const int c = first + v * lanes;
                    const auto value = hn::LoadU(d, s + c);
                    const auto z = hn::MulAdd(value, scale[v], shift[v]);
                    const auto own = leaky(d, z, hn::LoadU(d, g + c), slope);
                    const auto shared = hn::MulAdd(value, by_src[v], constant[v]);
                    hn::StoreU(hn::MulAdd(own, scale[v], shared), d, t + c);
                }
            }
        });
        if (few) return;
        for (int x = 0; x < width; ++x, s += src_pixel, g += diff_pixel, t += dst_pixel)
            for (int c = first; c < last; c += lanes) {
                const auto value = hn::LoadU(d, s + c);
                const auto scale = hn::LoadU(d, by.scale + c);
                const auto z = hn::MulAdd(value, scale, hn::LoadU(d, by.shift + c));
                const auto own = leaky(d, z, hn::LoadU(d, g + c), slope);
                const auto shared = hn::MulAdd(value, hn::LoadU(d, by.by_src + c), hn::LoadU(d, by.constant + c));
                hn::StoreU(hn::MulAdd(own, scale, shared), d, t + c);
            }
    }
};

void diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows, const BatchNormDiff& by,
                const FeatureMap& diff_src) {
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels, RowDiffApply{src.at(y, 0), src.pixel, diff_dst.at(y, 0), diff_dst.pixel,
                                                      diff_src.at(y, 0), diff_src.pixel, src.width, by});
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(sums);
HWY_EXPORT(apply);
HWY_EXPORT(diff_sums);
HWY_EXPORT(diff_apply);

void batch_norm_sums(const ConstFeatureMap& src, RowRange rows, float* sums) {
    HWY_DYNAMIC_DISPATCH(sums)(src, rows, sums);
}
void batch_norm_apply(const ConstFeatureMap& src, RowRange rows, const float* scale, const float* shift, float slope,
                      const FeatureMap& dst) {
    HWY_DYNAMIC_DISPATCH(apply)(src, rows, scale, shift, slope, dst);
}
void batch_norm_diff_sums(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                          const float* scale, const float* shift, float slope, const float* mean, float* sums) {
    HWY_DYNAMIC_DISPATCH(diff_sums)(src, diff_dst, rows, scale, shift, slope, mean, sums);
}
void batch_norm_diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                           const BatchNormDiff& diff, const FeatureMap& diff_src) {
    HWY_DYNAMIC_DISPATCH(diff_apply)(src, diff_dst, rows, diff, diff_src);
}

}  // namespace twofold::ops::simd
#endif

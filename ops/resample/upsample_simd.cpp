// One output row at a time, each output computed from scratch out of what lies in the first-level cache: the loads that
// this repeats are cheaper than keeping intermediate rows.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/resample/upsample_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>

#include "ops/channel_vectors-inl.h"
#include "ops/resample/upsample.h"
#include "ops/row_bands.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// (3 a + b) / 4
template <class D, class V = hn::Vec<D>>
HWY_INLINE V blend(D d, V a, V b) {
    return hn::MulAdd(hn::Set(d, 0.75f), a, hn::Mul(hn::Set(d, 0.25f), b));
}

struct BilinearRow {
    const float *near, *other;  // the src rows of weights 3/4 and 1/4
    std::ptrdiff_t src_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int width;  // of src

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        for (int x = 0; x < width; ++x) {
            const std::ptrdiff_t middle = x * src_pixel, left = std::max(x - 1, 0) * src_pixel,
                                 right = std::min(x + 1, width - 1) * src_pixel;
            float* even = dst + 2 * x * dst_pixel;
            float* odd = even + dst_pixel;
            for (int c = first; c < last; c += lanes) {
                const float *a = near + c, *b = other + c;
                const auto m = blend(d, hn::LoadU(d, a + middle), hn::LoadU(d, b + middle));
                const auto l = blend(d, hn::LoadU(d, a + left), hn::LoadU(d, b + left));
                const auto r = blend(d, hn::LoadU(d, a + right), hn::LoadU(d, b + right));
                hn::StoreU(blend(d, m, l), d, even + c);
                hn::StoreU(blend(d, m, r), d, odd + c);
            }
        }
    }
};

struct NearestRow {
    const float* src;
    std::ptrdiff_t src_pixel;
    float *dst0, *dst1;
    std::ptrdiff_t dst_pixel;
    int width;

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        for (int x = 0; x < width; ++x) {
            const float* from = src + x * src_pixel;
            const std::ptrdiff_t even = 2 * x * dst_pixel, odd = even + dst_pixel;
            for (int c = first; c < last; c += lanes) {
                const auto value = hn::LoadU(d, from + c);
                hn::StoreU(value, d, dst0 + even + c);
                hn::StoreU(value, d, dst0 + odd + c);
                hn::StoreU(value, d, dst1 + even + c);
                hn::StoreU(value, d, dst1 + odd + c);
            }
        }
    }
};

void forward_rows(Upsampling kind, const ConstFeatureMap& src, const FeatureMap& dst, int first, int last) {
    for (int y = first; y < last; ++y) {
        if (kind == Upsampling::kNearest) {
            by_channel_vectors(src.channels, NearestRow{src.at(y, 0), src.pixel, dst.at(2 * y, 0), dst.at(2 * y + 1, 0),
                                                        dst.pixel, src.width});
            continue;
        }
        const float *near = src.at(y, 0), *above = src.at(std::max(y - 1, 0), 0),
                    *below = src.at(std::min(y + 1, src.height - 1), 0);
        by_channel_vectors(src.channels, BilinearRow{near, above, src.pixel, dst.at(2 * y, 0), dst.pixel, src.width});
        by_channel_vectors(src.channels,
                           BilinearRow{near, below, src.pixel, dst.at(2 * y + 1, 0), dst.pixel, src.width});
    }
}

struct BilinearBackwardRow {
    const float* diff[4];  // the dst rows 2y - 1 to 2y + 2, those beyond an edge replaced by the edge
    std::ptrdiff_t diff_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int width;  // of dst, half of diff's

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        const auto quarter = hn::Set(d, 0.25f);
        for (int x = 0; x < width; ++x) {
            const std::ptrdiff_t even = 2 * x * diff_pixel, odd = even + diff_pixel,
                                 before = std::max(2 * x - 1, 0) * diff_pixel,
                                 after = std::min(2 * x + 2, 2 * width - 1) * diff_pixel;
            float* to = dst + x * dst_pixel;
            for (int c = first; c < last; c += lanes) {
                // 3/4 (inner two) + 1/4 (outer two), along both axes.
                const auto row = [&](const float* p) HWY_ATTR {
                    const auto inner = hn::Add(hn::LoadU(d, p + even + c), hn::LoadU(d, p + odd + c));
                    const auto outer = hn::Add(hn::LoadU(d, p + before + c), hn::LoadU(d, p + after + c));
                    return hn::MulAdd(hn::Set(d, 0.75f), inner, hn::Mul(quarter, outer));
                };
                const auto inner = hn::Add(row(diff[1]), row(diff[2])), outer = hn::Add(row(diff[0]), row(diff[3]));
                hn::StoreU(hn::MulAdd(hn::Set(d, 0.75f), inner, hn::Mul(quarter, outer)), d, to + c);
            }
        }
    }
};

struct NearestBackwardRow {
    const float *diff0, *diff1;
    std::ptrdiff_t diff_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int width;

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        for (int x = 0; x < width; ++x) {
            const std::ptrdiff_t even = 2 * x * diff_pixel, odd = even + diff_pixel;
            float* to = dst + x * dst_pixel;
            for (int c = first; c < last; c += lanes) {
                const auto top = hn::Add(hn::LoadU(d, diff0 + even + c), hn::LoadU(d, diff0 + odd + c));
                const auto bottom = hn::Add(hn::LoadU(d, diff1 + even + c), hn::LoadU(d, diff1 + odd + c));
                hn::StoreU(hn::Add(top, bottom), d, to + c);
            }
        }
    }
};

void backward_rows(Upsampling kind, const ConstFeatureMap& diff_dst, const FeatureMap& diff_src, int first, int last) {
    for (int y = first; y < last; ++y) {
        const float *even = diff_dst.at(2 * y, 0), *odd = diff_dst.at(2 * y + 1, 0);
        if (kind == Upsampling::kNearest) {
            by_channel_vectors(diff_src.channels, NearestBackwardRow{even, odd, diff_dst.pixel, diff_src.at(y, 0),
                                                                     diff_src.pixel, diff_src.width});
            continue;
        }
        const float *before = diff_dst.at(std::max(2 * y - 1, 0), 0),
                    *after = diff_dst.at(std::min(2 * y + 2, diff_dst.height - 1), 0);
        by_channel_vectors(
            diff_src.channels,
            BilinearBackwardRow{
                {before, even, odd, after}, diff_dst.pixel, diff_src.at(y, 0), diff_src.pixel, diff_src.width});
    }
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(forward_rows);
HWY_EXPORT(backward_rows);

void upsample_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, FeatureMap dst) {
    const auto rows = HWY_DYNAMIC_DISPATCH(forward_rows);
    for_each_band(team, src.height, [&](int, int first, int last) { rows(kind, src, dst, first, last); });
}

void upsample_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    const auto rows = HWY_DYNAMIC_DISPATCH(backward_rows);
    for_each_band(team, diff_src.height,
                  [&](int, int first, int last) { rows(kind, diff_dst, diff_src, first, last); });
}

}  // namespace twofold::ops
#endif

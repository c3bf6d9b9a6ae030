// Passes over a map and the map that its enlargement by 2 and the transpose of that make of it, a quarter: along each
// axis 3/16, 5/8 and 3/16 of neighbouring pixels, edges repeated. It is computed again for every use out of what lies
// in the caches.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/batch_norm/batch_norm_upsampled_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>

#include "ops/batch_norm/batch_norm_simd.h"
#include "ops/channel_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using simd::BatchNormDiff;
using simd::RowRange;

constexpr float kSide = 0.1875f, kMiddle = 0.625f;

// A row and its neighbours above and below.
struct Rows {
    const float *above, *middle, *below;
    std::ptrdiff_t pixel;
    int width;

    Rows(const ConstFeatureMap& map, int y)
        : above(map.at(std::max(y - 1, 0), 0)),
          middle(map.at(y, 0)),
          below(map.at(std::min(y + 1, map.height - 1), 0)),
          pixel(map.pixel),
          width(map.width) {}

    template <class D>
    HWY_INLINE hn::Vec<D> column(D d, int x, int c) const {
        const std::ptrdiff_t at = x * pixel + c;
        const auto sides = hn::Add(hn::LoadU(d, above + at), hn::LoadU(d, below + at));
        return hn::MulAdd(hn::Set(d, kSide), sides, hn::Mul(hn::Set(d, kMiddle), hn::LoadU(d, middle + at)));
    }
    template <class D>
    HWY_INLINE hn::Vec<D> smooth(D d, int x, int c) const {
        const auto sides = hn::Add(column(d, std::max(x - 1, 0), c), column(d, std::min(x + 1, width - 1), c));
        return hn::MulAdd(hn::Set(d, kSide), sides, hn::Mul(hn::Set(d, kMiddle), column(d, x, c)));
    }
};

struct SmoothedSumsRow {
    Rows src;
    int channels;
    const float* pivot;
    float* sums;

    template <class D>
    void operator()(D d, int first, int last) const {
        for (int c = first; c < last; c += static_cast<int>(hn::Lanes(d))) {
            const auto p = hn::LoadU(d, pivot + c);
            auto sum = hn::Zero(d), product = hn::Zero(d);
            for (int x = 0; x < src.width; ++x) {
                const auto value = hn::Sub(hn::LoadU(d, src.middle + x * src.pixel + c), p);
                sum = hn::Add(sum, value);
                product = hn::MulAdd(value, hn::Sub(src.smooth(d, x, c), p), product);
            }
            hn::StoreU(hn::Add(hn::LoadU(d, sums + c), sum), d, sums + c);
            hn::StoreU(hn::Add(hn::LoadU(d, sums + channels + c), product), d, sums + channels + c);
        }
    }
};

void smoothed_sums(const ConstFeatureMap& src, RowRange rows, const float* pivot, float* out) {
    std::fill_n(out, 2 * src.channels, 0.0f);
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels, SmoothedSumsRow{Rows(src, y), src.channels, pivot, out});
}

struct SmoothedDiffRow {
    Rows src;
    const float* diff;
    std::ptrdiff_t diff_pixel;
    float* dst;
    std::ptrdiff_t dst_pixel;
    BatchNormDiff by;

    template <class D>
    void operator()(D d, int first, int last) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        for (int x = 0; x < src.width; ++x)
            for (int c = first; c < last; c += lanes) {
                const auto shared =
                    hn::MulAdd(src.smooth(d, x, c), hn::LoadU(d, by.by_src + c), hn::LoadU(d, by.constant + c));
                const auto own = hn::LoadU(d, diff + x * diff_pixel + c);
                hn::StoreU(hn::MulAdd(own, hn::LoadU(d, by.scale + c), shared), d, dst + x * dst_pixel + c);
            }
    }
};

void smoothed_diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                         const BatchNormDiff& by, const FeatureMap& diff_src) {
    for (int y = rows.first; y < rows.last; ++y)
        by_channel_vectors(src.channels, SmoothedDiffRow{Rows(src, y), diff_dst.at(y, 0), diff_dst.pixel,
                                                         diff_src.at(y, 0), diff_src.pixel, by});
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(smoothed_sums);
HWY_EXPORT(smoothed_diff_apply);

void batch_norm_smoothed_sums(const ConstFeatureMap& src, RowRange rows, const float* pivot, float* sums) {
    HWY_DYNAMIC_DISPATCH(smoothed_sums)(src, rows, pivot, sums);
}
void batch_norm_smoothed_diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                                    const BatchNormDiff& diff, const FeatureMap& diff_src) {
    HWY_DYNAMIC_DISPATCH(smoothed_diff_apply)(src, diff_dst, rows, diff, diff_src);
}

}  // namespace twofold::ops::simd
#endif

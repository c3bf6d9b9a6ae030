// Both directions are a filter of four rows and four columns, for its taps are symmetric; backward reads zeros beyond
// the edges. Sums of columns serve four pixels while they are in registers, and blocks of columns are narrow enough
// that the rows of one serve the next output rows from the second-level cache.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/resample/interpolation_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>

#include "ops/channel_vectors-inl.h"
#include "ops/resample/interpolation.h"
#include "ops/row_bands.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kTaps = kInterpolationTaps;
constexpr int kPixels = 4;  // done at a time
constexpr int kColumnBlock = 64;

struct FilterRow {
    const float* rows[kTaps];
    float row_taps[kTaps];  // 0 for rows beyond the edges
    float outer, inner;     // taps along the row
    std::ptrdiff_t src_pixel;
    int src_width;
    float* dst;
    std::ptrdiff_t dst_pixel;
    int first, last;  // pixels of dst
    int offset;       // from a pixel of dst to the first column that it sees
    bool add;         // to what dst holds

    // The sum of the four rows at column x.
    template <class D>
    HWY_INLINE hn::Vec<D> column(D d, int x, int c) const {
        const std::ptrdiff_t at = x * src_pixel + c;
        auto sum = hn::Mul(hn::Set(d, row_taps[0]), hn::LoadU(d, rows[0] + at));
        HWY_UNROLL(4)
        for (int i = 1; i < kTaps; ++i) sum = hn::MulAdd(hn::Set(d, row_taps[i]), hn::LoadU(d, rows[i] + at), sum);
        return sum;
    }

    template <class D, class V = hn::Vec<D>>
    HWY_INLINE void finish(D d, const V* columns, float* to) const {
        const V sum = hn::MulAdd(hn::Set(d, inner), hn::Add(columns[1], columns[2]),
                                 hn::Mul(hn::Set(d, outer), hn::Add(columns[0], columns[3])));
        hn::StoreU(add ? hn::Add(sum, hn::LoadU(d, to)) : sum, d, to);
    }

    template <class D>
    void operator()(D d, int channel, int end) const {
        const int lanes = static_cast<int>(hn::Lanes(d));
        for (int x = first; x < last;) {
            const int from = x + offset;
            if (x + kPixels <= last && from >= 0 && from + kPixels + kTaps - 1 <= src_width) {
                for (int c = channel; c < end; c += lanes) {
                    hn::Vec<D> columns[kPixels + kTaps - 1];
                    HWY_UNROLL(8)
                    for (int i = 0; i < kPixels + kTaps - 1; ++i) columns[i] = column(d, from + i, c);
                    HWY_UNROLL(4)
                    for (int i = 0; i < kPixels; ++i) finish(d, columns + i, dst + (x + i) * dst_pixel + c);
                }
                x += kPixels;
                continue;
            }
            for (int c = channel; c < end; c += lanes) {
                hn::Vec<D> columns[kTaps];
                for (int i = 0; i < kTaps; ++i) {
                    const bool inside = from + i >= 0 && from + i < src_width;
                    columns[i] = inside ? column(d, from + i, c) : hn::Zero(d);
                }
                finish(d, columns, dst + x * dst_pixel + c);
            }
            ++x;
        }
    }
};

// Rows first to last - 1 of dst, which see four of src from their own plus `offset` on, and columns likewise.
void filter_rows(Upsampling kind, const ConstFeatureMap& src, const FeatureMap& dst, int first, int last, int offset,
                 bool add) {
    const float outer = kind == Upsampling::kBilinear ? 0.25f : 0.0f, inner = 1 - outer;
    for (int left = 0; left < dst.width; left += kColumnBlock)
        for (int y = first; y < last; ++y) {
            FilterRow row{{},        {},           outer,     inner, src.pixel,
                          src.width, dst.at(y, 0), dst.pixel, left,  std::min(dst.width, left + kColumnBlock),
                          offset,    add};
            for (int i = 0; i < kTaps; ++i) {
                const int sy = y + offset + i;
                const bool inside = sy >= 0 && sy < src.height;
                row.rows[i] = src.at(std::clamp(sy, 0, src.height - 1), 0);
                row.row_taps[i] = inside ? (i == 1 || i == 2 ? inner : outer) : 0.0f;
            }
            by_channel_vectors(dst.channels, row);
        }
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(filter_rows);

void interpolate_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, FeatureMap dst) {
    const auto rows = HWY_DYNAMIC_DISPATCH(filter_rows);
    for_each_band(team, dst.height, [&](int, int first, int last) { rows(kind, src, dst, first, last, 0, true); });
}

void interpolate_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    const auto rows = HWY_DYNAMIC_DISPATCH(filter_rows);
    for_each_band(team, diff_src.height, [&](int, int first, int last) {
        rows(kind, diff_dst, diff_src, first, last, 1 - kInterpolationTaps, false);
    });
}

}  // namespace twofold::ops
#endif

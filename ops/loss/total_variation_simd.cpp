// Each pixel's gradient is gathered from the three terms that it takes part in, which costs their square roots again
// but lets bands of rows run side by side. A neighbour beyond an edge is replaced by a stride of 0: its difference is
// then 0, and so is what it adds.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/loss/total_variation_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "ops/loss/total_variation.h"
#include "ops/row_bands.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Strides to the neighbours of all pixels of a run, 0 for one beyond an edge.
struct Neighbours {
    std::ptrdiff_t left, right, above, below;
};

template <class D, class V = hn::Vec<D>>
struct Term {
    V value, by_dx, by_dy;
    HWY_INLINE Term(D d, TotalVariation kind, V epsilon, const float* p, std::ptrdiff_t right, std::ptrdiff_t below) {
        const V own = hn::LoadU(d, p), zero = hn::Zero(d), one = hn::Set(d, 1.0f);
        const V dx = hn::Sub(hn::LoadU(d, p + right), own), dy = hn::Sub(hn::LoadU(d, p + below), own);
        if (kind == TotalVariation::kAnisotropic) {
            value = hn::Add(hn::Abs(dx), hn::Abs(dy));
            by_dx = hn::IfThenElse(hn::Eq(dx, zero), zero, hn::CopySign(one, dx));
            by_dy = hn::IfThenElse(hn::Eq(dy, zero), zero, hn::CopySign(one, dy));
            return;
        }
        const V norm = hn::Sqrt(hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(epsilon, epsilon))));
        const V inverse = hn::IfThenElse(hn::Gt(norm, zero), hn::Div(one, norm), zero);
        value = hn::Sub(norm, epsilon);
        by_dx = hn::Mul(dx, inverse);
        by_dy = hn::Mul(dy, inverse);
    }
};

// Adds scale * gradient of `count` neighbouring floats to diff, if given, and returns their values' sum. The rest of a
// run is worked in single lanes, whose sum is added last.
template <class D>
HWY_INLINE double add_run(D d, TotalVariation kind, float epsilon, const float* src, const Neighbours& to, int& i,
                          int count, float scale, float* diff) {
    const int lanes = static_cast<int>(hn::Lanes(d));
    const auto e = hn::Set(d, epsilon), factor = hn::Set(d, scale);
    auto sum = hn::Zero(d);
    for (; i + lanes <= count; i += lanes) {
        const float* p = src + i;
        const Term<D> own(d, kind, e, p, to.right, to.below);
        sum = hn::Add(sum, own.value);
        if (!diff) continue;
        const Term<D> left(d, kind, e, p - to.left, to.left, to.below);
        const Term<D> above(d, kind, e, p - to.above, to.right, to.above);
        const auto gradient = hn::Sub(hn::Add(left.by_dx, above.by_dy), hn::Add(own.by_dx, own.by_dy));
        hn::StoreU(hn::MulAdd(factor, gradient, hn::LoadU(d, diff + i)), d, diff + i);
    }
    return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

double add_rows(TotalVariation kind, float epsilon, const ConstFeatureMap& src, int first, int last, float scale,
                const FeatureMap& diff) {
    const hn::CappedTag<float, 16> d;
    const hn::CappedTag<float, 1> d1;
    const bool dense = src.dense_rows() && (!diff.data || diff.dense_rows());
    double sum = 0;
    for (int y = first; y < last; ++y)
        for (int x = 0, next = 0; x < src.width; x = next) {
            // The first and the last pixel lack a neighbour; between them lies one run if pixels are dense.
            next = dense && x > 0 && x < src.width - 1 ? src.width - 1 : x + 1;
            const Neighbours to{x > 0 ? src.pixel : 0, x < src.width - 1 ? src.pixel : 0, y > 0 ? src.row : 0,
                                y < src.height - 1 ? src.row : 0};
            const int count = (next - x) * src.channels;
            float* out = diff.data ? diff.at(y, x) : nullptr;
            int i = 0;
            sum += add_run(d, kind, epsilon, src.at(y, x), to, i, count, scale, out);
            sum += add_run(d1, kind, epsilon, src.at(y, x), to, i, count, scale, out);
        }
    return sum;
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(add_rows);

double total_variation(ThreadTeam& team, TotalVariation kind, float epsilon, ConstFeatureMap src, float weight,
                       FeatureMap diff_src) {
    const auto rows = HWY_DYNAMIC_DISPATCH(add_rows);
    const double scale = 1 / (double(src.height) * src.width * src.channels);
    const float diff_scale = static_cast<float>(double{weight} * scale);
    std::array<double, RowBands::kMaxBands> sums{};
    for_each_band(team, src.height, [&](int band, int first, int last) {
        sums[static_cast<std::size_t>(band)] = rows(kind, epsilon, src, first, last, diff_scale, diff_src);
    });
    double sum = 0;
    for (const double s : sums) sum += s;
    return scale * sum;
}

}  // namespace twofold::ops
#endif

// Runs of floats; the exponential function is Highway's, within 1 unit in the last place.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/activation/sigmoid_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "ops/activation/sigmoid.h"
#include "ops/pixel_runs.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> logistic(D d, hn::Vec<D> x) {
    const auto one = hn::Set(d, 1.0f);
    // Beyond +-80 nothing changes that a float could tell; exp must not overflow.
    const auto bounded = hn::Max(hn::Min(hn::Neg(x), hn::Set(d, 80.0f)), hn::Set(d, -80.0f));
    return hn::Div(one, hn::Add(one, hn::Exp(d, bounded)));
}

void sigmoid_forward(const float* src, float* dst, int count) {
    const hn::CappedTag<float, 16> d;
    const hn::CappedTag<float, 1> d1;
    const int lanes = static_cast<int>(hn::Lanes(d));
    int i = 0;
    for (; i + lanes <= count; i += lanes) hn::StoreU(logistic(d, hn::LoadU(d, src + i)), d, dst + i);
    for (; i < count; ++i) hn::StoreU(logistic(d1, hn::LoadU(d1, src + i)), d1, dst + i);
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(sigmoid_forward);

void sigmoid_forward(ThreadTeam& team, ConstFeatureMap src, FeatureMap dst) {
    const auto run = HWY_DYNAMIC_DISPATCH(sigmoid_forward);
    for_each_run(team, src, src.dense_rows() && dst.dense_rows(),
                 [&](int y, int x, int count) { run(src.at(y, x), dst.at(y, x), count); });
}

// A few multiplications, which wait for memory.
void sigmoid_backward(ThreadTeam& team, ConstFeatureMap dst, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    const bool dense = dst.dense_rows() && diff_dst.dense_rows() && diff_src.dense_rows();
    for_each_run(team, dst, dense, [&](int y, int x, int count) {
        const float *values = dst.at(y, x), *diff = diff_dst.at(y, x);
        float* to = diff_src.at(y, x);
        for (int i = 0; i < count; ++i) to[i] = values[i] * (1 - values[i]) * diff[i];
    });
}

}  // namespace twofold::ops
#endif

#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/peak/peak_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include "ops/peak/peak.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains hide the latency of every core that we know and fit into sixteen registers.
double multiply_adds(std::int64_t rounds, float* sink) {
    const hn::CappedTag<float, 16> d;
    constexpr int kChains = 12;
    const auto factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
    // Twelve different starts, or a compiler would see that one chain is enough.
    auto c0 = hn::Set(d, sink[0]), c1 = hn::Set(d, sink[1]), c2 = hn::Set(d, sink[2]), c3 = hn::Set(d, sink[3]),
         c4 = hn::Set(d, sink[4]), c5 = hn::Set(d, sink[5]), c6 = hn::Set(d, sink[6]), c7 = hn::Set(d, sink[7]),
         c8 = hn::Set(d, sink[8]), c9 = hn::Set(d, sink[9]), c10 = hn::Set(d, sink[10]), c11 = hn::Set(d, sink[11]);
    for (std::int64_t i = 0; i < rounds; ++i) {
        c0 = hn::MulAdd(c0, factor, term);
        c1 = hn::MulAdd(c1, factor, term);
        c2 = hn::MulAdd(c2, factor, term);
        c3 = hn::MulAdd(c3, factor, term);
        c4 = hn::MulAdd(c4, factor, term);
        c5 = hn::MulAdd(c5, factor, term);
        c6 = hn::MulAdd(c6, factor, term);
        c7 = hn::MulAdd(c7, factor, term);
        c8 = hn::MulAdd(c8, factor, term);
        c9 = hn::MulAdd(c9, factor, term);
        c10 = hn::MulAdd(c10, factor, term);
        c11 = hn::MulAdd(c11, factor, term);
    }
    const auto sum =
        hn::Add(hn::Add(hn::Add(c0, c1), hn::Add(c2, c3)),
                hn::Add(hn::Add(hn::Add(c4, c5), hn::Add(c6, c7)), hn::Add(hn::Add(c8, c9), hn::Add(c10, c11))));
    *sink = hn::GetLane(sum);
    return double(rounds) * kChains * 2 * double(hn::Lanes(d));
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(multiply_adds);

double run_multiply_adds(std::int64_t rounds, float* sink) { return HWY_DYNAMIC_DISPATCH(multiply_adds)(rounds, sink); }

}  // namespace twofold::ops
#endif

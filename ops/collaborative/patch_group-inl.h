// Included once per instruction set: the patches that are most like one.
#if defined(TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#undef TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#else
#define TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <limits>

#include "ops/collaborative/collaborative_filter.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// The nearest patches so far, in order; equal ones as they came.
template <int kMost>
struct PatchGroup {
    float distance[kMost];
    int x[kMost], y[kMost];
    int count = 0;

    float worst() const { return count < kMost ? std::numeric_limits<float>::infinity() : distance[kMost - 1]; }
    void add(float d, int px, int py) {
        if (!(d < worst())) return;
        int at = count < kMost ? count++ : kMost - 1;
        for (; at > 0 && distance[at - 1] > d; --at) {
            distance[at] = distance[at - 1];
            x[at] = x[at - 1];
            y[at] = y[at - 1];
        }
        distance[at] = d;
        x[at] = px;
        y[at] = py;
    }
};

// The reference is the first. Candidates are compared side by side, as many as there are lanes.
template <int kMost>
HWY_INLINE void find_group(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                           PatchGroup<kMost>* group) {
    namespace hn = hwy::HWY_NAMESPACE;
    constexpr int kSide = kCollaborativePatch;
    const hn::CappedTag<float, 16> d;
    group->add(-1, x, y);
    const int lanes = static_cast<int>(hn::Lanes(d));
    const float* pilot = planes.pilot[0];
    const std::ptrdiff_t row = planes.row;
    HWY_ALIGN float here[kCollaborativeCoefficients];
    for (int j = 0; j < kSide; ++j) std::copy_n(pilot + (y + j) * row + x, kSide, here + kSide * j);
    HWY_ALIGN float found[2 * 16];
    for (int v = window.top; v <= window.bottom; ++v)
        for (int u = window.left; u <= window.right; u += 2 * lanes) {
            auto sum0 = hn::Zero(d), sum1 = hn::Zero(d);
            for (int j = 0; j < kSide; ++j) {
                const float* there = pilot + (v + j) * row + u;
                for (int i = 0; i < kSide; ++i) {
                    const auto pixel = hn::Set(d, here[kSide * j + i]);
                    const auto diff0 = hn::Sub(hn::LoadU(d, there + i), pixel);
                    const auto diff1 = hn::Sub(hn::LoadU(d, there + i + lanes), pixel);
                    sum0 = hn::MulAdd(diff0, diff0, sum0);
                    sum1 = hn::MulAdd(diff1, diff1, sum1);
                }
            }
            const auto worst = hn::Set(d, group->worst());
            if (hn::AllTrue(d, hn::And(hn::Ge(sum0, worst), hn::Ge(sum1, worst)))) continue;
            hn::StoreU(sum0, d, found);
            hn::StoreU(sum1, d, found + lanes);
            const int last = std::min(2 * lanes, window.right - u + 1);
            for (int k = 0; k < last; ++k)
                if (u + k != x || v != y) group->add(found[k], u + k, v);
        }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

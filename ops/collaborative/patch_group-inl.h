// Included once per instruction set: the patches that are most like one.
#if defined(TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#undef TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#else
#define TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "ops/collaborative/collaborative_filter.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// The nearest patches so far, in order; equal ones as they came. One number stands for a patch: the bits of its
// distance, which are ordered as distances are, and below them its place.
template <int kMost>
class PatchGroup {
  public:
    explicit PatchGroup(const CollaborativeWindow& window) : window_(window) {
        keys_[0] = std::numeric_limits<std::int64_t>::min();  // an end for shifts
        std::fill_n(keys_ + 1, kMost, key(std::numeric_limits<float>::infinity(), 0));
    }
    int count() const { return count_; }
    // Corner of patch `index`.
    int x(int index) const { return window_.left + place(index) % width(); }
    int y(int index) const { return window_.top + place(index) / width(); }

    float worst() const { return std::bit_cast<float>(static_cast<std::int32_t>(keys_[kMost] >> 32)); }
    void add(float distance, int px, int py) {
        if (!(distance < worst())) return;
        insert(key(distance, (py - window_.top) * width() + px - window_.left));
    }
    // Before all others.
    void add_first(int px, int py) { add(-1, px, py); }

  private:
    int width() const { return window_.right - window_.left + 1; }
    int place(int index) const { return static_cast<int>(keys_[index + 1] & 0xffffffff); }
    static std::int64_t key(float distance, int place) {
        return std::int64_t{std::bit_cast<std::int32_t>(distance)} << 32 | place;
    }
    HWY_INLINE void insert(std::int64_t key) {
        namespace hn = hwy::HWY_NAMESPACE;
        const hn::CappedTag<std::int64_t, 8> d;
        const int lanes = static_cast<int>(hn::Lanes(d));
        const auto added = hn::Set(d, key);
        // Each place keeps its number, or takes the one that is added, or that of the place before, whichever is in the
        // middle; from the end on, for places before are still to be read.
        for (int i = kMost + 1 - lanes; i > 0; i -= lanes) {
            const auto own = hn::LoadU(d, keys_ + i), before = hn::LoadU(d, keys_ + i - 1);
            hn::StoreU(hn::Max(before, hn::Min(own, added)), d, keys_ + i);
        }
        count_ = std::min(count_ + 1, kMost);
    }

    CollaborativeWindow window_;
    std::int64_t keys_[kMost + 1];
    int count_ = 0;
};

// The reference is the first. Candidates are compared side by side, as many as there are lanes.
template <int kMost>
HWY_INLINE void find_group(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                           PatchGroup<kMost>* group) {
    namespace hn = hwy::HWY_NAMESPACE;
    constexpr int kSide = kCollaborativePatch;
    const hn::CappedTag<float, 16> d;
    group->add_first(x, y);
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

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
#include <cstddef>
#include <cstdint>
#include <limits>

#include "ops/collaborative/collaborative_filter.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// The nearest patches so far, in order; equal ones as they lie in the window. One number stands for a patch: the bits
// of its distance, which are ordered as distances are, and below them its place.
template <int kMost>
class PatchGroup {
  public:
    explicit PatchGroup(const CollaborativeWindow& window) : window_(window) {
        keys_[0] = std::numeric_limits<std::int64_t>::min();  // an end for shifts
        std::fill_n(keys_ + 1, kMost, key(std::numeric_limits<float>::infinity(), 0));
    }
    int count() const { return count_; }
    // Where the corner of patch `index` lies in a plane whose rows are `row` floats apart.
    std::ptrdiff_t offset(int index, std::ptrdiff_t row) const {
        const int place = static_cast<int>(keys_[index + 1] & 0xffffffff);
        return (window_.top + place / width()) * row + window_.left + place % width();
    }

    float worst() const { return std::bit_cast<float>(static_cast<std::int32_t>(keys_[kMost] >> 32)); }
    void add(float distance, int px, int py) {
        if (!(distance <= worst())) return;
        const std::int64_t added = key(distance, (py - window_.top) * width() + px - window_.left);
        if (added < keys_[kMost]) insert(added);
    }
    // Before all others.
    void add_first(int px, int py) { add(-1, px, py); }

  private:
    int width() const { return window_.right - window_.left + 1; }
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

// Places that are compared at once: a row of a whole window.
constexpr int kPlaces = 2 * kCollaborativeReach;

// Adds the patches of kRows rows of the window, from row `top` on, kPlaces of them from `left` on.
// Patches are compared side by side, in as many sums as keep the multipliers busy.
template <int kRows, int kMost>
HWY_INLINE void add_rows(const CollaborativePlanes& planes, const float* here, int x, int y,
                         const CollaborativeWindow& window, int left, int top, PatchGroup<kMost>* group) {
    namespace hn = hwy::HWY_NAMESPACE;
    constexpr int kSide = kCollaborativePatch;
    const hn::CappedTag<float, 16> d;
    using V = hn::Vec<hn::CappedTag<float, 16>>;
    constexpr int kLanes = static_cast<int>(hn::MaxLanes(d)), kVectors = kPlaces / kLanes;
    V sum[kRows][kVectors];
    HWY_UNROLL(2)
    for (int r = 0; r < kRows; ++r) {
        HWY_UNROLL(8)
        for (int k = 0; k < kVectors; ++k) sum[r][k] = hn::Zero(d);
    }
    for (int j = 0; j < kSide; ++j) {
        const float* there = planes.pilot[0] + (top + j) * planes.row + left;
        for (int i = 0; i < kSide; ++i) {
            const V pixel = hn::Set(d, here[kSide * j + i]);
            HWY_UNROLL(2)
            for (int r = 0; r < kRows; ++r) {
                HWY_UNROLL(8)
                for (int k = 0; k < kVectors; ++k) {
                    const V difference = hn::Sub(hn::LoadU(d, there + r * planes.row + k * kLanes + i), pixel);
                    sum[r][k] = hn::MulAdd(difference, difference, sum[r][k]);
                }
            }
        }
    }
    HWY_ALIGN float found[kLanes];
    for (int r = 0; r < kRows; ++r)
        for (int k = 0, u = left; k < kVectors && u <= window.right; ++k, u += kLanes) {
            if (hn::AllFalse(d, hn::Le(sum[r][k], hn::Set(d, group->worst())))) continue;
            hn::Store(sum[r][k], d, found);
            const int last = std::min(kLanes, window.right - u + 1), v = top + r;
            for (int lane = 0; lane < last; ++lane)
                if (u + lane != x || v != y) group->add(found[lane], u + lane, v);
        }
}

// The reference is the first.
template <int kMost>
HWY_INLINE void find_group(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                           PatchGroup<kMost>* group) {
    constexpr int kSide = kCollaborativePatch;
    // Four sums for vectors of 8 and 16; eight for shorter ones, on processors that take longer for each.
    constexpr int kRows = hwy::HWY_NAMESPACE::MaxLanes(hwy::HWY_NAMESPACE::CappedTag<float, 16>()) == 16 ? 2 : 1;
    group->add_first(x, y);
    HWY_ALIGN float here[kCollaborativeCoefficients];
    for (int j = 0; j < kSide; ++j) std::copy_n(planes.pilot[0] + (y + j) * planes.row + x, kSide, here + kSide * j);
    for (int left = window.left; left <= window.right; left += kPlaces) {
        int v = window.top;
        for (; v + kRows - 1 <= window.bottom; v += kRows) add_rows<kRows>(planes, here, x, y, window, left, v, group);
        for (; v <= window.bottom; ++v) add_rows<1>(planes, here, x, y, window, left, v, group);
    }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

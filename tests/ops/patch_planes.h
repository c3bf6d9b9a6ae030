// Random pictures in components, for the filters of groups of patches.
#ifndef TWOFOLD_TESTS_OPS_PATCH_PLANES_H
#define TWOFOLD_TESTS_OPS_PATCH_PLANES_H

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"
#include "tests/support/random_values.h"

namespace twofold::test {

struct PatchPlanes {
    int width, height, components;
    std::ptrdiff_t row;
    std::vector<float> noisy, pilot, sum, weight;

    PatchPlanes(int w, int h, int c)
        : width(w),
          height(h),
          components(c),
          row(w + ops::kCollaborativePadding),
          noisy(random_values(size(), 1)),
          pilot(random_values(size(), 2)),
          sum(size()),
          weight(size()) {}

    std::size_t plane() const { return static_cast<std::size_t>(row * height); }
    std::size_t size() const { return plane() * static_cast<std::size_t>(components); }
    ops::CollaborativePlanes planes() {
        ops::CollaborativePlanes p;
        p.components = components;
        p.row = row;
        for (std::size_t c = 0; c < static_cast<std::size_t>(components); ++c) {
            p.noisy[c] = noisy.data() + c * plane();
            p.pilot[c] = pilot.data() + c * plane();
            p.sum[c] = sum.data() + c * plane();
            p.weight[c] = weight.data() + c * plane();
        }
        return p;
    }
    ops::CollaborativeWindow window() const {
        return {0, 0, width - ops::kCollaborativePatch, height - ops::kCollaborativePatch};
    }
    std::size_t at(int x, int y, int c) const {
        return static_cast<std::size_t>(c) * plane() + static_cast<std::size_t>(y * row + x);
    }
    // Every third patch each way, by one of the filters.
    template <typename Filter>
    void filter_all(Filter* filter, const std::vector<float>& variance) {
        for (int y = 0; y + ops::kCollaborativePatch <= height; y += 3)
            for (int x = 0; x + ops::kCollaborativePatch <= width; x += 3)
                filter(planes(), x, y, window(), variance.data());
    }
    // Of the sums and weights.
    double largest_difference(const PatchPlanes& other) const {
        double largest = 0;
        for (std::size_t i = 0; i < sum.size(); ++i)
            largest = std::max({largest, std::abs(double{sum[i]} - double{other.sum[i]}),
                                std::abs(double{weight[i]} - double{other.weight[i]})});
        return largest;
    }
    float result(int x, int y, int c) const { return sum[at(x, y, c)] / weight[at(x, y, c)]; }
};

}  // namespace twofold::test

#endif

// The patches that are most like one, in plain loops.
#ifndef TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_REF_H
#define TWOFOLD_OPS_COLLABORATIVE_PATCH_GROUP_REF_H

#include <algorithm>
#include <array>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"

namespace twofold::ops::ref {

using Patch = std::array<float, kCollaborativeCoefficients>;

struct Candidate {
    float distance;
    int x, y;
};

inline Patch read(const float* plane, std::ptrdiff_t row, int x, int y) {
    Patch patch;
    for (int j = 0; j < kCollaborativePatch; ++j)
        std::copy_n(plane + (y + j) * row + x, kCollaborativePatch, patch.begin() + kCollaborativePatch * j);
    return patch;
}

// All of the window, the nearest first; the reference before all others.
inline std::vector<Candidate> find_group(const CollaborativePlanes& planes, int x, int y,
                                         const CollaborativeWindow& window) {
    const Patch here = read(planes.pilot[0], planes.row, x, y);
    std::vector<Candidate> all;
    for (int v = window.top; v <= window.bottom; ++v)
        for (int u = window.left; u <= window.right; ++u) {
            const Patch there = read(planes.pilot[0], planes.row, u, v);
            float distance = 0;
            for (std::size_t i = 0; i < here.size(); ++i) distance += (there[i] - here[i]) * (there[i] - here[i]);
            all.push_back({u == x && v == y ? -1 : distance, u, v});
        }
    std::stable_sort(all.begin(), all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
    return all;
}

}  // namespace twofold::ops::ref

#endif

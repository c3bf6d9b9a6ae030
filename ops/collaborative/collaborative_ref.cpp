#include <algorithm>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"
#include "ops/collaborative/patch_group_ref.h"

namespace twofold::ops::ref {
namespace {

constexpr int kSide = kCollaborativePatch;
constexpr std::size_t kPoints = kCollaborativeCoefficients;

Patch dct(const Patch& in, bool back) {
    Patch out;
    patch_dct(in.data(), back, out.data());
    return out;
}

// Orthonormal, its own inverse.
void walsh_hadamard(std::vector<Patch>& stack) {
    for (std::size_t step = 1; step < stack.size(); step *= 2)
        for (std::size_t g = 0; g < stack.size(); ++g) {
            if ((g & step) != 0) continue;
            for (std::size_t i = 0; i < kPoints; ++i) {
                const float a = stack[g][i], b = stack[g + step][i];
                stack[g][i] = (a + b) * 0.70710678f;
                stack[g + step][i] = (a - b) * 0.70710678f;
            }
        }
}

}  // namespace

void collaborative_filter(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                          const float* variance) {
    std::vector<Candidate> group = find_group(planes, x, y, window);
    std::size_t count = 1;
    while (2 * count <= std::min<std::size_t>(group.size(), kCollaborativeGroup)) count *= 2;
    group.resize(count);
    for (std::size_t c = 0; c < static_cast<std::size_t>(planes.components); ++c) {
        std::vector<Patch> noisy, pilot;
        for (const Candidate& patch : group) {
            noisy.push_back(dct(read(planes.noisy[c], planes.row, patch.x, patch.y), false));
            pilot.push_back(dct(read(planes.pilot[c], planes.row, patch.x, patch.y), false));
        }
        walsh_hadamard(noisy);
        walsh_hadamard(pilot);
        float squares = 0;
        for (std::size_t g = 0; g < group.size(); ++g)
            for (std::size_t i = 0; i < kPoints; ++i) {
                const float energy = pilot[g][i] * pilot[g][i], noise = variance[c * kPoints + i];
                const float w = g + i == 0 || noise <= 0 ? 1 : energy / (energy + noise);
                noisy[g][i] *= w;
                squares += w * w;
            }
        walsh_hadamard(noisy);
        for (std::size_t g = 0; g < group.size(); ++g) {
            const Patch result = dct(noisy[g], true);
            for (int j = 0; j < kSide; ++j)
                for (int i = 0; i < kSide; ++i) {
                    const std::ptrdiff_t at = (group[g].y + j) * planes.row + group[g].x + i;
                    const auto p = static_cast<std::size_t>(kSide * j + i);
                    const float weight = kaiser8()[p] / squares;
                    planes.sum[c][at] += weight * result[p];
                    planes.weight[c][at] += weight;
                }
        }
    }
}

}  // namespace twofold::ops::ref

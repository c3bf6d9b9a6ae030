// Collaborative Wiener filtering: the second step of BM3D (Dabov, Foi, Katkovnik & Egiazarian, IEEE TIP 16, 2007), with
// any denoised image as the pilot that tells which patches are alike and how strong the signal is in each coefficient.
//
// For one reference patch of 8x8 pixels: the kGroup patches of the window around it that are nearest in the pilot's
// first component are stacked, from the noisy image and from the pilot; both stacks go through an orthonormal
// transform, the DCT-II within patches and Walsh-Hadamard's across them; with p a coefficient of the pilot and v the
// variance of the noise in it, that of the noisy image is multiplied by
//     w = p^2 / (p^2 + v),    1 for the mean of all the patches;
// and what comes back is added to `sum`, times kaiser(y, x) / sum of w^2, and that weight to `weight`. The result of
// all reference patches is sum / weight. Components are filtered one by one, with the same patches.
#ifndef TWOFOLD_OPS_COLLABORATIVE_COLLABORATIVE_FILTER_H
#define TWOFOLD_OPS_COLLABORATIVE_COLLABORATIVE_FILTER_H

#include <array>
#include <cstddef>

namespace twofold::ops {

inline constexpr int kCollaborativePatch = 8;   // pixels a side
inline constexpr int kCollaborativeGroup = 16;  // patches, or the largest power of two that the window holds
// Pixels from the reference up or left to other patches of its window, and one less down or right: 32 places in a row
// of the window fill the vectors.
inline constexpr int kCollaborativeReach = 16;
inline constexpr int kCollaborativeCoefficients = kCollaborativePatch * kCollaborativePatch;
// Floats that may be read, not used, behind the last pixel of a row of the pilot.
inline constexpr int kCollaborativePadding = 32;

// Of an image in components, each in a plane of its own; rows of all planes are `row` floats apart.
struct CollaborativePlanes {
    int components = 1;  // 1..4
    std::ptrdiff_t row = 0;
    std::array<const float*, 4> noisy{}, pilot{};
    std::array<float*, 4> sum{}, weight{};
};

// Corners of patches, both bounds included.
struct CollaborativeWindow {
    int left, top, right, bottom;
};

// Filters the patch whose corner is (x, y), which lies in the window, and adds what becomes of its group. `variance`
// has kCollaborativeCoefficients numbers a component, [row frequency][column frequency].
void collaborative_filter(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                          const float* variance);

// The two-dimensional DCT-II of a patch, or the way back, row by row; in plain loops.
void patch_dct(const float* in, bool back, float* out);

// The DCT-II of 8 points: row k is the k-th basis function.
const std::array<std::array<float, kCollaborativePatch>, kCollaborativePatch>& dct8();
// The window that patches fade out with, Kaiser's with beta 2.
const std::array<float, kCollaborativeCoefficients>& kaiser8();

// The same in plain loops: the specification.
namespace ref {
void collaborative_filter(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                          const float* variance);
}  // namespace ref

}  // namespace twofold::ops

#endif

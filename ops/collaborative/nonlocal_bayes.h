// Nonlocal Bayes (Lebrun, Buades & Morel, SIAM J. Imaging Sciences 6, 2013), its second step, with any denoised image
// as the pilot: patches that are alike are taken for draws from one normal distribution, of which the pilot tells mean
// and covariance, and each is estimated from what is noisy of it.
//
// For one reference patch of 8x8 pixels: the kBayesGroup patches of the window around it that are nearest in the
// pilot's first component. With m their mean and C their covariance in the pilot, y one of them in the noisy image, and
// v the variance of the noise, which is white,
//     m + (C + e) (C + e + v)^-1 (y - m),    e = max(0, mean square of noisy less pilot, less v):
// e is what the pilot has lost of the picture, and keeps little noise from costing detail. The result is added to
// `sum`, times 1 / (1 + ||F||^2 + 64 (e / (e + v))^2) with F = C (C + e + v)^-1, and that weight to `weight`. Where the
// trace of C is less than kBayesWeakSignal (e + v), C is taken for 0: F would be next to nothing, and what the pilot's
// patches differ by is noise that is left in it as often as not. The result of all reference patches is sum / weight.
// Components are filtered one by one, with the same patches.
#ifndef TWOFOLD_OPS_COLLABORATIVE_NONLOCAL_BAYES_H
#define TWOFOLD_OPS_COLLABORATIVE_NONLOCAL_BAYES_H

#include "ops/collaborative/collaborative_filter.h"

namespace twofold::ops {

inline constexpr int kBayesGroup = 32;  // patches, or as many as the window holds
// Less than this share of the trace of C is not told from rounding: e + v is no less.
inline constexpr float kBayesLeastShare = 1e-6f;
// Of C's trace to e + v, below which C is 0.
inline constexpr float kBayesWeakSignal = 0.5f;

// Filters the patch whose corner is (x, y), which lies in the window, and adds what becomes of its group. `variance`
// has one number a component.
void nonlocal_bayes(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                    const float* variance);

// The same in plain loops: the specification.
namespace ref {
void nonlocal_bayes(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                    const float* variance);
}  // namespace ref

}  // namespace twofold::ops

#endif

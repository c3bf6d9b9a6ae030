// Total variation of a map (Rudin, Osher, Fatemi 1992) as a term of a loss, with its gradient.
//
// With forward differences dx[y][x] = src[y][x+1] - src[y][x] and dy[y][x] = src[y+1][x] - src[y][x], 0 beyond the last
// column or row, channel by channel:
//   anisotropic   mean of |dx| + |dy|, with 0 for the derivative of |0|
//   isotropic     mean of sqrt(dx^2 + dy^2 + epsilon^2) - epsilon, smooth for epsilon > 0
// The mean is over pixels * channels.
#ifndef TWOFOLD_OPS_LOSS_TOTAL_VARIATION_H
#define TWOFOLD_OPS_LOSS_TOTAL_VARIATION_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

enum class TotalVariation { kAnisotropic, kIsotropic };

// Returns the mean and adds weight * its gradient to diff_src, which may be null in `data` where only the value is
// wanted. epsilon >= 0 (0: a gradient of 0 where both differences are 0); read for the isotropic kind only.
double total_variation(ThreadTeam& team, TotalVariation kind, float epsilon, ConstFeatureMap src, float weight,
                       FeatureMap diff_src);

// The same in plain loops: the specification.
namespace ref {
double total_variation(TotalVariation kind, float epsilon, ConstFeatureMap src, float weight, FeatureMap diff_src);
}  // namespace ref

}  // namespace twofold::ops

#endif

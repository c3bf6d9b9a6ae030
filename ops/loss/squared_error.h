// Mean squared error between a map and a target over the pixels that a mask names.
//
//   loss = sum of m * (src - t)^2 / (channels * sum of m),   diff_src = 2 m (src - t) / (channels * sum of m)
//
// t is the target, plus a shift if one is given: noise that is drawn anew at each step.
// m is one weight >= 0 a pixel, the same for all its channels. Where m is 0, target is read but has no effect as long
// as it is finite. If all weights are 0, loss and gradient are 0.
#ifndef TWOFOLD_OPS_LOSS_SQUARED_ERROR_H
#define TWOFOLD_OPS_LOSS_SQUARED_ERROR_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// mask.data null: all weights are 1. diff_src.data null: only the loss is wanted; otherwise diff_src is overwritten.
// shift.data null: none.
double squared_error(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap target, ConstFeatureMap mask,
                     FeatureMap diff_src, ConstFeatureMap shift = no_map());

}  // namespace twofold::ops

#endif

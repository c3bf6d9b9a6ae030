// The logistic function, y = 1 / (1 + exp(-x)), and diff_src = y * (1 - y) * diff_dst.
#ifndef TWOFOLD_OPS_ACTIVATION_SIGMOID_H
#define TWOFOLD_OPS_ACTIVATION_SIGMOID_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// dst may be src.
void sigmoid_forward(ThreadTeam& team, ConstFeatureMap src, FeatureMap dst);

// `dst` is the forward pass's output. diff_src may be diff_dst.
void sigmoid_backward(ThreadTeam& team, ConstFeatureMap dst, ConstFeatureMap diff_dst, FeatureMap diff_src);

// The same in plain loops and double precision: the specification.
namespace ref {
void sigmoid_forward(ConstFeatureMap src, FeatureMap dst);
void sigmoid_backward(ConstFeatureMap dst, ConstFeatureMap diff_dst, FeatureMap diff_src);
}  // namespace ref

}  // namespace twofold::ops

#endif

// A bias alone, where sums of products are added to it.
//
//   forward    dst[y][x][c] = bias[c]
//   backward   diff_bias[c] = sum of diff_dst[y][x][c]
#ifndef TWOFOLD_OPS_ACTIVATION_BIAS_H
#define TWOFOLD_OPS_ACTIVATION_BIAS_H

#include <cstddef>

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

void bias_forward(ThreadTeam& team, const float* bias, FeatureMap dst);

// Floats of scratch memory.
std::size_t bias_scratch(int height, int channels);
void bias_backward(ThreadTeam& team, ConstFeatureMap diff_dst, float* diff_bias, float* scratch);

}  // namespace twofold::ops

#endif

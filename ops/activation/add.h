// dst += src: how the gradients of a map that has two readers meet.
#ifndef TWOFOLD_OPS_ACTIVATION_ADD_H
#define TWOFOLD_OPS_ACTIVATION_ADD_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// Adds src to dst. The maps have one size and are the same or do not overlap.
void add(ThreadTeam& team, ConstFeatureMap src, FeatureMap dst);

}  // namespace twofold::ops

#endif

// A plain loop suffices: it waits for memory.
#include "ops/activation/add.h"
#include "ops/pixel_runs.h"

namespace twofold::ops {

void add(ThreadTeam& team, ConstFeatureMap src, FeatureMap dst) {
    for_each_run(team, src, src.dense_rows() && dst.dense_rows(), [&](int y, int x, int count) {
        const float* from = src.at(y, x);
        float* to = dst.at(y, x);
        for (int i = 0; i < count; ++i) to[i] += from[i];
    });
}

}  // namespace twofold::ops

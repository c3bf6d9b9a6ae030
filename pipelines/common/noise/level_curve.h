// Variance by brightness, as a few points with straight lines between them.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_LEVEL_CURVE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_LEVEL_CURVE_H

#include <vector>

namespace twofold {

struct LevelPoint {
    double brightness, variance;
};
using LevelCurve = std::vector<LevelPoint>;  // brightness rises

// Each point the mean of itself, counted twice, and its neighbours.
void smooth(LevelCurve& curve);

// Level beyond the ends.
double interpolate(const LevelCurve& curve, double brightness);

// The value below which `share` of the values lie; they are reordered. `values` must not be empty.
float quantile(std::vector<float>& values, double share);

}  // namespace twofold

#endif

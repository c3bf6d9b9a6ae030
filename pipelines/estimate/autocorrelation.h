// How much the noise of neighbouring pixels is alike.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_AUTOCORRELATION_H
#define TWOFOLD_PIPELINES_ESTIMATE_AUTOCORRELATION_H

#include <array>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

inline constexpr int kCorrelationReach = 4;  // pixels

// By (dy, dx) from -kCorrelationReach to kCorrelationReach; 1 in the middle.
using Autocorrelation = std::array<std::array<double, 2 * kCorrelationReach + 1>, 2 * kCorrelationReach + 1>;

// Mean over the colour channels, in the quietest windows of a random sample; in those of the channels' differences,
// where the picture is weaker, when red, green and blue have noises of their own (`apart`). The image must be at least
// 16x16.
Autocorrelation measure_autocorrelation(const ImageView& image, const WhiteLevel& white, bool apart);

}  // namespace twofold

#endif

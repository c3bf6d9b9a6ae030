// Which samples have their noise whole.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_NOISE_BOUNDS_H
#define TWOFOLD_PIPELINES_ESTIMATE_NOISE_BOUNDS_H

#include <array>
#include <cstddef>
#include <limits>

#include "pipelines/estimate/noise_estimate.h"

namespace twofold {

// A sample whose noise was taken away differs by no more noises from the noisy one, unless it is a hot pixel.
inline constexpr float kLargestResidual = 6;

// The brightnesses at which the noise of a channel is cut off; infinite where it is not.
struct NoiseBounds {
    float black = -std::numeric_limits<float>::infinity();
    float white = std::numeric_limits<float>::infinity();

    bool within(float brightness, float margin) const {
        return brightness - margin >= black && brightness + margin <= white;
    }
};

inline std::array<NoiseBounds, 4> noise_bounds(const NoiseEstimate& noise, int channels) {
    std::array<NoiseBounds, 4> bounds;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        if (noise.census.black[c] > 0)
            bounds[c].black = static_cast<float>(noise.census.smallest[c]) / noise.white.white;
        if (noise.census.white[c] > 0)
            bounds[c].white = static_cast<float>(noise.census.largest[c]) / noise.white.white;
    }
    return bounds;
}

}  // namespace twofold

#endif

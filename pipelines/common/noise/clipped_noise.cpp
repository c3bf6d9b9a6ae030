#include "pipelines/common/noise/clipped_noise.h"

#include <cmath>
#include <numbers>

namespace twofold {
namespace {

constexpr int kKnots = 64;
constexpr double kFar = 12;  // standard deviations, where a bound makes no difference

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double share_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

}  // namespace

ClippedNoise::ClippedNoise(const PhotonTransfer& transfer, Clipping clipping) {
    for (int k = 0; k <= kKnots; ++k) {
        const double mean = double(k) / kKnots, variance = transfer.variance(mean), sigma = std::sqrt(variance);
        double seen = mean, left = variance;
        if (sigma > 0) {
            // Moments of a standard normal variable whose values beyond the bounds are set to them.
            const double low = clipping.at_black ? std::max(-kFar, -mean / sigma) : -kFar;
            const double high = clipping.at_white ? std::min(kFar, (1 - mean) / sigma) : kFar;
            const double below = share_below(low), above = share_below(-high);
            const double first = low * below + density(low) - density(high) + high * above;
            const double second = low * low * below + (1 - below - above) + low * density(low) - high * density(high) +
                                  high * high * above;
            seen = mean + sigma * first;
            left = variance * (second - first * first);
        }
        left_.push_back({seen, left});
        before_.push_back({seen, variance});
        brightness_.push_back({seen, mean});
    }
}

}  // namespace twofold

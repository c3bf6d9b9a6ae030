#include "pipelines/common/noise/clipped_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace twofold {
namespace {

constexpr int kKnots = 64;
constexpr double kFewPhotons = 0.02;  // gain above which a normal variable does not do
constexpr double kFar = 12;           // standard deviations, where a bound makes no difference

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double share_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

struct Moments {
    double mean, variance;
};

// Of a normal variable whose values beyond the bounds are set to them.
Moments clipped_normal(double mean, double variance, Clipping clipping) {
    const double sigma = std::sqrt(variance);
    if (sigma <= 0) return {mean, variance};
    const double low = clipping.at_black ? std::max(-kFar, -mean / sigma) : -kFar;
    const double high = clipping.at_white ? std::min(kFar, (1 - mean) / sigma) : kFar;
    const double below = share_below(low), above = share_below(-high);
    const double first = low * below + density(low) - density(high) + high * above;
    const double second =
        low * low * below + (1 - below - above) + low * density(low) - high * density(high) + high * high * above;
    return {mean + sigma * first, variance * (second - first * first)};
}

// Of so few photons that their number is no normal variable, cut off at white. `gain` is the brightness of one.
Moments clipped_photons(double mean, double gain) {
    const double photons = mean / gain;
    double share = std::exp(-photons), above = 1, first = 0, second = 0;
    for (int k = 0; k * gain < 1; ++k) {
        above -= share;
        first += share * k * gain;
        second += share * (k * gain) * (k * gain);
        share *= photons / (k + 1);
    }
    first += above;
    second += above;
    return {first, std::max(0.0, second - first * first)};
}

Moments clipped_moments(const PhotonTransfer& transfer, Clipping clipping, double mean) {
    const bool few_photons =
        clipping.at_white && transfer.gain > kFewPhotons && transfer.read_noise == 0 && transfer.offset == 0;
    return few_photons ? clipped_photons(mean, transfer.gain) : clipped_normal(mean, transfer.variance(mean), clipping);
}

}  // namespace

double clipped_mean(const PhotonTransfer& transfer, Clipping clipping, double mean) {
    return clipped_moments(transfer, clipping, mean).mean;
}

ClippedNoise::ClippedNoise(const PhotonTransfer& transfer, Clipping clipping) {
    for (int k = 0; k <= kKnots; ++k) {
        const double mean = double(k) / kKnots;
        const Moments left = clipped_moments(transfer, clipping, mean);
        left_.push_back({left.mean, left.variance});
        before_.push_back({left.mean, transfer.variance(mean)});
        brightness_.push_back({left.mean, mean});
    }
}

}  // namespace twofold

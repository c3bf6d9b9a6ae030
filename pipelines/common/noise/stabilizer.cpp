#include "pipelines/common/noise/stabilizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/random_window.h"

namespace twofold {
namespace {

constexpr float kLeastRatio = 1.2f;                   // of the strongest noise to the weakest that is worth stabilising
constexpr std::uint64_t kPixels = 4096;               // that are looked at
constexpr std::uint64_t kStream = 11;                 // of random numbers
constexpr double kDarkest = 0.02, kBrightest = 0.98;  // quantiles of the pixels

// Where the noise is weakest it is not known well, being that of black or of single photons, which is far from normal
// on a scale that is stretched there: results were worse (docs/recipes.md).
constexpr float kFloor = 0.5f;         // of the strongest
constexpr float kFloorAcross = 0.25f;  // of the strongest in any channel: one without noise would have all of the scale
constexpr float kLeastFloor = 1e-6f;

// Brightness from kFirst to kLast, for noise reaches beyond black and white.
constexpr double kFirst = -1, kLast = 2;
constexpr int kSteps = 3 * 2048, kInverseSteps = 1 << 14;
constexpr float kPerUnit = kSteps / 3;
constexpr std::size_t kBlack = kSteps / 3, kWhite = 2 * kBlack;

// Abscissas and weights of the Gauss-Hermite rule of nine points, for the standard normal distribution.
struct Node {
    double at, weight;
};
constexpr std::array<Node, 9> kNormal{{{-4.512745863399783, 2.2345844007746584e-05},
                                       {-3.2054290028564703, 0.0027891413212317692},
                                       {-2.07684797867783, 0.04991640676521787},
                                       {-1.0232556637891326, 0.24409750289493909},
                                       {0, 0.40634920634920635},
                                       {1.0232556637891326, 0.24409750289493909},
                                       {2.07684797867783, 0.04991640676521787},
                                       {3.2054290028564703, 0.0027891413212317692},
                                       {4.512745863399783, 2.2345844007746584e-05}}};
constexpr int kFineNodes = 20;    // on each side, for noise that was cut off
constexpr double kFineReach = 4;  // standard deviations

double brightness(int step) { return kFirst + (kLast - kFirst) * step / kSteps; }

}  // namespace

bool depends_on_brightness(const NoiseModel& noise, const ImageView& image, const WhiteLevel& white) {
    if (!noise.measured || noise.mean_sigma <= 0) return false;
    const int channels = image.colour_channels();
    for (const auto& channel : noise.sigma)
        if (*std::ranges::max_element(channel) > Stabilizer::kMostSigma) return false;
    std::vector<float> pixel(static_cast<std::size_t>(channels));
    std::array<std::vector<float>, 4> levels;
    for (std::uint64_t i = 0; i < kPixels; ++i) {
        load_window(image, white, random_place(image, 1, 1, kStream, i), 1, 1, &pixel);
        for (std::size_t c = 0; c < pixel.size(); ++c) levels[c].push_back(pixel[c]);
    }
    for (int c = 0; c < channels; ++c) {
        std::vector<float>& of_channel = levels[static_cast<std::size_t>(c)];
        const float dark = quantile(of_channel, kDarkest), bright = quantile(of_channel, kBrightest);
        float least = noise.at(c, dark), most = least;
        constexpr int kPlaces = 16;
        for (int i = 1; i <= kPlaces; ++i) {
            const float sigma = noise.at(c, dark + (bright - dark) * static_cast<float>(i) / kPlaces);
            least = std::min(least, sigma);
            most = std::max(most, sigma);
        }
        if (most >= kLeastRatio * least && most > 0) return true;
    }
    return false;
}

Stabilizer::Stabilizer(const NoiseModel& noise, int channels, float share, const ChannelTransfers* clipped)
    : channels_(channels), noise_(noise) {
    const float taken = 1 - (1 - share) * (1 - share);  // of the variance
    const auto count = static_cast<std::size_t>(channels);
    std::array<std::vector<float>, 4> sigma, stabilized;
    std::array<float, 4> floors{};
    float furthest = 0;
    float strongest = 0;
    for (std::size_t c = 0; c < count; ++c) strongest = std::max(strongest, *std::ranges::max_element(noise.sigma[c]));
    for (std::size_t c = 0; c < count; ++c) {
        floors[c] =
            std::max({kFloor * *std::ranges::max_element(noise.sigma[c]), kFloorAcross * strongest, kLeastFloor});
        for (int i = 0; i <= kSteps; ++i)
            sigma[c].push_back(std::max(noise.at(static_cast<int>(c), static_cast<float>(brightness(i))), floors[c]));
        stabilized[c] = integrate(sigma[c]);
        furthest = std::max(furthest, stabilized[c][kWhite]);
    }
    for (std::size_t c = 0; c < count; ++c) {
        for (float& value : stabilized[c]) value /= furthest;
        forward_[c] = tabulate(static_cast<float>(kFirst), kPerUnit, std::move(stabilized[c]));
        const Table exact = inverse_of(forward_[c].values, forward_[c]);
        const std::vector<float> means = clipped == nullptr
                                             ? mean_of_noisy(forward_[c], sigma[c])
                                             : mean_of_clipped(forward_[c], clipped->channel[c], clipped->clipping);
        inverse_[c] = inverse_of(means, forward_[c]);
        std::vector<float> mixed;
        for (std::size_t i = 0; i < exact.values.size(); ++i)
            mixed.push_back((1 - taken) * exact.values[i] + taken * inverse_[c].values[i]);
        inverse_[c] = tabulate(exact.first, exact.per_unit, std::move(mixed));
        std::vector<float> restored;
        for (std::size_t i = 0; i < means.size(); ++i)
            restored.push_back((1 - taken) * forward_[c].values[i] + taken * means[i]);
        restored_[c] = tabulate(forward_[c].first, forward_[c].per_unit, std::move(restored));
        for (int k = 0; k <= NoiseModel::kIntervals; ++k) {
            const float at = exact(static_cast<float>(k) / NoiseModel::kIntervals);
            const float strength = noise.at(static_cast<int>(c), at);
            noise_.sigma[c][static_cast<std::size_t>(k)] = strength / std::max(strength, floors[c]) / furthest;
        }
    }
    noise_.mean_sigma = 1 / double{furthest};
}

Stabilizer::Table Stabilizer::tabulate(float first, float per_unit, std::vector<float> values) {
    // Over many steps, for two neighbours are too near each other to tell the slope well.
    const std::size_t span = (values.size() - 1) / 16;
    const float before = (values[span] - values.front()) / static_cast<float>(span);
    const float after = (values.back() - values[values.size() - 1 - span]) / static_cast<float>(span);
    return {first, per_unit, std::move(values), before, after};
}

// The integral of 1 / sigma, 0 at black.
std::vector<float> Stabilizer::integrate(const std::vector<float>& sigma) {
    std::vector<double> sums(sigma.size());
    for (std::size_t i = 1; i < sums.size(); ++i)
        sums[i] = sums[i - 1] + (1 / double{sigma[i - 1]} + 1 / double{sigma[i]}) / (2 * double{kPerUnit});
    std::vector<float> values;
    for (const double sum : sums) values.push_back(static_cast<float>(sum - sums[kBlack]));
    return values;
}

// What comes out on the average for each brightness, seen with its noise.
std::vector<float> Stabilizer::mean_of_noisy(const Table& table, const std::vector<float>& sigma) {
    std::vector<float> means;
    for (std::size_t i = 0; i < sigma.size(); ++i) {
        double sum = 0;
        for (const Node& node : kNormal)
            sum += node.weight *
                   double{table(static_cast<float>(brightness(static_cast<int>(i)) + node.at * double{sigma[i]}))};
        const auto mean = static_cast<float>(sum);
        means.push_back(i > 0 && mean <= means.back() ? std::nextafter(means.back(), mean + 1) : mean);
    }
    return means;
}

// The same for noise that was cut off. Beyond the bounds, where no noisy samples come from, the mean is the value
// itself, so that all means from there to that of the bound lead to the bound.
std::vector<float> Stabilizer::mean_of_clipped(const Table& table, const PhotonTransfer& noise, Clipping clipping) {
    std::vector<float> means;
    for (int i = 0; i <= kSteps; ++i) {
        const double value = brightness(i), sigma = std::sqrt(noise.variance(value));
        double sum = 0, weights = 0;
        // The nine nodes above are too few for a kink.
        for (int k = -kFineNodes; k <= kFineNodes; ++k) {
            const double z = kFineReach * k / kFineNodes, weight = std::exp(-z * z / 2);
            double noisy = value + sigma * z;
            if (clipping.at_black) noisy = std::max(noisy, 0.0);
            if (clipping.at_white) noisy = std::min(noisy, 1.0);
            sum += weight * double{table(static_cast<float>(noisy))};
            weights += weight;
        }
        const bool beyond = (clipping.at_black && value < 0) || (clipping.at_white && value > 1);
        const float mean = beyond ? table(static_cast<float>(value)) : static_cast<float>(sum / weights);
        means.push_back(i > 0 && mean <= means.back() ? std::nextafter(means.back(), mean + 1) : mean);
    }
    return means;
}

// Of rising values, those of the brightnesses that `forward` is tabulated for; over the range of the latter.
Stabilizer::Table Stabilizer::inverse_of(const std::vector<float>& values, const Table& forward) {
    const float first = forward.values.front(), last = forward.values.back();
    const float per_unit = kInverseSteps / (last - first);
    std::vector<float> inverse;
    std::size_t at = 0;
    for (int i = 0; i <= kInverseSteps; ++i) {
        const float wanted = first + static_cast<float>(i) / per_unit;
        while (at + 2 < values.size() && values[at + 1] < wanted) ++at;
        const float fraction = (wanted - values[at]) / (values[at + 1] - values[at]);
        inverse.push_back(forward.first + (static_cast<float>(at) + fraction) / forward.per_unit);
    }
    return tabulate(first, per_unit, std::move(inverse));
}

float Stabilizer::largest(float limit) const {
    float most = 0;
    for (int c = 0; c < channels_; ++c) most = std::max({most, forward(c, limit), -forward(c, -limit)});
    return most;
}

void Stabilizer::apply(const Tables& tables, std::int64_t count, float* pixels) const {
    if (!on_) return;
    for (std::int64_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c, ++pixels) *pixels = tables[c](*pixels);
}

}  // namespace twofold

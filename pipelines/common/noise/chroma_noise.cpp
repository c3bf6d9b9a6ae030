#include "pipelines/common/noise/chroma_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/random_window.h"

namespace twofold {
namespace {

constexpr std::size_t kClasses = 8;   // of brightness, with equally many windows
constexpr double kLeastShare = 0.05;  // of the mean variance, below which a channel's own is not believed

// When noise is common to the channels: there is more of it in each than in their differences, strong enough to be
// seen, windows are as much alike as those of noise are, and it is not coarser than noise is, as texture would be. Or
// the differences hold nothing at all, as in a grey picture that was stored in colour.
constexpr double kSharedRatio = 1.3, kSharedSigma = 3.0 / 255, kSharedSpread = 1.25, kSharedCoarser = 1.1;
constexpr double kNothing = 0.1 / 255;

std::vector<ChannelWindow> sample_windows(const ImageView& image, const WhiteLevel& white) {
    std::vector<ChannelWindow> windows = sample_channel_windows(image, white);
    drop_clipped(windows, 20, [](const ChannelWindow& window) { return window.clipped == ChannelWindow::kSamples; });
    return windows;
}

template <typename Value>
double quantile_of(const ChannelWindow* begin, const ChannelWindow* end, double share, const Value& value) {
    std::vector<float> values;
    std::transform(begin, end, std::back_inserter(values), value);
    return double{quantile(values, share)};
}

// Variances of red, green and blue in a class of windows.
std::array<double, 3> channel_variances(const ChannelWindow* begin, const ChannelWindow* end) {
    std::array<double, 3> pair{};
    for (std::size_t p = 0; p < 3; ++p)
        pair[p] = quantile_of(begin, end, kQuietQuarter, [&](const ChannelWindow& w) { return w.difference[p]; }) /
                  kQuietQuarterVariance;
    const double least = kLeastShare * (pair[0] + pair[1] + pair[2]) / 6;
    return {std::max(least, (pair[0] + pair[1] - pair[2]) / 2), std::max(least, (pair[0] + pair[2] - pair[1]) / 2),
            std::max(least, (pair[1] + pair[2] - pair[0]) / 2)};
}

}  // namespace

ChromaNoise measure_chroma_noise(const ImageView& image, const WhiteLevel& white) {
    ChromaNoise noise;
    if (image.colour_channels() != 3 || image.width < ChannelWindow::kSide || image.height < ChannelWindow::kSide)
        return noise;
    std::vector<ChannelWindow> windows = sample_windows(image, white);
    std::ranges::sort(windows, [](const ChannelWindow& a, const ChannelWindow& b) {
        return a.mean_brightness != b.mean_brightness ? a.mean_brightness < b.mean_brightness
                                                      : a.mean_energy < b.mean_energy;
    });
    std::array<LevelCurve, 3> curves;
    double variance = 0, plain = 0, coarser = 0;
    for (std::size_t k = 0; k < kClasses; ++k) {
        const ChannelWindow* begin = windows.data() + k * windows.size() / kClasses;
        const ChannelWindow* end = windows.data() + (k + 1) * windows.size() / kClasses;
        const std::array<double, 3> variances = channel_variances(begin, end);
        for (std::size_t c = 0; c < 3; ++c) {
            const double sum = std::accumulate(
                begin, end, 0.0, [&](double s, const ChannelWindow& w) { return s + double{w.brightness[c]}; });
            curves[c].push_back({sum / double(end - begin), variances[c]});
            variance += variances[c] / double(3 * kClasses);
        }
        plain += quantile_of(begin, end, kQuietQuarter, [](const ChannelWindow& w) { return w.mean_energy; }) /
                 kQuietQuarterVariance / double(kClasses);
        coarser += quantile_of(begin, end, kQuietQuarter, [](const ChannelWindow& w) { return w.mean_coarser; }) /
                   kQuietQuarterCoarser / double(kClasses);
    }
    noise.model.measured = noise.model.apart = true;
    noise.model.mean_sigma = std::sqrt(variance);
    for (std::size_t c = 0; c < 3; ++c) {
        std::ranges::sort(curves[c], {}, &LevelPoint::brightness);
        smooth(curves[c]);
        for (std::size_t k = 0; k <= NoiseModel::kIntervals; ++k)
            noise.model.sigma[c][k] =
                static_cast<float>(std::sqrt(interpolate(curves[c], double(k) / NoiseModel::kIntervals)));
    }
    const auto energy = [](const ChannelWindow& w) { return w.mean_energy; };
    const ChannelWindow* end = windows.data() + windows.size();
    const double quietest = quantile_of(windows.data(), end, 0.01, energy);
    const double quiet = quantile_of(windows.data(), end, 0.1, energy);
    const bool alike = quiet < kSharedSpread * kSharedSpread * quietest;
    const bool white_noise = coarser < kSharedCoarser * kSharedCoarser * plain;
    const double ratio = std::sqrt(plain / std::max(variance, 1e-12));
    noise.shared = (ratio > kSharedRatio && std::sqrt(plain) > kSharedSigma && alike && white_noise) ||
                   (variance < kNothing * kNothing && plain > variance);
    return noise;
}

}  // namespace twofold

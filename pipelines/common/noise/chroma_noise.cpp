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
constexpr double kTiny = 1e-12;  // a variance to divide by

// Or JPEG has left it: that takes the fine part away from noise in the colours first, so that the differences of the
// channels hold little, and that smooth, while the brightness of the quietest windows is still about as rough at one
// scale as at the next. Photographs without noise have 1.7 to 2.8 times the amplitude there at the coarser one, those
// with noise of a sigma of 10 and a quality of 85 or more 1.0 to 1.7, however much texture they have. Pictures of
// nothing but texture that no lens has smoothed differ more from window to window.
constexpr double kClearRatio = 1.6, kSmoothColour = 1.3, kTextureGrain = 1.65, kMostSpread = 2;
// Photographs that were reduced to fewer pixels a side may be such texture throughout.
constexpr std::int64_t kSmallestSide = 160;
constexpr double kTextureCoarser = 4;  // times the energy of the finest detail of a picture is that of coarser
constexpr double kLeastNoise = 0.25;   // of the energy of windows that were found to be noise

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

float fine(const ChannelWindow& w) { return w.mean_energy; }
float coarse(const ChannelWindow& w) { return w.mean_coarser; }
float fine_colour(const ChannelWindow& w) { return (w.difference[0] + w.difference[1] + w.difference[2]) / 3; }
float coarse_colour(const ChannelWindow& w) { return w.difference_coarser; }

// Of all windows; above 0.
template <typename Value>
double quantile_of(const std::vector<ChannelWindow>& windows, double share, const Value& value) {
    return std::max(kTiny, quantile_of(windows.data(), windows.data() + windows.size(), share, value));
}

// Standard deviation of the noise in the brightness of all channels, or 0 where it may be texture. `variance` is that
// of the noise that the channels have for themselves.
double sigma_left_by_jpeg(const ImageView& image, const std::vector<ChannelWindow>& windows, double variance) {
    if (std::min(image.width, image.height) < kSmallestSide) return 0;
    const auto grain_at = [&](double share) {
        return quantile_of(windows, share, coarse) / quantile_of(windows, share, fine);
    };
    const double grain = grain_at(kQuietTwentieth);
    const double colour_grain =
        quantile_of(windows, kQuietQuarter, coarse_colour) / quantile_of(windows, kQuietQuarter, fine_colour);
    const double quiet = quantile_of(windows, kQuietTwentieth, fine) / kQuietTwentiethVariance;
    if (std::sqrt(quiet) <= kSharedSigma || quiet <= kClearRatio * kClearRatio * variance ||
        colour_grain <= kSmoothColour * kSmoothColour ||
        std::min(grain, grain_at(0.02)) >= kTextureGrain * kTextureGrain)
        return 0;
    // Of fine = noise + texture and coarse = noise + kTextureCoarser texture.
    const double texture = (grain - 1) / (kTextureCoarser - 1);
    return std::sqrt(quiet * std::clamp(1 - texture, kLeastNoise, 1.0));
}

}  // namespace

bool is_measured_in_chroma(const ImageView& image) {
    return image.colour_channels() == 3 && image.width >= ChannelWindow::kSide && image.height >= ChannelWindow::kSide;
}

ChromaNoise measure_chroma_noise(const ImageView& image, const WhiteLevel& white) {
    return is_measured_in_chroma(image) ? chroma_noise_of(image, sample_channel_windows(image, white)) : ChromaNoise();
}

ChromaNoise chroma_noise_of(const ImageView& image, std::vector<ChannelWindow> windows) {
    ChromaNoise noise;
    drop_clipped(windows, 20, [](const ChannelWindow& window) { return window.clipped == ChannelWindow::kSamples; });
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
        plain += quantile_of(begin, end, kQuietQuarter, fine) / kQuietQuarterVariance / double(kClasses);
        coarser += quantile_of(begin, end, kQuietQuarter, coarse) / kQuietQuarterCoarser / double(kClasses);
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
    const double quietest = quantile_of(windows, 0.01, fine);  // nothing at all where the picture is flat
    const double spread = quietest > kTiny ? std::sqrt(quantile_of(windows, 0.1, fine) / quietest) : HUGE_VAL;
    const bool white_noise = coarser < kSharedCoarser * kSharedCoarser * plain;
    const double ratio = std::sqrt(plain / std::max(variance, kTiny));
    noise.shared_sigma = spread < kMostSpread ? sigma_left_by_jpeg(image, windows, variance) : 0;
    noise.shared = noise.shared_sigma > 0 ||
                   (ratio > kSharedRatio && std::sqrt(plain) > kSharedSigma && spread < kSharedSpread && white_noise) ||
                   (variance < kNothing * kNothing && plain > variance);
    return noise;
}

}  // namespace twofold

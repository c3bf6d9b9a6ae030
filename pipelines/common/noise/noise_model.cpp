#include "pipelines/common/noise/noise_model.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/chroma_noise.h"
#include "pipelines/common/noise/clipped_noise.h"
#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/photon_transfer.h"
#include "pipelines/common/noise/random_window.h"
#include "pipelines/common/noise/second_difference.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 3;
constexpr std::uint64_t kWindows = 4096;  // at most
constexpr int kSide = 10;                 // pixels of a window
constexpr int kClasses = 12;              // of brightness, with equally many windows

// A quantile of the windows' variances, and what it is for white Gaussian noise of variance 1. A window's variance
// there is the mean of 64 squares of a filtered field of variance 1, whose neighbours are correlated: it spreads like a
// chi-square of fewer degrees of freedom, whose quantiles have no closed form. The values are those of 4 million
// windows of normal numbers under the filter of measure(), right to 0.001.
struct Quantile {
    double share, white;
};
constexpr Quantile kFifth{0.2, 0.727}, kTwentieth{0.05, 0.5553};

constexpr double kMostTexture = 1.25;  // of the variance beside the line that noise follows; room for other noise

struct Window {
    float brightness;
    float variance;  // of the filtered window
    int channel;
    bool clipped;  // every sample is black or white
};

Window measure(const float* window, int channels, int channel) {
    const int row = kSide * channels;
    float sum = 0;
    bool clipped = true;
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            const float value = window[y * row + x * channels + channel];
            sum += value;
            clipped = clipped && (value <= 0.002f || value >= 0.998f);
        }
    const float energy =
        second_difference_energy(window + row + channels + channel, channels, row, kSide - 2, kSide - 2, 1);
    return {sum / (kSide * kSide), energy, channel, clipped};
}

std::vector<Window> sample_windows(const ImageView& image, const WhiteLevel& white) {
    const int channels = image.colour_channels();
    std::vector<Window> windows;
    const WindowPlaces places(image, kSide, kSide, kStream, kWindows);
    windows.reserve(places.size() * static_cast<std::size_t>(channels));
    std::vector<float> pixels(static_cast<std::size_t>(kSide * kSide * channels));
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        load_window(image, white, places[i], kSide, kSide, &pixels);
        for (int c = 0; c < channels; ++c) windows.push_back(measure(pixels.data(), channels, c));
    }
    return windows;
}

// The quietest fifth of windows shows the noise; the rest shows the image as well. Windows of pure noise are much
// alike: where the quietest twentieth lies far below, the fifth is made of something else, such as letters.
double quiet_variance(std::vector<float>& variances) {
    const double fifth = double{quantile(variances, kFifth.share)};
    const double twentieth = double{quantile(variances, kTwentieth.share)};
    // White noise has 0.76 here.
    return twentieth < 0.4 * fifth ? twentieth / kTwentieth.white : fifth / kFifth.white;
}

// Variance by brightness over all channels, smoothed over neighbouring classes.
LevelCurve brightness_curve(std::vector<Window>& windows) {
    std::sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) {
        return a.brightness != b.brightness ? a.brightness < b.brightness : a.variance < b.variance;
    });
    LevelCurve points;
    std::vector<float> variances;
    for (std::size_t k = 0; k < kClasses; ++k) {
        const std::size_t first = k * windows.size() / kClasses, end = (k + 1) * windows.size() / kClasses;
        variances.clear();
        double sum = 0;
        for (std::size_t i = first; i < end; ++i) {
            variances.push_back(windows[i].variance);
            sum += double{windows[i].brightness};
        }
        points.push_back({sum / double(end - first), quiet_variance(variances)});
    }
    smooth(points);
    return points;
}

// Where every part of some brightness is textured, its quietest windows show that and not the noise. What the rest of
// the image says about the noise there, by the line that a sensor's noise follows, is the bound.
std::vector<ClippedNoise> textured_bounds(const ImageView& image, const WhiteLevel& white) {
    std::vector<ClippedNoise> bounds;
    if (image.width < ChannelWindow::kSide || image.height < ChannelWindow::kSide) return bounds;
    const ChannelTransfers transfers = measure_photon_transfer(image, white, false);
    for (int c = 0; c < image.colour_channels(); ++c)
        bounds.emplace_back(transfers.channel[static_cast<std::size_t>(c)], transfers.clipping);
    return bounds;
}

void scale(NoiseModel* model, double by) {
    for (auto& channel : model->sigma)
        for (float& sigma : channel) sigma *= static_cast<float>(by);
    model->mean_sigma *= by;
}

}  // namespace

NoiseModel estimate_noise(const ImageView& image, const WhiteLevel& white,
                          std::vector<ChannelWindow>* windows_of_image) {
    ChromaNoise chroma;
    if (is_measured_in_chroma(image)) {
        std::vector<ChannelWindow> sample = sample_channel_windows(image, white);
        chroma = chroma_noise_of(image, sample);
        if (windows_of_image) *windows_of_image = std::move(sample);
    }
    if (!chroma.shared) return chroma.model;
    NoiseModel model;
    if (image.width < kSide || image.height < kSide) return model;
    std::vector<Window> windows = sample_windows(image, white);
    drop_clipped(windows, 50, [](const Window& window) { return window.clipped; });
    model.measured = true;
    const LevelCurve curve = brightness_curve(windows);
    const std::vector<ClippedNoise> bounds = textured_bounds(image, white);
    std::vector<float> ratios;
    double variance_sum = 0;
    for (int c = 0; c < image.colour_channels(); ++c) {
        // Channels may differ by a factor: white balance amplifies some.
        ratios.clear();
        for (const Window& window : windows) {
            if (window.channel != c) continue;
            const double expected = interpolate(curve, double{window.brightness});
            ratios.push_back(static_cast<float>(double{window.variance} / std::max(expected, 1e-12)));
        }
        if (ratios.empty()) continue;  // a channel that is black or white throughout
        const double ratio = quiet_variance(ratios);
        const auto variance_at = [&](double brightness) {
            const double measured = ratio * interpolate(curve, brightness);
            if (bounds.empty()) return measured;
            return std::min(measured, kMostTexture * bounds[static_cast<std::size_t>(c)].variance(brightness));
        };
        double sum = 0;
        for (const Window& window : windows)
            if (window.channel == c) sum += variance_at(double{window.brightness});
        variance_sum += sum / double(ratios.size());
        for (int k = 0; k <= NoiseModel::kIntervals; ++k)
            model.sigma[static_cast<std::size_t>(c)][static_cast<std::size_t>(k)] =
                static_cast<float>(std::sqrt(variance_at(double(k) / NoiseModel::kIntervals)));
    }
    model.mean_sigma = std::sqrt(variance_sum / image.colour_channels());
    // Windows of one brightness may be all texture, or all clipped; the quietest of all are not.
    if (chroma.shared_sigma > 0 && model.mean_sigma > 0) scale(&model, chroma.shared_sigma / model.mean_sigma);
    return model;
}

}  // namespace twofold

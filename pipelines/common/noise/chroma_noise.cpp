#include "pipelines/common/noise/chroma_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/second_difference.h"
#include "runtime/random.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 7;
constexpr std::uint64_t kWindows = 4096;
constexpr int kSide = 14;  // pixels of a window, 12 of them after the filter
constexpr int kFiltered = kSide - 2;
constexpr std::size_t kClasses = 8;  // of brightness, with equally many windows
// The quietest quarter of windows, and what it is for white noise of variance 1; measured on 4 million normal numbers.
constexpr double kQuiet = 0.25, kQuietVariance = 0.843;
constexpr double kLeastShare = 0.05;  // of the mean variance, below which a channel's own is not believed

// When noise is common to the channels: there is more of it in each than in their differences, strong enough to be
// seen, and windows are as much alike as those of noise are. Or the differences hold nothing at all, as in a grey
// picture that was stored in colour.
constexpr double kSharedRatio = 1.3, kSharedSigma = 3.0 / 255, kSharedSpread = 1.25;
constexpr double kNothing = 0.1 / 255;

struct Window {
    std::array<float, 3> brightness, energy, pair;  // of red, green, blue; red-green, red-blue, green-blue
    float mean_brightness, mean_energy;
    bool clipped = false;
};

Window measure(const std::vector<float>& pixels, std::vector<float>* differences) {
    Window window;
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        float* d = differences->data() + i;
        d[0] = pixels[i] - pixels[i + 1];
        d[1] = pixels[i] - pixels[i + 2];
        d[2] = pixels[i + 1] - pixels[i + 2];
    }
    constexpr std::ptrdiff_t kRow = 3 * kSide;
    const auto energy = [&](const std::vector<float>& samples, std::size_t c) {
        return second_difference_energy(samples.data() + kRow + 3 + c, 3, kRow, kFiltered, kFiltered, 1);
    };
    window.mean_brightness = window.mean_energy = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        float sum = 0;
        bool clipped = true;
        for (std::size_t i = c; i < pixels.size(); i += 3) {
            sum += pixels[i];
            clipped = clipped && (pixels[i] <= 0.002f || pixels[i] >= 0.998f);
        }
        window.clipped = window.clipped || clipped;
        window.brightness[c] = sum / (kSide * kSide);
        window.energy[c] = energy(pixels, c);
        window.pair[c] = energy(*differences, c);
        window.mean_brightness += window.brightness[c] / 3;
        window.mean_energy += window.energy[c] / 3;
    }
    return window;
}

std::vector<Window> sample_windows(const ImageView& image, const WhiteLevel& white) {
    std::vector<Window> windows;
    windows.reserve(kWindows);
    std::vector<float> pixels(kSide * kSide * 3), differences(pixels.size());
    for (std::uint64_t i = 0; i < kWindows; ++i) {
        const RandomBlock words = random_block(0, kStream, i);
        load_rectangle(image, white.white, uniform_index(words[0], image.width - kSide + 1),
                       uniform_index(words[1], image.height - kSide + 1), kSide, kSide, pixels.data(),
                       std::ptrdiff_t{kSide} * 3);
        clip(white.limit, pixels.data(), pixels.size());
        windows.push_back(measure(pixels, &differences));
    }
    const auto clipped = [](const Window& window) { return window.clipped; };
    if (static_cast<std::size_t>(std::ranges::count_if(windows, clipped)) < kWindows - kWindows / 20)
        std::erase_if(windows, clipped);
    return windows;
}

template <typename Value>
double quantile_of(const Window* begin, const Window* end, double share, const Value& value) {
    std::vector<float> values;
    std::transform(begin, end, std::back_inserter(values), value);
    return double{quantile(values, share)};
}

// Variances of red, green and blue in a class of windows.
std::array<double, 3> channel_variances(const Window* begin, const Window* end) {
    std::array<double, 3> pair{};
    for (std::size_t p = 0; p < 3; ++p)
        pair[p] = quantile_of(begin, end, kQuiet, [&](const Window& w) { return w.pair[p]; }) / kQuietVariance;
    const double least = kLeastShare * (pair[0] + pair[1] + pair[2]) / 6;
    return {std::max(least, (pair[0] + pair[1] - pair[2]) / 2), std::max(least, (pair[0] + pair[2] - pair[1]) / 2),
            std::max(least, (pair[1] + pair[2] - pair[0]) / 2)};
}

}  // namespace

ChromaNoise measure_chroma_noise(const ImageView& image, const WhiteLevel& white) {
    ChromaNoise noise;
    if (image.colour_channels() != 3 || image.width < kSide || image.height < kSide) return noise;
    std::vector<Window> windows = sample_windows(image, white);
    std::ranges::sort(windows, [](const Window& a, const Window& b) {
        return a.mean_brightness != b.mean_brightness ? a.mean_brightness < b.mean_brightness
                                                      : a.mean_energy < b.mean_energy;
    });
    std::array<LevelCurve, 3> curves;
    double variance = 0, plain = 0;
    for (std::size_t k = 0; k < kClasses; ++k) {
        const Window* begin = windows.data() + k * windows.size() / kClasses;
        const Window* end = windows.data() + (k + 1) * windows.size() / kClasses;
        const std::array<double, 3> variances = channel_variances(begin, end);
        for (std::size_t c = 0; c < 3; ++c) {
            const double sum = std::accumulate(begin, end, 0.0,
                                               [&](double s, const Window& w) { return s + double{w.brightness[c]}; });
            curves[c].push_back({sum / double(end - begin), variances[c]});
            variance += variances[c] / double(3 * kClasses);
        }
        plain += quantile_of(begin, end, kQuiet, [](const Window& w) { return w.mean_energy; }) / kQuietVariance /
                 double(kClasses);
    }
    noise.model.measured = true;
    noise.model.mean_sigma = std::sqrt(variance);
    for (std::size_t c = 0; c < 3; ++c) {
        std::ranges::sort(curves[c], {}, &LevelPoint::brightness);
        smooth(curves[c]);
        for (std::size_t k = 0; k <= NoiseModel::kIntervals; ++k)
            noise.model.sigma[c][k] =
                static_cast<float>(std::sqrt(interpolate(curves[c], double(k) / NoiseModel::kIntervals)));
    }
    const auto energy = [](const Window& w) { return w.mean_energy; };
    const Window* end = windows.data() + windows.size();
    const double quietest = quantile_of(windows.data(), end, 0.01, energy);
    const double quiet = quantile_of(windows.data(), end, 0.1, energy);
    const bool alike = quiet < kSharedSpread * kSharedSpread * quietest;
    const double ratio = std::sqrt(plain / std::max(variance, 1e-12));
    noise.shared = (ratio > kSharedRatio && std::sqrt(plain) > kSharedSigma && alike) ||
                   (variance < kNothing * kNothing && plain > variance);
    return noise;
}

}  // namespace twofold

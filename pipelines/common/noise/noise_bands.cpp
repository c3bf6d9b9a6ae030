#include "pipelines/common/noise/noise_bands.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/random_window.h"
#include "pipelines/common/noise/second_difference.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 4;
constexpr std::uint64_t kWindows = 2048;  // at most
constexpr int kSide = 16;                 // of the filtered window
constexpr int kReach = 2;                 // of the wider filter
constexpr int kPadded = kSide + 2 * kReach;
constexpr float kBlack = 0.03f, kWhite = 0.97f;  // means beyond which a window may be clipped
constexpr std::size_t kFewest = 64;              // windows to judge by

// What separates the noise of cameras from white noise under a textured picture; docs/recipes.md has the figures.
constexpr double kLeastRatio = 1.4;        // of middle to fine
constexpr double kClearRatio = 1.9;        // the same, where the fine noise is not nearly gone
constexpr double kNearlyGone = 0.7 / 255;  // what is left of fine noise in processed pictures
constexpr double kMostSpread = 1.6;

struct Window {
    std::array<float, 4> fine, middle;  // a channel each
    bool exposed = true;                // neither black nor white
};

std::vector<Window> sample_windows(const ImageView& image, const WhiteLevel& white) {
    const int channels = image.colour_channels();
    std::vector<float> pixels(static_cast<std::size_t>(kPadded * kPadded * channels));
    const WindowPlaces places(image, kPadded, kPadded, kStream, kWindows);
    std::vector<Window> windows(places.size());
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        load_window(image, white, places[i], kPadded, kPadded, &pixels);
        for (int c = 0; c < channels; ++c) {
            float sum = 0;
            for (int p = 0; p < kPadded * kPadded; ++p) sum += pixels[static_cast<std::size_t>(p * channels + c)];
            const float mean = sum / (kPadded * kPadded);
            windows[i].exposed = windows[i].exposed && mean > kBlack && mean < kWhite;
        }
        const auto energies = [&](int step) {
            return second_difference_energies(pixels.data() + kReach * (kPadded + 1) * channels, channels,
                                              std::ptrdiff_t{kPadded} * channels, kSide, kSide, step);
        };
        windows[i].fine = energies(1);
        windows[i].middle = energies(kReach);
    }
    std::erase_if(windows, [](const Window& window) { return !window.exposed; });
    return windows;
}

// Standard deviation below which `share` of the windows lie.
double quiet_sigma(const std::vector<Window>& windows, std::array<float, 4> Window::*band, int channel, double share) {
    std::vector<float> energies;
    energies.reserve(windows.size());
    for (const Window& window : windows) energies.push_back((window.*band)[static_cast<std::size_t>(channel)]);
    return std::sqrt(double{quantile(energies, share)});
}

}  // namespace

bool NoiseBands::correlated() const {
    if (fine <= 0 || middle < kLeastRatio * fine) return false;
    return fine < kNearlyGone || (middle >= kClearRatio * fine && spread <= kMostSpread);
}

NoiseBands measure_noise_bands(const ImageView& image, const WhiteLevel& white) {
    NoiseBands bands;
    if (image.width < kPadded || image.height < kPadded) return bands;
    const std::vector<Window> windows = sample_windows(image, white);
    if (windows.size() < kFewest) return bands;
    const int channels = image.colour_channels();
    double spread = 0;
    for (int c = 0; c < channels; ++c) {
        bands.fine += quiet_sigma(windows, &Window::fine, c, 0.05) / channels;
        bands.middle += quiet_sigma(windows, &Window::middle, c, 0.05) / channels;
        const double quietest = quiet_sigma(windows, &Window::middle, c, 0.01);
        const double quiet = quiet_sigma(windows, &Window::middle, c, 0.1);
        spread += (quietest > 0 ? quiet / quietest : 1) / channels;
    }
    bands.spread = spread;
    return bands;
}

}  // namespace twofold

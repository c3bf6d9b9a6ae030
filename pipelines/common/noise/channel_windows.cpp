#include "pipelines/common/noise/channel_windows.h"

#include <algorithm>
#include <cstdint>

#include "pipelines/common/noise/random_window.h"
#include "pipelines/common/noise/second_difference.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 7;
constexpr std::uint64_t kWindows = 4096;  // at most
constexpr int kSide = ChannelWindow::kSide;
constexpr float kBlack = 0.002f, kWhite = 0.998f;

// Mean squares of the second difference, whose taps are `apart` pixels apart, of interleaved channels.
std::array<float, 4> energies(const std::vector<float>& pixels, int channels, int apart) {
    return second_difference_energies(pixels.data() + apart * (kSide + 1) * channels, channels,
                                      std::ptrdiff_t{kSide} * channels, kSide - 2 * apart, kSide - 2 * apart, apart);
}

ChannelWindow measure(const std::vector<float>& pixels, int channels, std::vector<float>* differences) {
    ChannelWindow window;
    window.energy = energies(pixels, channels, 1);
    const std::array<float, 4> coarser = energies(pixels, channels, 2);
    for (int c = 0; c < channels; ++c) {
        float sum = 0;
        int clipped = 0;
        for (std::size_t i = static_cast<std::size_t>(c); i < pixels.size(); i += static_cast<std::size_t>(channels)) {
            sum += pixels[i];
            clipped += pixels[i] <= kBlack || pixels[i] >= kWhite ? 1 : 0;
        }
        const auto channel = static_cast<std::size_t>(c);
        window.clipped = std::max(window.clipped, clipped);
        window.brightness[channel] = sum / ChannelWindow::kSamples;
        window.mean_brightness += window.brightness[channel] / static_cast<float>(channels);
        window.mean_energy += window.energy[channel] / static_cast<float>(channels);
        window.mean_coarser += coarser[channel] / static_cast<float>(channels);
    }
    if (channels != 3) return window;
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        float* d = differences->data() + i;
        d[0] = pixels[i] - pixels[i + 1];
        d[1] = pixels[i] - pixels[i + 2];
        d[2] = pixels[i + 1] - pixels[i + 2];
    }
    const std::array<float, 4> of_differences = energies(*differences, 3, 1);
    std::copy_n(of_differences.begin(), 3, window.difference.begin());
    const std::array<float, 4> coarser_differences = energies(*differences, 3, 2);
    for (std::size_t p = 0; p < 3; ++p) window.difference_coarser += coarser_differences[p] / 3;
    return window;
}

}  // namespace

std::vector<ChannelWindow> sample_channel_windows(const ImageView& image, const WhiteLevel& white) {
    const int channels = image.colour_channels();
    std::vector<ChannelWindow> windows;
    const WindowPlaces places(image, kSide, kSide, kStream, kWindows);
    windows.reserve(places.size());
    std::vector<float> pixels(static_cast<std::size_t>(ChannelWindow::kSamples * channels)), differences(pixels.size());
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        load_window(image, white, places[i], kSide, kSide, &pixels);
        windows.push_back(measure(pixels, channels, &differences));
    }
    return windows;
}

}  // namespace twofold

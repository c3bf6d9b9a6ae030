#include "pipelines/common/noise/clipping_shift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipelines/common/noise/clipped_noise.h"
#include "pipelines/common/noise/random_window.h"

namespace twofold {
namespace {

constexpr double kNone = 1, kFull = 2;    // of 255: noise whose shift is too small to see, and that which counts
constexpr std::uint64_t kPixels = 8192;   // that are looked at
constexpr std::uint64_t kStream = 13;     // of random numbers
constexpr double kPiledUp = 0.001;        // share of the samples that are at a bound
constexpr std::int64_t kMostBeyond = 10;  // one of so many that are at a bound; hot pixels
constexpr int kSteps = 1024;

Clipping piled_up(const ImageView& image, const WhiteLevel& white) {
    std::vector<float> pixel(static_cast<std::size_t>(image.colour_channels()));
    std::int64_t black = 0, below = 0, bright = 0, above = 0, all = 0;
    for (std::uint64_t i = 0; i < kPixels; ++i) {
        load_window(image, white, random_place(image, 1, 1, kStream, i), 1, 1, &pixel);
        for (const float value : pixel) {
            black += value == 0 ? 1 : 0;
            below += value < 0 ? 1 : 0;
            bright += value == 1 ? 1 : 0;
            above += value > 1 ? 1 : 0;
            ++all;
        }
    }
    const double enough = kPiledUp * double(all);
    return {double(black) >= enough && kMostBeyond * below <= black,
            double(bright) >= enough && kMostBeyond * above <= bright};
}

float at(const std::vector<float>& table, float value) {
    const float position = std::clamp(value, 0.0f, 1.0f) * kSteps;
    const auto i = std::min(static_cast<std::size_t>(position), std::size_t{kSteps - 1});
    return table[i] + (position - static_cast<float>(i)) * (table[i + 1] - table[i]);
}

}  // namespace

std::optional<ChannelTransfers> find_clipping(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                                              const std::vector<ChannelWindow>& windows) {
    if (!noise.measured || 255 * noise.mean_sigma <= kNone) return {};
    if (image.width < ChannelWindow::kSide || image.height < ChannelWindow::kSide) return {};
    const Clipping clipping = piled_up(image, white);
    if (!clipping.at_black && !clipping.at_white) return {};
    ChannelTransfers transfers =
        measure_photon_transfer(windows.empty() ? sample_channel_windows(image, white) : windows,
                                image.colour_channels(), noise.apart, clipping);
    // A tone curve moves the mean of dark samples the other way, and further (tone_shift.h).
    if (transfers.falls) return {};
    const auto grows = [](const PhotonTransfer& line) { return line.gain > 0; };
    if (std::ranges::any_of(transfers.channel, grows)) return {};
    return transfers;
}

ClippingShift::ClippingShift(const ChannelTransfers& clipped, int channels) : channels_(channels) {
    double variance = 0;
    for (int c = 0; c < channels; ++c) variance += clipped.variance[static_cast<std::size_t>(c)] / channels;
    const double counts = std::clamp((255 * std::sqrt(variance) - kNone) / (kFull - kNone), 0.0, 1.0);
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        std::vector<double> means;  // of the noisy samples, for each brightness
        for (int i = 0; i <= kSteps; ++i)
            means.push_back(clipped_mean(clipped.channel[c], clipped.clipping, double(i) / kSteps));
        std::vector<double> mixed;  // with the brightness itself, by what counts
        for (int i = 0; i <= kSteps; ++i) {
            const double brightness = double(i) / kSteps, shift = means[static_cast<std::size_t>(i)] - brightness;
            mixed.push_back(brightness + counts * shift);
            shifted_[c].push_back(static_cast<float>(counts * shift));
        }
        std::size_t below = 0;
        for (int i = 0; i <= kSteps; ++i) {
            const double mean = double(i) / kSteps;
            while (below + 2 < mixed.size() && mixed[below + 1] < mean) ++below;
            const double rise = mixed[below + 1] - mixed[below];
            const double part = rise > 0 ? std::clamp((mean - mixed[below]) / rise, 0.0, 1.0) : 0;
            restored_[c].push_back(static_cast<float>((double(below) + part) / kSteps - mean));
        }
    }
}

float ClippingShift::shifted(int channel, float value) const {
    return channel < channels_ ? value + at(shifted_[static_cast<std::size_t>(channel)], value) : value;
}

void ClippingShift::apply(const Tables& tables, float share, std::int64_t count, float* pixels) const {
    if (!on_ || channels_ == 0) return;
    for (std::int64_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c, ++pixels)
            *pixels += share * at(tables[c], *pixels);
}

ClippingShift find_shift(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                         const std::vector<ChannelWindow>& windows) {
    const std::optional<ChannelTransfers> clipped = find_clipping(image, white, noise, windows);
    return clipped ? ClippingShift(*clipped, image.colour_channels()) : ClippingShift();
}

}  // namespace twofold

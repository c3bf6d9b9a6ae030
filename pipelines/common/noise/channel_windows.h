// A random sample of an image's windows, and how much fine detail each channel and each pair of channels has there.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_CHANNEL_WINDOWS_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_CHANNEL_WINDOWS_H

#include <array>
#include <cstddef>
#include <vector>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Energies are means of squares under the second difference: the variance of white noise.
struct ChannelWindow {
    static constexpr int kSide = 14;  // pixels
    static constexpr int kSamples = kSide * kSide;

    std::array<float, 4> brightness{}, energy{};  // a channel each
    std::array<float, 3> difference{};            // of three channels: of red-green, red-blue, green-blue
    float mean_brightness = 0, mean_energy = 0;
    // Energy with taps that are two pixels apart: that of texture is larger. Mean of the channels and of the
    // differences.
    float mean_coarser = 0, difference_coarser = 0;
    int clipped = 0;  // black or white samples, in the channel that has most of them
};

// 4096 windows, whatever the image's size, which must not be below ChannelWindow::kSide.
std::vector<ChannelWindow> sample_channel_windows(const ImageView& image, const WhiteLevel& white);

// The quietest quarter of the windows of pure white noise of variance 1; measured on a million windows of normal
// numbers.
inline constexpr double kQuietQuarter = 0.25, kQuietQuarterVariance = 0.843;
inline constexpr double kQuietQuarterCoarser = 0.824;  // of mean_coarser
// The quietest twentieth, likewise.
inline constexpr double kQuietTwentieth = 0.05, kQuietTwentiethVariance = 0.678;

}  // namespace twofold

#endif

// How strong the noise is, by brightness: the noise level function of an image.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_MODEL_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_MODEL_H

#include <algorithm>
#include <array>
#include <vector>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

struct ChannelWindow;

// Standard deviation of pixel-wise independent noise for each colour channel, linear between knots at brightness
// 0, 1/16 ... 1, on the scale where white is 1.
struct NoiseModel {
    static constexpr int kIntervals = 16;
    std::array<std::array<float, kIntervals + 1>, 4> sigma{};
    double mean_sigma = 0;  // over the image's own brightnesses and channels
    bool measured = false;  // false where there was nothing to measure, as in an image that is too small
    bool apart = false;     // measured in the channels' differences, where a picture without flat parts does not show

    // The same at every brightness and in every channel.
    static NoiseModel constant(double sigma) {
        NoiseModel model;
        for (auto& channel : model.sigma) channel.fill(static_cast<float>(sigma));
        model.mean_sigma = sigma;
        model.measured = true;
        return model;
    }

    float at(int channel, float brightness) const {
        const float position = (brightness > 0 ? std::min(brightness, 1.0f) : 0.0f) * kIntervals;  // NaN is black
        const int interval = std::min(static_cast<int>(position), kIntervals - 1);
        const auto& knots = sigma[static_cast<std::size_t>(channel)];
        const float fraction = position - static_cast<float>(interval);
        return knots[static_cast<std::size_t>(interval)] * (1 - fraction) +
               knots[static_cast<std::size_t>(interval) + 1] * fraction;
    }
};

// Measured on a random sample of windows, at a cost that does not depend on the image's size: the variance of the
// windows after a filter that removes planes, of which the quietest in each class of brightness are taken for pure
// noise. In colour images that of the channels' differences, unless the channels have noise in common (chroma_noise.h).
// All zero for images smaller than a window (10x10). `windows`: gets those of the image that were looked at, if any.
NoiseModel estimate_noise(const ImageView& image, const WhiteLevel& white,
                          std::vector<ChannelWindow>* windows = nullptr);

}  // namespace twofold

#endif

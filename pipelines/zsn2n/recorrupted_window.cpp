#include "pipelines/zsn2n/recorrupted_window.h"

#include <algorithm>

#include "ops/feature_map.h"

namespace twofold::zsn2n {
namespace {

constexpr int kBrightnessReach = 2;  // pixels around one that tell its brightness

// Of the square around a pixel, as far as it lies in the window.
float brightness(const float* window, int width, int height, int channels, int x, int y, int c) {
    float sum = 0;
    for (int j = -kBrightnessReach; j <= kBrightnessReach; ++j)
        for (int i = -kBrightnessReach; i <= kBrightnessReach; ++i)
            sum += window[(std::clamp(y + j, 0, height - 1) * width + std::clamp(x + i, 0, width - 1)) * channels + c];
    constexpr int kSide = 2 * kBrightnessReach + 1;
    return sum / (kSide * kSide);
}

}  // namespace

void draw_noise(const TrainingImage& image, std::uint64_t stream, const float* window, int width, int height,
                float* z) {
    const int channels = image.view.colour_channels();
    if (image.texture != nullptr)
        image.texture->fill(image.seed, stream, height, width, z);
    else
        image.normals->fill(image.seed, stream, ops::dense_size(height, width, channels), z);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                *z++ *= image.noise->at(c, brightness(window, width, height, channels, x, y, c));
}

}  // namespace twofold::zsn2n

// An interleaved float image that owns its pixels.
#ifndef TWOFOLD_TESTS_SUPPORT_FLOAT_IMAGE_H
#define TWOFOLD_TESTS_SUPPORT_FLOAT_IMAGE_H

#include <vector>

#include "runtime/image_view.h"
#include "tests/support/random_values.h"

namespace twofold::test {

class FloatImage {
  public:
    FloatImage(std::int64_t width, std::int64_t height, int channels)
        : width_(width),
          height_(height),
          channels_(channels),
          pixels_(static_cast<std::size_t>(width * height) * static_cast<std::size_t>(channels)) {}

    float& at(std::int64_t x, std::int64_t y, int c) {
        return pixels_[static_cast<std::size_t>((y * width_ + x) * channels_ + c)];
    }
    std::vector<float>& pixels() { return pixels_; }
    const std::vector<float>& pixels() const { return pixels_; }

    // The library reads views without writing to them unless they are outputs.
    ImageView view() const {
        constexpr std::ptrdiff_t kSample = sizeof(float);
        return {reinterpret_cast<std::byte*>(const_cast<float*>(pixels_.data())),
                width_,
                height_,
                channels_,
                false,
                DataType::kFloat32,
                kSample * channels_,
                kSample * channels_ * static_cast<std::ptrdiff_t>(width_),
                kSample};
    }

  private:
    std::int64_t width_, height_;
    int channels_;
    std::vector<float> pixels_;
};

// Smooth shapes plus uniform noise of the given standard deviation.
inline FloatImage noisy_scene(std::int64_t width, std::int64_t height, int channels, double sigma) {
    FloatImage image(width, height, channels);
    const std::vector<float> noise = random_values(image.pixels().size(), 77, sigma * 3.4641016151);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const bool disc =
                    (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < width * height / 16;
                image.at(x, y, c) = (disc ? 0.7f : 0.2f) + 0.05f * static_cast<float>(c) +
                                    0.1f * static_cast<float>(x % 37) / 37 +
                                    noise[static_cast<std::size_t>((y * width + x) * channels + c)];
            }
    return image;
}

}  // namespace twofold::test

#endif

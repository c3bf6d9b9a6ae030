// Images for the laboratories: float, interleaved, owning their pixels.
#ifndef TWOFOLD_BENCHMARKS_LAB_IMAGE_H
#define TWOFOLD_BENCHMARKS_LAB_IMAGE_H

#include <algorithm>
#include <string>
#include <vector>

#include "platform/image_io/image_io.h"
#include "runtime/image_view.h"

namespace twofold::lab {

// Interleaved float image that owns its pixels.
struct FloatImage {
    std::vector<float> pixels;
    ImageView view;
    FloatImage(std::int64_t width, std::int64_t height, int channels)
        : pixels(static_cast<std::size_t>(width * height) * static_cast<std::size_t>(channels)) {
        view = {reinterpret_cast<std::byte*>(pixels.data()),
                width,
                height,
                channels,
                false,
                DataType::kFloat32,
                static_cast<std::ptrdiff_t>(4) * channels,
                static_cast<std::ptrdiff_t>(4) * channels * width,
                4};
    }
};

// Of `crop` pixels a side, 0: all of the image; sides are cut to multiples of `multiple`.
inline FloatImage centre_crop(const std::string& path, std::int64_t crop, bool grey, std::int64_t multiple = 1) {
    const image_io::Image image = image_io::convert_samples(image_io::read_image(path), image_io::SampleType::kFloat32);
    const auto side = [&](std::int64_t whole) {
        return (crop > 0 ? std::min(crop, whole) : whole) / multiple * multiple;
    };
    const std::int64_t width = side(image.width), height = side(image.height);
    const int from = image.has_alpha ? image.channels - 1 : image.channels, channels = grey ? 1 : from;
    FloatImage result(width, height, channels);
    const auto* src = reinterpret_cast<const float*>(image.pixels.data());
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const float* pixel =
                    src +
                    ((y + (image.height - height) / 2) * image.width + x + (image.width - width) / 2) * image.channels;
                const float value = grey && from == 3 ? (pixel[0] + pixel[1] + pixel[2]) / 3 : pixel[c];
                result.pixels[static_cast<std::size_t>((y * width + x) * channels + c)] = value;
            }
    return result;
}

}  // namespace twofold::lab

#endif

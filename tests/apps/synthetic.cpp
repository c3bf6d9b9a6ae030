#include "tests/apps/synthetic.h"

#include <cmath>
#include <cstring>
#include <random>

#include "tests/apps/process.h"

namespace twofold::tests {

image_io::Image picture(int width, int height, int channels, image_io::SampleType type, bool noisy) {
    image_io::Image image;
    image.width = width;
    image.height = height;
    image.channels = channels;
    image.has_alpha = channels == 2 || channels == 4;
    image.type = image_io::SampleType::kFloat32;
    image.pixels.resize(image.row_bytes() * static_cast<std::size_t>(height));
    std::mt19937 generator(1);
    std::uint8_t* place = image.pixels.data();
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < channels; ++c) {
                float value = 0.5F + 0.25F * std::sin(0.11F * static_cast<float>(x + 3 * c)) *
                                         std::cos(0.07F * static_cast<float>(y));
                if (x > width / 2) value *= 0.8F;
                if (noisy) value += 0.1F * (static_cast<float>(generator() % 1000) / 1000.0F - 0.5F);
                if (image.has_alpha && c == channels - 1) value = 1.0F;
                std::memcpy(place, &value, sizeof value);
                place += sizeof value;
            }
        }
    }
    return type == image_io::SampleType::kFloat32 ? image : image_io::convert_samples(image, type);
}

std::string encoded(const image_io::Image& image, image_io::Format format) {
    const auto bytes = image_io::encode_image(image, format, {});
    return {bytes.begin(), bytes.end()};
}

void save(const std::string& path, const image_io::Image& image, image_io::Format format) {
    write_file(path, encoded(image, format));
}

}  // namespace twofold::tests

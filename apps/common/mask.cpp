#include "apps/common/mask.h"

#include <algorithm>

namespace twofold::apps {

image_io::Image read_mask(const std::string& path, std::uint64_t memory_limit) {
    image_io::ReadOptions read;
    read.memory_limit = memory_limit;
    read.upright = true;
    image_io::Image mask = image_io::convert_samples(image_io::read_image(path, read), image_io::SampleType::kUint8);
    constexpr std::uint8_t kHalf = 128;
    const auto channels = static_cast<std::size_t>(mask.channels);
    const auto colours = static_cast<std::ptrdiff_t>(mask.has_alpha ? channels - 1 : channels);
    const std::size_t pixels = mask.pixels.size() / channels;
    for (std::size_t i = 0; i < pixels; ++i) {
        const auto pixel = mask.pixels.begin() + static_cast<std::ptrdiff_t>(i * channels);
        mask.pixels[i] = *std::min_element(pixel, pixel + colours) >= kHalf ? 255 : 0;
    }
    mask.pixels.resize(pixels);
    mask.pixels.shrink_to_fit();
    mask.channels = 1;
    mask.has_alpha = false;
    return mask;
}

}  // namespace twofold::apps

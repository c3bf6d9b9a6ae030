#include "apps/report/picture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "apps/common/failure.h"
#include "apps/common/library.h"
#include "platform/memory_info.h"

namespace twofold::apps {
namespace {

// Side of the blocks that become one pixel.
std::int64_t block_side(std::int64_t width, std::int64_t height, std::int64_t most_pixels) {
    std::int64_t side = 1;
    const auto blocks = [&](std::int64_t length) { return (length + side - 1) / side; };
    while (most_pixels > 0 && blocks(width) * blocks(height) > most_pixels) ++side;
    return side;
}

// Adds up one sample of each pixel of a block, on the scale where white is 255.
template <typename Sample>
double block_sum(const std::uint8_t* first, const twofold_image& view, std::int64_t width, std::int64_t height,
                 double scale) {
    double sum = 0;
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
            const double value = *reinterpret_cast<const Sample*>(first + y * view.row_stride + x * view.pixel_stride);
            sum += std::isfinite(value) ? std::clamp(value * scale, 0.0, 255.0) : 0.0;
        }
    }
    return sum;
}

template <typename Sample>
void reduce(const twofold_image& view, std::int64_t side, double scale, image_io::Image* image) {
    std::uint8_t* place = image->pixels.data();
    for (std::int64_t y = 0; y < view.height; y += side) {
        const std::int64_t height = std::min(side, view.height - y);
        for (std::int64_t x = 0; x < view.width; x += side) {
            const std::int64_t width = std::min(side, view.width - x);
            for (int c = 0; c < image->channels; ++c) {
                const std::uint8_t* first = static_cast<const std::uint8_t*>(view.data) + y * view.row_stride +
                                            x * view.pixel_stride + c * view.channel_stride;
                const double sum = block_sum<Sample>(first, view, width, height, scale);
                *place++ = static_cast<std::uint8_t>(std::lround(sum / static_cast<double>(width * height)));
            }
        }
    }
}

}  // namespace

Picture picture_of(const twofold_image& view, const Look& look) {
    const std::int64_t side = block_side(view.width, view.height, look.most_pixels);
    Picture picture;
    picture.full_width = view.width;
    picture.full_height = view.height;
    image_io::Image& image = picture.image;
    image.width = (view.width + side - 1) / side;
    image.height = (view.height + side - 1) / side;
    image.channels = view.channels - (view.has_alpha != 0 ? 1 : 0);
    const std::size_t bytes = image.row_bytes() * static_cast<std::size_t>(image.height);
    if (bytes > platform::available_memory()) {
        throw Failure(ExitCode::kMemory, "there is not enough memory for a copy to look at");
    }
    image.pixels.resize(bytes);
    switch (view.data_type) {
        case TWOFOLD_UINT8:
            reduce<std::uint8_t>(view, side, 1.0 / look.white, &image);
            break;
        case TWOFOLD_UINT16:
            reduce<std::uint16_t>(view, side, 255.0 / 65535.0 / look.white, &image);
            break;
        case TWOFOLD_FLOAT32:
            reduce<float>(view, side, 255.0 / look.white, &image);
            break;
    }
    if (look.metadata != nullptr) {
        image.metadata.icc = look.metadata->icc;
        image.metadata.orientation = look.metadata->orientation;
        if (look.metadata->orientation > 4) std::swap(picture.full_width, picture.full_height);
        image_io::make_upright(&image);
    }
    return picture;
}

Picture picture_of(const image_io::Image& image, Look look) {
    look.metadata = &image.metadata;
    return picture_of(view_of(image), look);
}

}  // namespace twofold::apps

#include <algorithm>
#include <cstring>

#include "platform/image_io/codec.h"
#include "platform/image_io/exif_orientation.h"

namespace twofold::image_io {
namespace {

// Where pixel (x, y) of the upright image lies in the stored one: origin + x * step_x + y * step_y, in pixels.
struct Walk {
    std::ptrdiff_t origin, step_x, step_y;
};

Walk walk_for(int orientation, std::ptrdiff_t w, std::ptrdiff_t h) {
    switch (orientation) {
        case 2:
            return {w - 1, -1, w};
        case 3:
            return {h * w - 1, -1, -w};
        case 4:
            return {(h - 1) * w, 1, -w};
        case 5:
            return {0, w, 1};
        case 6:
            return {(h - 1) * w, -w, 1};
        case 7:
            return {h * w - 1, -w, -1};
        case 8:
            return {w - 1, w, -1};
        default:
            return {0, 1, w};
    }
}

template <std::size_t kPixel>
void turn(const std::uint8_t* src, const Walk& walk, std::ptrdiff_t width, std::ptrdiff_t height, std::uint8_t* dst) {
    // Square blocks: a turn by 90 degrees reads columns, which would miss the cache at every pixel.
    constexpr std::ptrdiff_t kBlock = 32;
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(kPixel);
    for (std::ptrdiff_t y0 = 0; y0 < height; y0 += kBlock) {
        for (std::ptrdiff_t x0 = 0; x0 < width; x0 += kBlock) {
            for (std::ptrdiff_t y = y0; y < std::min(y0 + kBlock, height); ++y) {
                for (std::ptrdiff_t x = x0; x < std::min(x0 + kBlock, width); ++x) {
                    std::memcpy(dst + (y * width + x) * kBytes,
                                src + (walk.origin + x * walk.step_x + y * walk.step_y) * kBytes, kPixel);
                }
            }
        }
    }
}

}  // namespace

void make_upright(Image* image) {
    Metadata& metadata = image->metadata;
    const int orientation = metadata.orientation;
    metadata.orientation = 1;
    if (exif_orientation(metadata.exif) != 1) set_exif_orientation(&metadata.exif, 1);
    if (orientation < 2 || orientation > 8) return;

    const auto w = static_cast<std::ptrdiff_t>(image->width);
    const auto h = static_cast<std::ptrdiff_t>(image->height);
    const Walk walk = walk_for(orientation, w, h);
    const bool swaps = orientation >= 5;
    std::vector<std::uint8_t> turned(image->pixels.size());
    const auto run = [&](auto bytes) {
        turn<decltype(bytes)::value>(image->pixels.data(), walk, swaps ? h : w, swaps ? w : h, turned.data());
    };
    switch (static_cast<std::size_t>(image->channels) * image->sample_bytes()) {
        case 1:
            run(std::integral_constant<std::size_t, 1>());
            break;
        case 2:
            run(std::integral_constant<std::size_t, 2>());
            break;
        case 3:
            run(std::integral_constant<std::size_t, 3>());
            break;
        case 4:
            run(std::integral_constant<std::size_t, 4>());
            break;
        case 6:
            run(std::integral_constant<std::size_t, 6>());
            break;
        case 8:
            run(std::integral_constant<std::size_t, 8>());
            break;
        case 12:
            run(std::integral_constant<std::size_t, 12>());
            break;
        default:
            run(std::integral_constant<std::size_t, 16>());
            break;
    }
    image->pixels = std::move(turned);
    if (swaps) {
        std::swap(image->width, image->height);
        std::swap(metadata.dpi_x, metadata.dpi_y);
    }
}

}  // namespace twofold::image_io

#include "platform/image_io/upright.h"

#include <algorithm>
#include <cstring>

#include "platform/image_io/exif_orientation.h"

namespace twofold::image_io {
namespace {

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

// Rows y0 ... y0 + rows - 1 of the upright image.
template <std::size_t kPixel>
void turn(const std::uint8_t* src, const Walk& walk, std::ptrdiff_t width, std::ptrdiff_t y0, std::ptrdiff_t rows,
          std::uint8_t* dst) {
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(kPixel);
    for (std::ptrdiff_t x0 = 0; x0 < width; x0 += kUprightRows) {
        for (std::ptrdiff_t y = 0; y < rows; ++y) {
            for (std::ptrdiff_t x = x0; x < std::min(x0 + kUprightRows, width); ++x) {
                std::memcpy(dst + (y * width + x) * kBytes,
                            src + (walk.origin + x * walk.step_x + (y0 + y) * walk.step_y) * kBytes, kPixel);
            }
        }
    }
}

void turn_pixels(std::size_t pixel_bytes, const std::uint8_t* src, const Walk& walk, std::ptrdiff_t width,
                 std::ptrdiff_t y0, std::ptrdiff_t rows, std::uint8_t* dst) {
    switch (pixel_bytes) {
        case 1:
            return turn<1>(src, walk, width, y0, rows, dst);
        case 2:
            return turn<2>(src, walk, width, y0, rows, dst);
        case 3:
            return turn<3>(src, walk, width, y0, rows, dst);
        case 4:
            return turn<4>(src, walk, width, y0, rows, dst);
        case 6:
            return turn<6>(src, walk, width, y0, rows, dst);
        case 8:
            return turn<8>(src, walk, width, y0, rows, dst);
        case 12:
            return turn<12>(src, walk, width, y0, rows, dst);
        default:
            return turn<16>(src, walk, width, y0, rows, dst);
    }
}

bool is_turned(int orientation) { return orientation >= 2 && orientation <= 8; }

}  // namespace

UprightRows::UprightRows(const Image& image, int orientation)
    : image_(image),
      turned_(is_turned(orientation)),
      width_(orientation >= 5 && turned_ ? image.height : image.width),
      height_(orientation >= 5 && turned_ ? image.width : image.height),
      walk_(
          walk_for(orientation, static_cast<std::ptrdiff_t>(image.width), static_cast<std::ptrdiff_t>(image.height))) {
    if (turned_) block_.resize(static_cast<std::size_t>(std::min<std::int64_t>(kUprightRows, height_)) * row_bytes());
}

const std::uint8_t* UprightRows::row(std::int64_t y) noexcept {
    if (!turned_) return image_.pixels.data() + static_cast<std::size_t>(y) * row_bytes();
    if (y < first_ || y >= first_ + kUprightRows || first_ < 0) {
        first_ = y - y % kUprightRows;
        turn_pixels(image_.pixel_bytes(), image_.pixels.data(), walk_, static_cast<std::ptrdiff_t>(width_),
                    static_cast<std::ptrdiff_t>(first_),
                    static_cast<std::ptrdiff_t>(std::min<std::int64_t>(kUprightRows, height_ - first_)), block_.data());
    }
    return block_.data() + static_cast<std::size_t>(y - first_) * row_bytes();
}

void turn_upright(const Image& image, Image* shape) {
    const int orientation = image.metadata.orientation;
    shape->width = image.width;
    shape->height = image.height;
    shape->channels = image.channels;
    shape->has_alpha = image.has_alpha;
    shape->type = image.type;
    shape->format = image.format;
    shape->metadata = image.metadata;
    shape->metadata.orientation = 1;
    if (exif_orientation(shape->metadata.exif) != 1) set_exif_orientation(&shape->metadata.exif, 1);
    if (orientation < 5 || !is_turned(orientation)) return;
    std::swap(shape->width, shape->height);
    std::swap(shape->metadata.dpi_x, shape->metadata.dpi_y);
}

void make_upright(Image* image) {
    Image shape;
    turn_upright(*image, &shape);
    if (is_turned(image->metadata.orientation)) {
        shape.pixels.resize(image->pixels.size());
        UprightRows rows(*image, image->metadata.orientation);
        for (std::int64_t y = 0; y < shape.height; ++y) {
            std::memcpy(shape.pixels.data() + static_cast<std::size_t>(y) * shape.row_bytes(), rows.row(y),
                        shape.row_bytes());
        }
    } else {
        shape.pixels = std::move(image->pixels);
    }
    *image = std::move(shape);
}

}  // namespace twofold::image_io

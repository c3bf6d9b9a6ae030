// Turning stored pixels the way they are to be seen, a few rows at a time: without a second copy of the image.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_UPRIGHT_H
#define TWOFOLD_PLATFORM_IMAGE_IO_UPRIGHT_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/image_io/image_io.h"

namespace twofold::image_io {

// Turned at once: a turn by 90 degrees reads columns, which would miss the cache at every pixel of a single row.
constexpr std::ptrdiff_t kUprightRows = 32;

// Where pixel (x, y) of the upright image lies in the stored one: origin + x * step_x + y * step_y, in pixels.
struct Walk {
    std::ptrdiff_t origin, step_x, step_y;
};

// The rows of `image`, which must outlive this, turned as EXIF orientation 1..8 says; 1 is as they are stored.
class UprightRows {
  public:
    UprightRows(const Image& image, int orientation);

    // Valid until the next call; cheap where rows are asked for one after another.
    const std::uint8_t* row(std::int64_t y) noexcept;

  private:
    std::size_t row_bytes() const { return static_cast<std::size_t>(width_) * image_.pixel_bytes(); }

    const Image& image_;
    bool turned_;
    std::int64_t width_, height_;  // of the upright image
    Walk walk_;
    std::int64_t first_ = -1;  // row of the upright image that the block begins with
    std::vector<std::uint8_t> block_;
};

// All of `image` but its pixels, as it is once it has been turned upright.
void turn_upright(const Image& image, Image* shape);

}  // namespace twofold::image_io

#endif

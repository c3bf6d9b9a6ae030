// Samples from one type to another, a row at a time, so that a writer never needs a second copy of the image.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_CONVERT_H
#define TWOFOLD_PLATFORM_IMAGE_IO_CONVERT_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/image_io/upright.h"

namespace twofold::image_io {

// White is 255, 65535 or 1. Rounded to nearest and clamped; NaN becomes black in integer types.
void convert_row(const std::uint8_t* src, SampleType from, std::uint8_t* dst, SampleType to, std::size_t samples);

std::size_t bytes_of(SampleType type);

// What a writer writes: the shape and the metadata of the file, and where its pixels come from.
struct OutputImage {
    const Image& shape;  // its own pixels are not looked at
    const Image& stored;
    int turn;  // orientation that brings the stored pixels into that shape

    std::uint64_t pixel_bytes() const { return stored.pixels.size(); }
};

// Rows of an image as a writer wants them: upright, in another sample type, without alpha.
class OutputRows {
  public:
    OutputRows(const OutputImage& image, SampleType type, bool keep_alpha);

    int channels() const { return channels_; }
    std::size_t row_samples() const {
        return static_cast<std::size_t>(image_.width) * static_cast<std::size_t>(channels_);
    }
    std::size_t row_bytes() const { return row_samples() * bytes_of(type_); }
    // Valid until the next call. Never throws.
    const std::uint8_t* row(std::int64_t y) noexcept;

  private:
    const Image& image_;
    UprightRows rows_;
    SampleType type_;
    int channels_;
    std::vector<std::uint8_t> opaque_;     // one row without alpha
    std::vector<std::uint8_t> converted_;  // one row in the wanted type
};

}  // namespace twofold::image_io

#endif

// A strided view of pixels that somebody else owns, and access to single samples on the scale where white is 1.
#ifndef TWOFOLD_RUNTIME_IMAGE_VIEW_H
#define TWOFOLD_RUNTIME_IMAGE_VIEW_H

#include <cstddef>
#include <cstdint>
#include <utility>

namespace twofold {

enum class DataType { kUint8, kUint16, kFloat32 };

inline std::size_t sample_bytes(DataType type) {
    return type == DataType::kUint8 ? 1 : type == DataType::kUint16 ? 2 : 4;
}

// Sample value of white for the integer types; for float it is the caller's choice.
inline float integer_white(DataType type) { return type == DataType::kUint8 ? 255.0f : 65535.0f; }

struct ImageView {
    std::byte* data = nullptr;
    std::int64_t width = 0;
    std::int64_t height = 0;
    int channels = 0;  // alpha included
    bool has_alpha = false;
    DataType type = DataType::kUint8;
    std::ptrdiff_t pixel_stride = 0;  // bytes
    std::ptrdiff_t row_stride = 0;
    std::ptrdiff_t channel_stride = 0;

    int colour_channels() const { return has_alpha ? channels - 1 : channels; }
    std::byte* at(std::int64_t x, std::int64_t y, int c) const {
        return data + y * row_stride + x * pixel_stride + c * channel_stride;
    }
};

// The same pixels, rows and columns in each other's place.
inline ImageView transposed(ImageView image) {
    std::swap(image.width, image.height);
    std::swap(image.pixel_stride, image.row_stride);
    return image;
}

// Interleaved samples without gaps, laid out as in `like` apart from its strides.
ImageView packed_view(const ImageView& like, std::byte* samples);

// Interleaved floats without gaps and without alpha.
ImageView packed_view(float* pixels, std::int64_t width, std::int64_t height, int channels);

// Copy the colour channels of the rectangle (x0, y0, width, height), which must lie inside the image, to interleaved
// floats on the scale where `white` is 1; rows of dst are `dst_row` floats apart.
void load_rectangle(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
                    std::int64_t height, float* dst, std::ptrdiff_t dst_row);

// The reverse. Integer samples are rounded to nearest and clamped to their range; float samples are not clamped.
void store_rectangle(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
                     std::int64_t height, const float* src, std::ptrdiff_t src_row);

// Copy alpha of one row from one image to another, converting the sample type if they differ.
void copy_alpha_row(const ImageView& src, const ImageView& dst, std::int64_t y);

struct SampleRange {
    float largest_absolute = 0;
    bool finite = true;
};
// Scan float colour samples of one row. Integer images are always finite.
SampleRange scan_row(const ImageView& image, std::int64_t y);

}  // namespace twofold

#endif

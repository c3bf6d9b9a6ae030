#include <cmath>
#include <cstring>
#include <limits>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

constexpr SampleType kTypes[] = {SampleType::kUint8, SampleType::kUint16, SampleType::kFloat32};

void require_lossless(const Image& image, Format format) {
    std::vector<std::string> notes;
    const Image back = decode(encode_image(image, format, {}, &notes));
    CAPTURE(format_name(format), image.width, image.height, image.channels, static_cast<int>(image.type));
    require_valid(back);
    REQUIRE(notes.empty());
    REQUIRE(back.width == image.width);
    REQUIRE(back.height == image.height);
    REQUIRE(back.channels == image.channels);
    REQUIRE(back.type == image.type);
    REQUIRE(back.format == format);
    REQUIRE(back.pixels == image.pixels);
}

int largest_difference(const Image& a, const Image& b) {
    REQUIRE(a.pixels.size() == b.pixels.size());
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

}  // namespace

TEST_CASE("lossless formats give back what they were given") {
    const std::int64_t sizes[][2] = {{1, 1}, {1, 9}, {13, 1}, {17, 11}, {64, 64}, {301, 257}};
    for (const auto& size : sizes) {
        for (int channels = 1; channels <= 4; ++channels) {
            for (const SampleType type : kTypes) {
                const Image image = make_image(size[0], size[1], channels, type);
                require_lossless(image, Format::kTiff);
                if (type != SampleType::kFloat32) require_lossless(image, Format::kPng);
                if (type != SampleType::kFloat32) require_lossless(image, Format::kPnm);
                if (type == SampleType::kFloat32 && !image.has_alpha) require_lossless(image, Format::kPfm);
            }
        }
    }
}

TEST_CASE("JPEG keeps the picture within what its quality allows") {
    for (const int channels : {1, 3}) {
        const Image image = make_image(67, 45, channels, SampleType::kUint8);
        WriteOptions options;
        options.jpeg_quality = 100;
        const Bytes best = encode_image(image, Format::kJpeg, options);
        const Image back = decode(best);
        REQUIRE(back.channels == channels);
        REQUIRE(largest_difference(back, image) <= 6);
        options.jpeg_quality = 50;
        REQUIRE(encode_image(image, Format::kJpeg, options).size() < best.size());
    }
}

TEST_CASE("JPEG subsampling is what was asked for") {
    const Image image = make_image(64, 64, 3, SampleType::kUint8);
    const auto factors = [&](Subsampling subsampling, int quality) {
        WriteOptions options;
        options.subsampling = subsampling;
        options.jpeg_quality = quality;
        const Bytes bytes = encode_image(image, Format::kJpeg, options);
        for (std::size_t i = 0; i + 11 < bytes.size(); ++i) {
            if (bytes[i] == 0xFF && bytes[i + 1] == 0xC0) return static_cast<int>(bytes[i + 11]);
        }
        return 0;
    };
    REQUIRE(factors(Subsampling::k444, 50) == 0x11);
    REQUIRE(factors(Subsampling::k422, 95) == 0x21);
    REQUIRE(factors(Subsampling::k420, 95) == 0x22);
    REQUIRE(factors(Subsampling::kAuto, 90) == 0x11);
    REQUIRE(factors(Subsampling::kAuto, 89) == 0x22);
}

TEST_CASE("what a format cannot hold is converted and noted") {
    for (const SampleType type : kTypes) {
        for (int channels = 1; channels <= 4; ++channels) {
            const Image image = make_image(9, 6, channels, type);
            std::vector<std::string> notes;
            const Image jpeg = decode(encode_image(image, Format::kJpeg, {}, &notes));
            const int expected = (image.has_alpha ? 1 : 0) + (type != SampleType::kUint8 ? 1 : 0);
            REQUIRE(notes.size() == static_cast<std::size_t>(expected));
            REQUIRE(jpeg.channels == (channels <= 2 ? 1 : 3));
            notes.clear();
            const Image pfm = decode(encode_image(image, Format::kPfm, {}, &notes));
            REQUIRE(notes.size() == (image.has_alpha ? 1U : 0U));
            REQUIRE(pfm.type == SampleType::kFloat32);
        }
    }
    std::vector<std::string> notes;
    const Image image = make_image(9, 6, 3, SampleType::kFloat32);
    REQUIRE(decode(encode_image(image, Format::kPng, {}, &notes)).type == SampleType::kUint16);
    REQUIRE(notes.size() == 1);
}

TEST_CASE("samples convert with rounding, clamping and no surprise from NaN") {
    for (int value = 0; value < 256; ++value) {
        Image image = make_image(1, 1, 1, SampleType::kUint8);
        image.pixels[0] = static_cast<std::uint8_t>(value);
        for (const SampleType type : kTypes) {
            REQUIRE(convert_samples(convert_samples(image, type), SampleType::kUint8).pixels[0] == value);
        }
    }
    Image image = make_image(6, 1, 1, SampleType::kFloat32);
    const float infinity = std::numeric_limits<float>::infinity();
    const float values[6] = {-1.0F, 2.0F, std::nanf(""), infinity, -infinity, 0.5F};
    std::memcpy(image.pixels.data(), values, sizeof values);
    REQUIRE(convert_samples(image, SampleType::kUint8).pixels == Bytes{0, 255, 0, 255, 0, 128});
}

TEST_CASE("an image whose fields do not fit is refused by the writers") {
    for (const Format format : {Format::kJpeg, Format::kPng, Format::kTiff, Format::kPnm, Format::kPfm}) {
        Image image = make_image(4, 4, 3, SampleType::kUint8);
        image.pixels.pop_back();
        REQUIRE_THROWS_AS(encode_image(image, format, {}), ImageError);
        REQUIRE_THROWS_AS(encode_image(Image(), format, {}), ImageError);
    }
    WriteOptions options;
    options.jpeg_quality = 0;
    REQUIRE_THROWS_AS(encode_image(make_image(4, 4, 3, SampleType::kUint8), Format::kJpeg, options), ImageError);
    REQUIRE_THROWS_AS(encode_image(make_image(65501, 1, 1, SampleType::kUint8), Format::kJpeg, {}), ImageError);
}

}  // namespace twofold::image_io::testing

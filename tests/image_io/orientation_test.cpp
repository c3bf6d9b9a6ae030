#include <cstring>

#include "platform/image_io/exif_orientation.h"
#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

// What EXIF says of its orientations, one pixel at a time: where the pixel (x, y) that is shown is stored.
void shown_to_stored(int orientation, std::int64_t w, std::int64_t h, std::int64_t x, std::int64_t y, std::int64_t* sx,
                     std::int64_t* sy) {
    const bool swaps = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    *sx = swaps ? y : x;
    *sy = swaps ? x : y;
    if (from_right) *sx = w - 1 - *sx;
    if (from_bottom) *sy = h - 1 - *sy;
}

}  // namespace

TEST_CASE("pixels are turned upright for every orientation and pixel size") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        for (int channels = 1; channels <= 4; ++channels) {
            for (const SampleType type : {SampleType::kUint8, SampleType::kUint16, SampleType::kFloat32}) {
                const Image stored = make_image(37, 41, channels, type);
                Image shown = stored;
                shown.metadata.orientation = orientation;
                shown.metadata.exif = make_exif(orientation, channels % 2 == 0);
                shown.metadata.dpi_x = 10;
                make_upright(&shown);
                require_valid(shown);
                REQUIRE(shown.metadata.orientation == 1);
                REQUIRE(exif_orientation(shown.metadata.exif) == 1);
                REQUIRE(shown.width == (orientation >= 5 ? 41 : 37));
                REQUIRE(shown.metadata.dpi_y == (orientation >= 5 ? 10 : 0));
                const std::size_t pixel = static_cast<std::size_t>(channels) * stored.sample_bytes();
                bool equal = true;
                for (std::int64_t y = 0; y < shown.height; ++y) {
                    for (std::int64_t x = 0; x < shown.width; ++x) {
                        std::int64_t sx = 0, sy = 0;
                        shown_to_stored(orientation, 37, 41, x, y, &sx, &sy);
                        equal = equal &&
                                std::memcmp(&shown.pixels[static_cast<std::size_t>(y * shown.width + x) * pixel],
                                            &stored.pixels[static_cast<std::size_t>(sy * 37 + sx) * pixel], pixel) == 0;
                    }
                }
                REQUIRE(equal);
            }
        }
    }
}

TEST_CASE("the EXIF orientation is found in both byte orders and changed in place") {
    for (const bool little : {false, true}) {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            Bytes exif = make_exif(orientation, little);
            REQUIRE(exif_orientation(exif) == orientation);
            REQUIRE(set_exif_orientation(&exif, 3));
            REQUIRE(exif == make_exif(3, little));
        }
        REQUIRE(exif_orientation(make_exif(0, little)) == 1);
        REQUIRE(exif_orientation(make_exif(9, little)) == 1);
    }
}

TEST_CASE("hostile EXIF blocks have orientation 1") {
    const Bytes good = make_exif(6, true);
    for (std::size_t size = 0; size < 2 + 8 + 24; ++size) {
        REQUIRE(exif_orientation(Bytes(good.begin(), good.begin() + static_cast<long>(size))) == 1);
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Bytes bad = good;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1 << bit));
            const int orientation = exif_orientation(bad);
            REQUIRE((orientation >= 1 && orientation <= 8));
        }
    }
    Bytes beyond = good;
    for (int i = 4; i < 8; ++i) beyond[static_cast<std::size_t>(i)] = 0xFF;
    REQUIRE(exif_orientation(beyond) == 1);
}

TEST_CASE("the upright option and a change of format turn the pixels") {
    Image image = make_image(8, 4, 3, SampleType::kUint8);
    image.format = Format::kJpeg;
    image.metadata.exif = make_exif(6, false);
    image.metadata.orientation = 6;
    const Bytes jpeg = encode_image(image, Format::kJpeg, {});
    REQUIRE(decode(jpeg).width == 8);
    ReadOptions upright;
    upright.upright = true;
    const Image turned = decode(jpeg, upright);
    REQUIRE(turned.width == 4);
    REQUIRE(turned.metadata.orientation == 1);
    REQUIRE(exif_orientation(turned.metadata.exif) == 1);
    for (const Format format : {Format::kPng, Format::kTiff, Format::kPnm, Format::kPfm}) {
        const Image other = decode(encode_image(image, format, {}));
        REQUIRE(other.width == 4);
        REQUIRE(other.metadata.orientation == 1);
        // More rows than are turned at once.
        Image tall = make_image(80, 70, 3, SampleType::kUint8);
        tall.format = Format::kJpeg;
        for (int orientation = 1; orientation <= 8; ++orientation) {
            tall.metadata.orientation = orientation;
            const Image written = decode(encode_image(tall, format, {}));
            Image expected = tall;
            make_upright(&expected);
            REQUIRE(written.height == expected.height);
            REQUIRE(convert_samples(written, SampleType::kUint8).pixels == expected.pixels);
        }
    }
    image.format = Format::kTiff;
    REQUIRE(decode(encode_image(image, Format::kTiff, {})).metadata.orientation == 6);
    image.format = Format::kPng;
    REQUIRE(decode(encode_image(image, Format::kPng, {})).metadata.orientation == 6);
}

}  // namespace twofold::image_io::testing

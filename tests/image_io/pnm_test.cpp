#include <cmath>
#include <cstring>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

Image read(const std::string& text) { return decode(text_bytes(text)); }
ErrorKind refuse(const std::string& text) { return decode_error(text_bytes(text)); }

std::vector<std::uint16_t> samples16(const Image& image) {
    std::vector<std::uint16_t> values(image.pixels.size() / 2);
    std::memcpy(values.data(), image.pixels.data(), image.pixels.size());
    return values;
}

}  // namespace

TEST_CASE("PNM text and bitmaps") {
    REQUIRE(read("P1\n# comment\n3 2\n101\n0 1 0\n").pixels == Bytes{0, 255, 0, 255, 0, 255});
    REQUIRE(read("P2 2 2 15\n0 5 10 15").pixels == Bytes{0, 85, 170, 255});
    REQUIRE(read("P3 1 1 255\n1 # red\n2 3\n").pixels == Bytes{1, 2, 3});
    REQUIRE(read(std::string("P4 9 1\n\xAA\x80")).pixels == Bytes{0, 255, 0, 255, 0, 255, 0, 255, 0});
    REQUIRE(samples16(read("P2 3 1 1023 0 512 1023")) == std::vector<std::uint16_t>{0, 32800, 65535});
}

TEST_CASE("PNM samples are scaled to the full range and 16 bits are big endian") {
    REQUIRE(read(std::string("P5 3 1 127\n\x01\x40\x7F")).pixels == Bytes{2, 129, 255});
    REQUIRE(samples16(read(std::string("P5 1 1 65535\n\x12\x34"))) == std::vector<std::uint16_t>{0x1234});
    REQUIRE(samples16(read(std::string("P5 1 1 4095\n\x0F\xFF"))) == std::vector<std::uint16_t>{65535});
}

TEST_CASE("PAM with and without alpha") {
    const std::string head = "P7\nWIDTH 1\nHEIGHT 1\n# comment\nDEPTH ";
    const Image rgba = read(head + "4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd");
    REQUIRE(rgba.has_alpha);
    REQUIRE(rgba.pixels == text_bytes("abcd"));
    REQUIRE(read(head + "1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n\x01").pixels == Bytes{255});
    REQUIRE(read(head + "3\nMAXVAL 255\nENDHDR\nabc").channels == 3);
    REQUIRE(refuse(head + "4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\nabcd") == ErrorKind::kUnsupported);
    REQUIRE(refuse(head + "3\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd") == ErrorKind::kUnreadable);
    REQUIRE(refuse(head + "1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\n") == ErrorKind::kUnreadable);
}

TEST_CASE("PNM headers that lie are refused") {
    for (const char* text :
         {"P5 0 4 255\n", "P5 4 0 255\n", "P5 2 2 0\nabcd", "P5 2 2 65536\nabcdefgh", "P5 2 2 255\nabc",
          "P5 -1 2 255\nabcd", "P5 2", "P5 ", "P5 99999999999999999999 2 255\nabcd", "P2 2 1 9\n3", "P2 2 1 9\n3 10",
          "P2 2 1 9\n3 x", "P1 2 1\n12", "P5 2147483647 2147483647 255\nab", "P6 60000 60000 255\nabc",
          "P4 60000 60000\nabc", "P5 1 1 9\n\x0A", "P7\nWIDTH 2\n"}) {
        CAPTURE(text);
        REQUIRE(refuse(text) == ErrorKind::kUnreadable);
    }
    REQUIRE(refuse("P5 1 1 255\naP5 1 1 255\nb") == ErrorKind::kUnsupported);
}

TEST_CASE("PFM of both byte orders is stored from the bottom up, and NaN is read") {
    const std::string little = std::string("Pf\n1 2\n-1.0\n") + std::string("\0\0\x80\x3f\0\0\xc0\x7f", 8);
    const std::string big = std::string("Pf 1 2 1\n") + std::string("\x3f\x80\0\0\x7f\xc0\0\0", 8);
    for (const std::string& text : {little, big}) {
        const Image image = read(text);
        float values[2];
        REQUIRE(image.pixels.size() == sizeof values);
        std::memcpy(values, image.pixels.data(), sizeof values);
        REQUIRE(std::isnan(values[0]));
        REQUIRE(values[1] == 1.0F);
    }
    for (const char* text : {"Pf 1 1 0\nabcd", "Pf 1 1 nan\nabcd", "Pf 1 1 x\nabcd", "PF 1 1 -1\nabcd", "Pf 1 1"}) {
        CAPTURE(text);
        REQUIRE(refuse(text) == ErrorKind::kUnreadable);
    }
}

}  // namespace twofold::image_io::testing

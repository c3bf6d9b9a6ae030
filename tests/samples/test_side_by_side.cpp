#include <stdexcept>

#include "samples/side_by_side.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::samples;

namespace {

image_io::Image flat(int width, int height, std::uint8_t value) {
    image_io::Image image;
    image.width = width;
    image.height = height;
    image.channels = 3;
    image.pixels.assign(image.row_bytes() * static_cast<std::size_t>(height), value);
    return image;
}

}  // namespace

TEST_CASE("panels keep their pixels and get a caption", "[samples]") {
    const auto page = side_by_side({{"LEFT", flat(60, 20, 100)}, {"RIGHT", flat(60, 20, 200)}});
    REQUIRE(page.width == 2 * 60 + kGap);
    REQUIRE(page.height == 20 + kCaptionHeight);
    const auto red = [&](int x, int y) { return page.pixels[static_cast<std::size_t>(3 * (y * page.width + x))]; };
    for (const int y : {kCaptionHeight, kCaptionHeight + 19}) {
        CHECK(red(0, y) == 100);
        CHECK(red(59, y) == 100);
        CHECK(red(60 + kGap, y) == 200);
        CHECK(red(119 + kGap, y) == 200);
    }
    int inked = 0;
    for (int y = 0; y < kCaptionHeight; ++y) {
        for (int x = 0; x < page.width; ++x) inked += red(x, y) > 200;
    }
    CHECK(inked > 100);
}

TEST_CASE("panels that do not fit together are refused", "[samples]") {
    CHECK_THROWS_AS(side_by_side({}), std::invalid_argument);
    CHECK_THROWS_AS(side_by_side({{"A", flat(4, 4, 0)}, {"B", flat(5, 4, 0)}}), std::invalid_argument);
    auto grey = flat(6, 4, 0);
    grey.width = 18;
    grey.channels = 1;
    CHECK_THROWS_AS(side_by_side({{"A", grey}}), std::invalid_argument);
}

#include "runtime/half.h"

#include <limits>

#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("every half survives the way to float and back", "[half]") {
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        const bool nan = (half & 0x7C00u) == 0x7C00u && (half & 0x3FFu) != 0;
        if (nan) {
            REQUIRE(std::isnan(from_half(static_cast<std::uint16_t>(half))));
            continue;
        }
        REQUIRE(to_half(from_half(static_cast<std::uint16_t>(half))) == half);
    }
}

TEST_CASE("a float becomes the nearest half, ties to even", "[half]") {
    CHECK(from_half(0x3C00) == 1.0f);
    CHECK(from_half(0xC000) == -2.0f);
    CHECK(from_half(0x0001) == 0x1p-24f);
    CHECK(to_half(0.1f) == 0x2E66);
    CHECK(to_half(1.0f + 0x1p-11f) == 0x3C00);
    CHECK(to_half(1.0f + 3 * 0x1p-11f) == 0x3C02);
    CHECK(to_half(0x1p-25f) == 0);
    CHECK(to_half(0x1.8p-24f) == 2);
    CHECK(to_half(65504.0f) == 0x7BFF);
    CHECK(to_half(65519.0f) == 0x7BFF);
    CHECK(to_half(65520.0f) == 0x7C00);
    CHECK(to_half(-std::numeric_limits<float>::infinity()) == 0xFC00);
    CHECK(std::isnan(from_half(to_half(std::numeric_limits<float>::quiet_NaN()))));
    // Between two neighbouring halves, by search.
    for (std::uint16_t half = 0; half < 0x7BFF; half = static_cast<std::uint16_t>(half + 37)) {
        const float low = from_half(half), high = from_half(static_cast<std::uint16_t>(half + 1));
        REQUIRE(to_half(low + 0.4f * (high - low)) == half);
        REQUIRE(to_half(low + 0.6f * (high - low)) == half + 1);
    }
}

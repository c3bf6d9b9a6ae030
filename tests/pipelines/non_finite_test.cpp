#include "pipelines/common/non_finite.h"

#include <cmath>
#include <limits>
#include <set>

#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

// Every sample tells where it comes from.
test::FloatImage numbered(std::int64_t width, std::int64_t height, int channels) {
    test::FloatImage image(width, height, channels);
    for (std::size_t i = 0; i < image.pixels().size(); ++i) image.pixels()[i] = static_cast<float>(i);
    return image;
}

}  // namespace

TEST_CASE("a sample that is no number becomes a neighbour of its channel", "[non-finite]") {
    const test::FloatImage before = numbered(9, 7, 3);
    for (const float bad : {kNaN, kInfinity, -kInfinity}) {
        INFO("instead of a number " << bad);
        test::FloatImage image = before, old = before, mask(9, 7, 1);
        image.at(0, 0, 1) = image.at(4, 3, 0) = image.at(4, 3, 2) = image.at(8, 6, 2) = bad;
        const ImageView view = mask.view();
        CHECK(fill_non_finite(image.view(), &view) == 4);
        for (std::int64_t y = 0; y < 7; ++y)
            for (std::int64_t x = 0; x < 9; ++x) {
                const bool changed = (x == 0 && y == 0) || (x == 4 && y == 3) || (x == 8 && y == 6);
                CHECK(mask.at(x, y, 0) == (changed ? 1.0f : 0.0f));
                for (int c = 0; c < 3; ++c) {
                    if (image.at(x, y, c) == old.at(x, y, c)) continue;
                    const auto from = static_cast<std::int64_t>(image.at(x, y, c));
                    CHECK(changed);
                    CHECK(from % 3 == c);
                    CHECK(std::abs(from / 3 % 9 - x) <= 1);
                    CHECK(std::abs(from / 27 - y) <= 1);
                }
            }
        CHECK(fill_non_finite(image.view(), nullptr) == 0);
    }
}

TEST_CASE("a large gap is filled with many values of what is around it, and as noisy", "[non-finite]") {
    test::FloatImage image = test::noisy_scene(120, 100, 1, 0.1);
    for (std::int64_t y = 20; y < 80; ++y)
        for (std::int64_t x = 30; x < 90; ++x) image.at(x, y, 0) = kNaN;
    std::set<float> around;
    for (const float value : image.pixels())
        if (std::isfinite(value)) around.insert(value);
    test::FloatImage again = image;
    CHECK(fill_non_finite(image.view(), nullptr) == 3600);
    std::set<float> inside;
    double steps = 0;
    for (std::int64_t y = 20; y < 80; ++y)
        for (std::int64_t x = 30; x < 90; ++x) {
            CHECK(around.contains(image.at(x, y, 0)));
            inside.insert(image.at(x, y, 0));
            steps += std::pow(double{image.at(x, y, 0)} - double{image.at(x - 1, y, 0)}, 2) / 3600;
        }
    CHECK(inside.size() > 1000);
    CHECK(std::sqrt(steps / 2) > 0.08);
    fill_non_finite(again.view(), nullptr);
    CHECK(again.pixels() == image.pixels());
}

TEST_CASE("a single finite sample is found, none is an error that changes nothing", "[non-finite]") {
    test::FloatImage image(300, 200, 2);
    for (float& value : image.pixels()) value = kNaN;
    image.at(299, 199, 0) = 5;
    test::FloatImage mask(300, 200, 1);
    const ImageView view = mask.view();
    CHECK_THROWS_AS(fill_non_finite(image.view(), &view), Error);
    CHECK(std::isnan(image.at(0, 0, 0)));
    image.at(0, 199, 1) = 7;
    CHECK(fill_non_finite(image.view(), &view) == 2 * (300 * 200 - 1));
    CHECK(image.at(0, 0, 0) == 5);
    CHECK(image.at(299, 0, 1) == 7);
}

// Residuals of which it is known whether they are noise.
#include "pipelines/estimate/examination.h"

#include <algorithm>
#include <cmath>

#include "ops/noise/noise.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr std::int64_t kSide = 192;
constexpr double kSigma = 20;  // of 255

// Flat on the left, fine waves on the right.
test::FloatImage picture(int channels) {
    test::FloatImage image(kSide, kSide, channels);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < channels; ++c) {
                const double wave = x < kSide / 2 ? 0 : 0.15 * std::sin(0.9 * double(x + c) + 0.3 * double(y));
                image.at(x, y, c) = static_cast<float>(0.45 + 0.05 * c + wave);
            }
    return image;
}

test::FloatImage with_noise(const test::FloatImage& clean, double sigma, int channels) {
    test::FloatImage image(kSide, kSide, channels);
    ops::add_noise(clean.view(), image.view(), ops::NoiseKind::kGaussian, sigma, 11);
    return image;
}

// share * a + (1 - share) * b
test::FloatImage mixed(const test::FloatImage& a, const test::FloatImage& b, float share) {
    test::FloatImage image = a;
    for (std::size_t i = 0; i < image.pixels().size(); ++i)
        image.pixels()[i] = share * a.pixels()[i] + (1 - share) * b.pixels()[i];
    return image;
}

// The mean of 3x3 pixels.
test::FloatImage blurred(const test::FloatImage& source, int channels) {
    test::FloatImage from = source, image = source;
    for (std::int64_t y = 1; y < kSide - 1; ++y)
        for (std::int64_t x = 1; x < kSide - 1; ++x)
            for (int c = 0; c < channels; ++c) {
                float sum = 0;
                for (std::int64_t dy = -1; dy <= 1; ++dy)
                    for (std::int64_t dx = -1; dx <= 1; ++dx) sum += from.at(x + dx, y + dy, c);
                image.at(x, y, c) = sum / 9;
            }
    return image;
}

}  // namespace

TEST_CASE("a residual of noise alone passes", "[examine]") {
    for (const int channels : {1, 3})
        for (const double sigma : {5.0, kSigma, 50.0}) {
            INFO("channels " << channels << ", sigma " << sigma);
            const test::FloatImage clean = picture(channels), noisy = with_noise(clean, sigma, channels);
            const Examination whole = examine(noisy.view(), clean.view(), 1, 1);
            CHECK(whole.warnings == 0);
            CHECK(whole.variance_ratio == Approx(1).epsilon(0.12));
            CHECK(std::abs(whole.correlation) < 0.03);
            CHECK(whole.structured < 0.01);
            for (int c = 0; c < channels; ++c) {
                const auto channel = static_cast<std::size_t>(c);
                CHECK(255 * std::abs(whole.mean[channel]) < 0.02 * sigma + 0.2);
                CHECK(255 * whole.sigma[channel] == Approx(sigma).epsilon(0.06));
            }
            // A part of the noise, by wish.
            CHECK(examine(noisy.view(), mixed(clean, noisy, 0.4f).view(), 1, 0.4).warnings == 0);
        }
}

TEST_CASE("what else was taken away, or was not, is told", "[examine]") {
    const int channels = GENERATE(1, 3);
    INFO("channels " << channels);
    const test::FloatImage clean = picture(channels), noisy = with_noise(clean, kSigma, channels);
    const auto warnings = [&](const test::FloatImage& denoised, double strength = 1) {
        return examine(noisy.view(), denoised.view(), 1, strength).warnings;
    };
    SECTION("brightness") {
        test::FloatImage darker = clean;
        for (float& value : darker.pixels()) value -= 3.0f / 255;
        CHECK(warnings(darker) == kResidualBiased);
    }
    SECTION("detail, and where") {
        const test::FloatImage soft = blurred(blurred(clean, channels), channels);
        const Examination lost = examine(noisy.view(), soft.view(), 1, 1);
        CHECK((lost.warnings & kResidualStructured) != 0);
        CHECK(lost.structured == Approx(0.5).margin(0.1));
        REQUIRE(lost.map.columns == kSide / 8);
        REQUIRE(lost.map.tiles.size() == static_cast<std::size_t>(lost.map.columns * lost.map.rows));
        for (std::int64_t y = 0; y < lost.map.rows; ++y)
            for (std::int64_t x = 0; x < lost.map.columns; ++x) {
                const float value = lost.map.tiles[static_cast<std::size_t>(y * lost.map.columns + x)];
                if (x < lost.map.columns / 2 - 1) CHECK(value < 0.2f);
                if (x > lost.map.columns / 2) CHECK(value > 0.2f);
            }
    }
    SECTION("noise that is left") {
        CHECK(warnings(noisy) == kResidualWeak);
        CHECK(warnings(mixed(clean, noisy, 0.5f)) == kResidualWeak);
        CHECK(warnings(mixed(clean, noisy, 0.5f), 0.5) == 0);
    }
    SECTION("more than noise") {
        CHECK((warnings(mixed(clean, noisy, 1.5f)) & kResidualStrong) != 0);
        CHECK((warnings(mixed(clean, noisy, 1.5f)) & kResidualBiased) == 0);
    }
    SECTION("coarse noise only") {
        // noisy - blur(noise): what is left of the noise is its fine part.
        test::FloatImage noise = mixed(noisy, clean, 1);
        for (std::size_t i = 0; i < noise.pixels().size(); ++i) noise.pixels()[i] -= clean.pixels()[i];
        const test::FloatImage coarse = blurred(noise, channels);
        test::FloatImage denoised = noisy;
        for (std::size_t i = 0; i < denoised.pixels().size(); ++i) denoised.pixels()[i] -= coarse.pixels()[i];
        const Examination found = examine(noisy.view(), denoised.view(), 1, 1);
        CHECK((found.warnings & kResidualCoarse) != 0);
        CHECK((found.warnings & kResidualWeak) != 0);
        CHECK(found.correlation > 0.5);
    }
}

TEST_CASE("clipped noise is not held against a denoiser", "[examine]") {
    test::FloatImage clean(kSide, kSide, 3);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < 3; ++c) clean.at(x, y, c) = static_cast<float>(x) / kSide;
    const test::FloatImage noisy = with_noise(clean, 40, 3);
    const Examination found = examine(noisy.view(), clean.view(), 1, 1);
    CHECK((found.warnings & ~unsigned{kResidualBiased}) == 0);  // its mean has really moved
    CHECK(found.variance_ratio == Approx(1).epsilon(0.1));
    for (std::size_t c = 0; c < 3; ++c) CHECK(255 * found.sigma[c] == Approx(40).epsilon(0.08));
}

TEST_CASE("an image without noise that comes back as it was passes", "[examine]") {
    const test::FloatImage clean = picture(3);
    const Examination found = examine(clean.view(), clean.view(), 1, 1);
    CHECK(found.warnings == 0);
    CHECK(found.variance_ratio == 0);
    CHECK(found.correlation == 0);
    CHECK_THROWS_AS(examine(test::FloatImage(23, 64, 1).view(), test::FloatImage(23, 64, 1).view(), 1, 1), Error);
}

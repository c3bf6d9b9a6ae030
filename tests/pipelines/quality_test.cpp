// Denoisers whose error is known.
#include "pipelines/estimate/quality.h"

#include <cmath>

#include "ops/noise/noise.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

// Flat on the left, waves on the right.
test::FloatImage picture(std::int64_t width, std::int64_t height, int channels, double brightness = 0.45) {
    test::FloatImage image(width, height, channels);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const double wave = x < width / 2 ? 0 : 0.1 * std::sin(0.6 * double(x + c) + 0.3 * double(y));
                image.at(x, y, c) = static_cast<float>(brightness + 0.05 * c + wave);
            }
    return image;
}

test::FloatImage with_noise(const test::FloatImage& clean, ops::NoiseKind kind, double level) {
    test::FloatImage image = clean;
    ops::add_noise(clean.view(), image.view(), kind, level, 11);
    return image;
}

const float* sample(const ImageView& view, std::int64_t x, std::int64_t y) {
    return reinterpret_cast<const float*>(view.at(x, y, 0));
}

// The mean of 3x3 pixels that are no darker or brighter than 0.2 from the one in the middle: linear nowhere.
void smooth(const ImageView& from, const ImageView& to) {
    for (std::int64_t y = 0; y < from.height; ++y)
        for (std::int64_t x = 0; x < from.width; ++x)
            for (int c = 0; c < from.channels; ++c) {
                const float middle = sample(from, x, y)[c];
                float sum = 0, count = 0;
                for (std::int64_t v = std::max<std::int64_t>(y - 1, 0); v <= std::min(y + 1, from.height - 1); ++v)
                    for (std::int64_t u = std::max<std::int64_t>(x - 1, 0); u <= std::min(x + 1, from.width - 1); ++u)
                        if (const float near = sample(from, u, v)[c]; std::abs(near - middle) < 0.2f) {
                            sum += near;
                            ++count;
                        }
                *reinterpret_cast<float*>(to.at(x, y, c)) = sum / count;
            }
}

double mean_square(const test::FloatImage& a, const test::FloatImage& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels().size(); ++i)
        sum += std::pow(double{a.pixels()[i]} - double{b.pixels()[i]}, 2);
    return sum / double(a.pixels().size());
}

}  // namespace

TEST_CASE("the error of a denoiser is estimated without the truth", "[quality]") {
    const int channels = GENERATE(1, 3);
    const auto [kind, level] =
        GENERATE(std::pair{ops::NoiseKind::kGaussian, 5.0}, std::pair{ops::NoiseKind::kGaussian, 20.0},
                 std::pair{ops::NoiseKind::kPoisson, 200.0});
    INFO("channels " << channels << ", kind " << int(kind) << ", level " << level);
    const test::FloatImage clean = picture(240, 200, channels), noisy = with_noise(clean, kind, level);
    test::FloatImage denoised = noisy;
    smooth(noisy.view(), denoised.view());
    const double error = mean_square(denoised, clean), noise = mean_square(noisy, clean);
    const Quality quality = estimate_quality(noisy.view(), denoised.view(), 1, smooth);
    CHECK(quality.noise == Approx(noise).epsilon(0.1));
    // As exact as the noise is measured.
    CHECK(std::abs(quality.error - error) < std::abs(quality.noise - noise) + 0.02 * noise);
    CHECK(quality.least_error < quality.error);
    CHECK(quality.most_error > quality.error);

    // Half of the change is a denoiser, too.
    const auto halfway = [](const ImageView& from, const ImageView& to) {
        smooth(from, to);
        for (std::int64_t y = 0; y < from.height; ++y)
            for (std::int64_t k = 0; k < from.width * from.channels; ++k) {
                float& value = reinterpret_cast<float*>(to.at(0, y, 0))[k];
                value = (value + sample(from, 0, y)[k]) / 2;
            }
    };
    halfway(noisy.view(), denoised.view());
    const double half_error = mean_square(denoised, clean);
    const Quality half = estimate_quality(noisy.view(), denoised.view(), 1, halfway);
    CHECK(std::abs(half.error - half_error) < std::abs(half.noise - noise) + 0.02 * noise);
    CHECK((half.error > quality.error) == (half_error > error));
}

TEST_CASE("what does nothing leaves all noise, what takes all takes the picture", "[quality]") {
    const test::FloatImage clean = picture(200, 200, 3), noisy = with_noise(clean, ops::NoiseKind::kGaussian, 20);
    const Quality nothing =
        estimate_quality(noisy.view(), noisy.view(), 1, [](const ImageView& from, const ImageView& to) {
            for (std::int64_t y = 0; y < from.height; ++y)
                std::copy_n(sample(from, 0, y), 3 * from.width, reinterpret_cast<float*>(to.at(0, y, 0)));
        });
    CHECK(nothing.error == Approx(nothing.noise).epsilon(1e-3));
    test::FloatImage grey = noisy;
    std::fill(grey.pixels().begin(), grey.pixels().end(), 0.5f);
    const Quality all = estimate_quality(noisy.view(), grey.view(), 1, [](const ImageView& from, const ImageView& to) {
        for (std::int64_t y = 0; y < from.height; ++y)
            std::fill_n(reinterpret_cast<float*>(to.at(0, y, 0)), 3 * from.width, 0.5f);
    });
    CHECK(all.error == Approx(mean_square(grey, clean)).epsilon(0.1));
}

TEST_CASE("of a large image windows are denoised again", "[quality]") {
    const auto whole = [](std::int64_t width, std::int64_t height) {
        return QualityWindows(test::FloatImage(width, height, 1).view());
    };
    CHECK(whole(100, 90).pixels() == 9000);
    CHECK(whole(100, 90).bytes(3) == 9000 * 3 * 2 * sizeof(float));
    CHECK(whole(1536, 1024).count == 1);
    CHECK(whole(1600, 1100).pixels() == 1536 * 1024);
    CHECK(whole(20, 90000).width == 20);
    CHECK(whole(20, 90000).pixels() <= 1536 * 1024);

    const auto [width, height] = GENERATE(std::pair{1700, 1000}, std::pair{60, 27000});
    const test::FloatImage clean = picture(width, height, 1), noisy = with_noise(clean, ops::NoiseKind::kGaussian, 20);
    test::FloatImage denoised = noisy;
    smooth(noisy.view(), denoised.view());
    std::int64_t pixels = 0;
    const Quality quality =
        estimate_quality(noisy.view(), denoised.view(), 1, [&](const ImageView& from, const ImageView& to) {
            pixels = from.width * from.height;
            smooth(from, to);
        });
    CHECK(pixels == QualityWindows(noisy.view()).pixels());
    CHECK(pixels < width * height);
    CHECK(std::abs(quality.error - mean_square(denoised, clean)) < 0.02 * mean_square(noisy, clean));
}

TEST_CASE("samples whose noise is clipped do not count", "[quality]") {
    // A ramp whose dark end clips.
    test::FloatImage clean(240, 200, 3);
    for (std::int64_t y = 0; y < 200; ++y)
        for (std::int64_t x = 0; x < 240; ++x)
            for (int c = 0; c < 3; ++c) clean.at(x, y, c) = static_cast<float>(x) / 350;
    const test::FloatImage noisy = with_noise(clean, ops::NoiseKind::kGaussian, 20);
    test::FloatImage denoised = noisy;
    smooth(noisy.view(), denoised.view());
    double sum = 0, count = 0;
    for (std::int64_t y = 0; y < 200; ++y)
        for (std::int64_t x = 60; x < 240; ++x)
            for (int c = 0; c < 3; ++c, ++count)
                sum += std::pow(double{denoised.at(x, y, c)} - double{clean.at(x, y, c)}, 2);
    const Quality quality = estimate_quality(noisy.view(), denoised.view(), 1, smooth);
    CHECK(quality.error == Approx(sum / count).epsilon(0.3));
    CHECK(255 * std::sqrt(quality.noise) == Approx(20).epsilon(0.04));

    const test::FloatImage dark = picture(200, 200, 1, 0.02), night = with_noise(dark, ops::NoiseKind::kGaussian, 30);
    CHECK_THROWS_AS(estimate_quality(night.view(), dark.view(), 1, smooth), Error);
}

TEST_CASE("there is no estimate where the noise is correlated or cannot be measured", "[quality]") {
    test::FloatImage noisy = with_noise(picture(200, 200, 3), ops::NoiseKind::kGaussian, 12), coarse = noisy;
    smooth(noisy.view(), coarse.view());
    smooth(coarse.view(), noisy.view());
    const auto never = [](const ImageView&, const ImageView&) { FAIL("denoised all the same"); };
    CHECK_THROWS_AS(estimate_quality(noisy.view(), noisy.view(), 1, never), Error);
    const test::FloatImage small(23, 60, 1);
    CHECK_THROWS_AS(estimate_quality(small.view(), small.view(), 1, never), Error);
}

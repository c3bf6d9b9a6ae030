// The noise of colour images, measured in the differences of their channels.
#include <cmath>

#include "ops/noise/noise.h"
#include "pipelines/common/noise/chroma_noise.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

// Grey texture from pixel to pixel, stronger here and weaker there, over a ramp from dark to bright with a tint: no
// part of it is flat.
test::FloatImage textured(std::int64_t width, std::int64_t height) {
    test::FloatImage image(width, height, 3);
    const std::vector<float> texture = test::random_values(static_cast<std::size_t>(width * height), 5, 0.4);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                image.at(x, y, c) = 0.35f + 0.25f * static_cast<float>(x) / static_cast<float>(width) +
                                    0.05f * static_cast<float>(c) +
                                    (0.2f + 0.2f * static_cast<float>(x / 24 % 3 + y / 24 % 3)) *
                                        texture[static_cast<std::size_t>(y * width + x)];
    return image;
}

void add_gaussian(test::FloatImage* image, int channel, double sigma, std::uint64_t seed) {
    test::FloatImage flat = *image, noisy = *image;
    std::ranges::fill(flat.pixels(), 0.5f);
    ops::add_noise(flat.view(), noisy.view(), ops::NoiseKind::kGaussian, sigma, seed);
    for (std::size_t i = static_cast<std::size_t>(channel); i < image->pixels().size(); i += 3)
        image->pixels()[i] += noisy.pixels()[i] - 0.5f;
}

}  // namespace

TEST_CASE("noise is measured where no part of the picture is flat") {
    for (const double sigma : {2.0, 5.0, 10.0, 25.0}) {
        test::FloatImage image = textured(200, 160);
        for (int c = 0; c < 3; ++c) add_gaussian(&image, c, sigma, 7);
        const ChromaNoise noise = measure_chroma_noise(image.view(), {});
        INFO(sigma);
        CHECK_FALSE(noise.shared);
        CHECK(255 * noise.model.mean_sigma == Approx(sigma).epsilon(0.03));
        for (int c = 0; c < 3; ++c) CHECK(255 * double{noise.model.at(c, 0.5f)} == Approx(sigma).epsilon(0.1));
        CHECK(estimate_noise(image.view(), {}).mean_sigma == noise.model.mean_sigma);
    }
}

TEST_CASE("each channel has its own noise") {
    test::FloatImage image = textured(256, 256);
    const double sigma[] = {12, 5, 8};
    for (int c = 0; c < 3; ++c) add_gaussian(&image, c, sigma[c], 7);
    const ChromaNoise noise = measure_chroma_noise(image.view(), {});
    for (int c = 0; c < 3; ++c) CHECK(255 * double{noise.model.at(c, 0.5f)} == Approx(sigma[c]).epsilon(0.1));
}

TEST_CASE("noise that grows with brightness is measured as that") {
    test::FloatImage clean(256, 256, 3), noisy(256, 256, 3);
    for (std::int64_t y = 0; y < 256; ++y)
        for (std::int64_t x = 0; x < 256; ++x)
            for (int c = 0; c < 3; ++c) clean.at(x, y, c) = 0.1f + 0.8f * static_cast<float>(x) / 256;
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kPoisson, 30, 1);
    const ChromaNoise noise = measure_chroma_noise(noisy.view(), {});
    CHECK_FALSE(noise.shared);
    for (const float brightness : {0.25f, 0.5f, 0.75f})
        for (int c = 0; c < 3; ++c)
            CHECK(double{noise.model.at(c, brightness)} == Approx(std::sqrt(double{brightness} / 30)).epsilon(0.1));
}

TEST_CASE("noise that the channels have in common is not overlooked") {
    // A grey picture with noise that was stored in colour, and a coloured one with grey noise beside a little of its
    // own.
    for (const bool coloured : {false, true}) {
        test::FloatImage clean = test::noisy_scene(160, 160, 3, 0);
        test::FloatImage image = clean, noise = clean;
        std::ranges::fill(noise.pixels(), 0.0f);
        add_gaussian(&noise, 0, 10, 3);
        for (std::int64_t y = 0; y < 160; ++y)
            for (std::int64_t x = 0; x < 160; ++x)
                for (int c = 0; c < 3; ++c) image.at(x, y, c) = clean.at(x, y, coloured ? c : 0) + noise.at(x, y, 0);
        if (coloured)
            for (int c = 0; c < 3; ++c) add_gaussian(&image, c, 2, 5);
        INFO(coloured);
        CHECK(measure_chroma_noise(image.view(), {}).shared);
        CHECK(255 * estimate_noise(image.view(), {}).mean_sigma == Approx(10).epsilon(0.1));
    }
}

namespace {

// Means over 3x3 pixels, twice, as a lens or the enlarged colours of a JPEG file have them.
void smooth(test::FloatImage* image) {
    const ImageView size = image->view();
    for (int pass = 0; pass < 2; ++pass) {
        test::FloatImage sharp = *image;
        for (std::int64_t y = 1; y + 1 < size.height; ++y)
            for (std::int64_t x = 1; x + 1 < size.width; ++x)
                for (int c = 0; c < 3; ++c) {
                    float sum = 0;
                    for (std::int64_t v = y - 1; v <= y + 1; ++v)
                        for (std::int64_t u = x - 1; u <= x + 1; ++u) sum += sharp.at(u, v, c);
                    image->at(x, y, c) = sum / 9;
                }
    }
}

// White noise that is the same in all channels, and smooth noise in the colours beside it.
void add_jpeg_noise(test::FloatImage* image, double sigma) {
    test::FloatImage grey = *image, colour = *image;
    std::ranges::fill(grey.pixels(), 0.0f);
    std::ranges::fill(colour.pixels(), 0.0f);
    add_gaussian(&grey, 0, sigma, 12);
    for (int c = 0; c < 3; ++c) add_gaussian(&colour, c, sigma / 4, 11);
    smooth(&colour);
    for (std::size_t i = 0; i < image->pixels().size(); ++i)
        image->pixels()[i] += grey.pixels()[i / 3 * 3] + colour.pixels()[i];
}

}  // namespace

TEST_CASE("noise that JPEG took the colour from is found under texture") {
    test::FloatImage clean = textured(300, 260);
    smooth(&clean);
    // The picture alone is no noise, however rough.
    REQUIRE(measure_chroma_noise(clean.view(), {}).shared_sigma == 0);
    for (const double sigma : {8.0, 16.0, 32.0}) {
        test::FloatImage noisy = clean;
        add_jpeg_noise(&noisy, sigma);
        const ChromaNoise noise = measure_chroma_noise(noisy.view(), {});
        INFO(sigma);
        CHECK(noise.shared);
        CHECK(255 * noise.shared_sigma == Approx(sigma).epsilon(0.25));
        const NoiseModel model = estimate_noise(noisy.view(), {});
        CHECK(model.mean_sigma == Approx(noise.shared_sigma));
        CHECK(255 * model.mean_sigma == Approx(sigma).epsilon(0.25));
    }
    // A picture that is too small to tell.
    test::FloatImage small(120, 200, 3);
    for (std::int64_t y = 0; y < 200; ++y)
        for (std::int64_t x = 0; x < 120; ++x)
            for (int c = 0; c < 3; ++c) small.at(x, y, c) = clean.at(x, y, c);
    CHECK(measure_chroma_noise(small.view(), {}).shared_sigma == 0);
}

TEST_CASE("channel differences need three channels and a window's size") {
    CHECK(measure_chroma_noise(test::noisy_scene(64, 64, 1, 0.1).view(), {}).shared);
    CHECK(measure_chroma_noise(test::noisy_scene(64, 64, 4, 0.1).view(), {}).shared);
    CHECK(measure_chroma_noise(test::noisy_scene(13, 64, 3, 0.1).view(), {}).shared);
}

// Noise and metrics through the public interface: checks of arguments, types and layouts. The numbers themselves are
// tested in tests/ops.
#include "tests/bindings/support.h"

using namespace test;

TEST_CASE("noise is added in any type, alpha stays", "[noise]") {
    const Context context;
    const Picture<std::uint8_t> clean(60, 40, 4, true);
    Picture<std::uint16_t> noisy(60, 40, 4, true, 3);
    for (const auto kind : {TWOFOLD_NOISE_GAUSSIAN, TWOFOLD_NOISE_POISSON}) {
        REQUIRE(twofold_add_noise(context, &clean.view, &noisy.view, kind, 25, 1) == TWOFOLD_OK);
        int changed = 0;
        for (std::size_t i = 0; i < clean.pixels.size(); ++i) {
            const bool same = noisy.pixels[i] == clean.pixels[i] * 257;
            if (i % 4 == 3) REQUIRE(same);
            changed += !same;
        }
        CHECK(changed > 60 * 40 * 2);
    }
}

TEST_CASE("noise in place and with another seed", "[noise]") {
    const Context context;
    const Picture<float> clean(30, 20, 3);
    Picture<float> noisy(30, 20, 3), in_place(30, 20, 3);
    REQUIRE(twofold_add_noise(context, &clean.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 25, 1) == TWOFOLD_OK);
    REQUIRE(twofold_add_noise(context, &in_place.view, &in_place.view, TWOFOLD_NOISE_GAUSSIAN, 25, 1) == TWOFOLD_OK);
    CHECK(same_bits(noisy.pixels, in_place.pixels));
    REQUIRE(twofold_add_noise(context, &clean.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 25, 2) == TWOFOLD_OK);
    CHECK_FALSE(same_bits(noisy.pixels, in_place.pixels));
}

TEST_CASE("levels of noise out of range and unfit images are refused", "[noise]") {
    const Context context;
    Picture<float> clean(8, 8, 1), noisy(8, 8, 1), wide(9, 8, 1), colour(8, 8, 3);
    const auto add = [&](twofold_noise_kind kind, double level) {
        return twofold_add_noise(context, &clean.view, &noisy.view, kind, level, 0);
    };
    const double bad[] = {-1, std::nan(""), HUGE_VAL, -HUGE_VAL, 2e9};
    for (const double level : bad) {
        CHECK(add(TWOFOLD_NOISE_GAUSSIAN, level) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(add(TWOFOLD_NOISE_POISSON, level) == TWOFOLD_INVALID_ARGUMENT);
    }
    CHECK(add(TWOFOLD_NOISE_POISSON, 0) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(add(TWOFOLD_NOISE_GAUSSIAN, 0) == TWOFOLD_OK);
    CHECK(same_bits(noisy.pixels, clean.pixels));
    CHECK(add(TWOFOLD_NOISE_POISSON, 1e-9) == TWOFOLD_OK);
    CHECK(add(TWOFOLD_NOISE_POISSON, 1e9) == TWOFOLD_OK);
    for (const auto* other : {&wide, &colour}) {
        CHECK(twofold_add_noise(context, &clean.view, &other->view, TWOFOLD_NOISE_GAUSSIAN, 1, 0) ==
              TWOFOLD_INVALID_ARGUMENT);
    }
    clean.pixels[5] = std::numeric_limits<float>::quiet_NaN();
    const auto before = noisy.pixels;
    CHECK(add(TWOFOLD_NOISE_GAUSSIAN, 1) == TWOFOLD_NON_FINITE);
    CHECK(same_bits(noisy.pixels, before));
}

TEST_CASE("images are compared in any type and layout", "[metric]") {
    const Context context;
    const Picture<std::uint8_t> small(30, 20, 3);
    const Picture<std::uint16_t> large(30, 20, 4, true);
    twofold_metrics metrics;
    REQUIRE(twofold_compare(context, &small.view, &large.view, &metrics) == TWOFOLD_OK);
    CHECK(metrics.channels == 3);
    CHECK(metrics.reserved == 0);
    CHECK(metrics.largest_error < 1e-7);
    CHECK(metrics.ssim == Approx(1.0));
    CHECK(metrics.channel_psnr[3] == 0);
    twofold_image mirrored = small.view;
    mirrored.data = static_cast<std::uint8_t*>(mirrored.data) + 29 * mirrored.pixel_stride;
    mirrored.pixel_stride = -mirrored.pixel_stride;
    REQUIRE(twofold_compare(context, &small.view, &mirrored, &metrics) == TWOFOLD_OK);
    CHECK(metrics.psnr < 20);
    CHECK(metrics.ssim < 0.9);
    REQUIRE(twofold_compare(context, &small.view, &small.view, &metrics) == TWOFOLD_OK);
    CHECK(std::isinf(metrics.psnr));
}

TEST_CASE("images that cannot be compared are refused", "[metric]") {
    const Context context;
    Picture<float> a(8, 8, 1), wide(9, 8, 1), high(8, 9, 1), colour(8, 8, 3);
    twofold_metrics metrics;
    for (const auto* other : {&wide, &high, &colour}) {
        CHECK(twofold_compare(context, &a.view, &other->view, &metrics) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(context.message().find("differ") != std::string::npos);
    }
    Picture<float> bad(8, 8, 1);
    bad.pixels[63] = std::numeric_limits<float>::infinity();
    CHECK(twofold_compare(context, &a.view, &bad.view, &metrics) == TWOFOLD_NON_FINITE);
    CHECK(twofold_compare(context, &bad.view, &a.view, &metrics) == TWOFOLD_NON_FINITE);
}

TEST_CASE("noise is measured in any type, without alpha", "[estimate]") {
    const Context context;
    Picture<float> flat(128, 96, 4, true);
    std::fill(flat.pixels.begin(), flat.pixels.end(), 0.5f);
    Picture<std::uint8_t> noisy(128, 96, 4, true);
    REQUIRE(twofold_add_noise(context, &flat.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 12, 1) == TWOFOLD_OK);
    twofold_noise noise;
    REQUIRE(twofold_measure_noise(context, &noisy.view, 0, &noise) == TWOFOLD_OK);
    CHECK(noise.channels == 3);
    CHECK(noise.bits == 8);
    CHECK(noise.white == 255);
    CHECK(noise.correlation == TWOFOLD_CORRELATION_INDEPENDENT);
    CHECK(noise.sigma == Approx(12).epsilon(0.03));
    CHECK(noise.snr == Approx(20 * std::log10(127.5 / 12)).margin(0.5));
    CHECK(noise.autocorrelation[4][4] == 1);
    for (int c = 0; c < 3; ++c) {
        CHECK(noise.channel[c].sigma == Approx(12).epsilon(0.05));
        CHECK(noise.channel[c].sigma_by_brightness[8] == Approx(12).epsilon(0.05));
        CHECK(noise.channel[c].smallest > 50);
        CHECK(noise.channel[c].largest < 205);
        CHECK(noise.channel[c].black == 0);
    }
    CHECK(noise.channel[3].sigma == 0);

    // Float samples on a scale of their own.
    Picture<float> scaled(128, 96, 1);
    for (std::size_t i = 0; i < scaled.pixels.size(); ++i)
        scaled.pixels[i] = 4000.0f / 255.0f * static_cast<float>(noisy.pixels[4 * i]);
    REQUIRE(twofold_measure_noise(context, &scaled.view, 4000, &noise) == TWOFOLD_OK);
    CHECK(noise.white == 4000);
    CHECK(noise.sigma == Approx(12).epsilon(0.05));
}

TEST_CASE("noise that cannot be measured is refused", "[estimate]") {
    const Context context;
    twofold_noise noise;
    const Picture<std::uint8_t> small(23, 40, 1), enough(24, 24, 1);
    CHECK(twofold_measure_noise(context, &enough.view, 0, &noise) == TWOFOLD_OK);
    CHECK(twofold_measure_noise(context, &small.view, 0, &noise) == TWOFOLD_UNSUPPORTED);
    CHECK(context.message().find("23x40") != std::string::npos);
    CHECK(twofold_measure_noise(context, nullptr, 0, &noise) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_measure_noise(context, &enough.view, 0, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    for (const double white : {-1.0, HUGE_VAL, std::nan("")})
        CHECK(twofold_measure_noise(context, &enough.view, white, &noise) == TWOFOLD_INVALID_ARGUMENT);
    Picture<float> bad(40, 40, 1);
    bad.pixels[100] = std::nanf("");
    CHECK(twofold_measure_noise(context, &bad.view, 0, &noise) == TWOFOLD_NON_FINITE);
}

TEST_CASE("a residual is examined in any type, without alpha, and drawn", "[examine]") {
    const Context context;
    Picture<float> flat(128, 96, 4, true);
    std::fill(flat.pixels.begin(), flat.pixels.end(), 0.5f);
    Picture<std::uint8_t> noisy(128, 96, 4, true), map(128, 96, 1);
    REQUIRE(twofold_add_noise(context, &flat.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 12, 1) == TWOFOLD_OK);
    twofold_examination found;
    REQUIRE(twofold_examine(context, &noisy.view, &flat.view, 0, 1, nullptr, &found) == TWOFOLD_OK);
    CHECK(found.channels == 3);
    CHECK(found.warnings == 0);
    CHECK(found.variance_ratio == Approx(1).epsilon(0.06));
    CHECK(found.noise_sigma[1] == Approx(12).epsilon(0.05));
    CHECK(found.sigma[1] == Approx(12).epsilon(0.05));
    CHECK(found.sigma[3] == 0);

    // A bright spot of the flat picture that the noisy one does not have.
    for (std::size_t y = 40; y < 56; ++y)
        for (std::size_t x = 64; x < 80; ++x)
            for (std::size_t c = 0; c < 3; ++c) flat.pixels[4 * (128 * y + x) + c] = 0.4f;
    REQUIRE(twofold_examine(context, &noisy.view, &flat.view, 0, 1, &map.view, &found) == TWOFOLD_OK);
    CHECK(found.warnings == TWOFOLD_RESIDUAL_STRUCTURED);
    CHECK(map.pixels[128 * 48 + 72] == 255);
    CHECK(map.pixels[0] < 30);
    CHECK(map.pixels[128 * 95 + 127] < 30);
}

TEST_CASE("residuals that make no sense are refused", "[examine]") {
    const Context context;
    const Picture<std::uint8_t> a(40, 30, 3), wide(41, 30, 3), grey(40, 30, 1), small(40, 20, 3);
    twofold_examination found;
    const auto examine = [&](const twofold_image* noisy, const twofold_image* denoised, double white, double strength,
                             const twofold_image* map) {
        return twofold_examine(context, noisy, denoised, white, strength, map, &found);
    };
    CHECK(examine(&a.view, &a.view, 0, 1, &grey.view) == TWOFOLD_OK);
    CHECK(examine(nullptr, &a.view, 0, 1, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&a.view, nullptr, 0, 1, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_examine(context, &a.view, &a.view, 0, 1, nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&a.view, &wide.view, 0, 1, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&a.view, &grey.view, 0, 1, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&a.view, &a.view, 0, 1, &a.view) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&wide.view, &wide.view, 0, 1, &grey.view) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(examine(&small.view, &small.view, 0, 1, nullptr) == TWOFOLD_UNSUPPORTED);
    for (const double strength : {0.0, -1.0, 1.1, std::nan("")})
        CHECK(examine(&a.view, &a.view, 0, strength, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    Picture<float> bad(40, 30, 3);
    bad.pixels[100] = HUGE_VALF;
    CHECK(examine(&bad.view, &a.view, 0, 1, nullptr) == TWOFOLD_NON_FINITE);
    CHECK(examine(&a.view, &bad.view, 0, 1, nullptr) == TWOFOLD_NON_FINITE);
}

TEST_CASE("samples that are no numbers are filled in, alpha is not", "[non-finite]") {
    const Context context;
    Picture<float> image(20, 10, 4, true), lost(20, 10, 3);
    Picture<std::uint8_t> mask(20, 10, 1), small(19, 10, 1), bytes(20, 10, 3);
    image.pixels[4 * 25 + 1] = std::nanf("");
    image.pixels[4 * 30 + 3] = HUGE_VALF;  // alpha
    const std::vector<float> before = image.pixels;
    int64_t count = 0;
    REQUIRE(twofold_fill_non_finite(context, &image.view, &mask.view, &count) == TWOFOLD_OK);
    CHECK(count == 1);
    CHECK(std::isfinite(image.pixels[4 * 25 + 1]));
    CHECK(image.pixels[4 * 30 + 3] == HUGE_VALF);
    for (std::size_t i = 0; i < before.size(); ++i)
        if (i != 4 * 25 + 1) CHECK(std::memcmp(&image.pixels[i], &before[i], sizeof(float)) == 0);
    CHECK(std::ranges::count(mask.pixels, 255) == 1);
    CHECK(mask.pixels[25] == 255);
    CHECK(std::ranges::count(mask.pixels, 0) == 199);

    CHECK(twofold_fill_non_finite(context, &bytes.view, &mask.view, &count) == TWOFOLD_OK);
    CHECK(count == 0);
    CHECK(twofold_fill_non_finite(context, &image.view, nullptr, nullptr) == TWOFOLD_OK);
    std::fill(lost.pixels.begin(), lost.pixels.end(), HUGE_VALF);
    CHECK(twofold_fill_non_finite(context, &lost.view, nullptr, &count) == TWOFOLD_NON_FINITE);
    CHECK(twofold_fill_non_finite(nullptr, &image.view, nullptr, &count) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_fill_non_finite(context, nullptr, nullptr, &count) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_fill_non_finite(context, &image.view, &small.view, &count) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_fill_non_finite(context, &image.view, &bytes.view, &count) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_fill_non_finite(context, &lost.view, &lost.view, &count) == TWOFOLD_INVALID_ARGUMENT);
}

TEST_CASE("the white level is found, or given", "[white]") {
    const Context context;
    double white = 0;
    const auto white_of = [&](const twofold_image& image, double given) {
        REQUIRE(twofold_find_white_level(context, &image, given, &white) == TWOFOLD_OK);
        return white;
    };
    const Picture<std::uint8_t> bytes(24, 20, 3);
    CHECK(white_of(bytes.view, 0) == 255);
    Picture<std::uint16_t> words(24, 20, 1);
    for (std::size_t i = 0; i < words.pixels.size(); ++i) words.pixels[i] = static_cast<std::uint16_t>(6 * i);
    CHECK(white_of(words.view, 0) == 4095);
    CHECK(white_of(words.view, 16383) == 16383);
    Picture<float> floats(24, 20, 1);
    for (std::size_t i = 0; i < floats.pixels.size(); ++i) floats.pixels[i] = static_cast<float>(6 * i);
    CHECK(white_of(floats.view, 0) == 6 * 479);
    CHECK(twofold_find_white_level(context, &floats.view, -1, &white) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_find_white_level(context, &floats.view, 0, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_find_white_level(context, nullptr, 0, &white) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_find_white_level(nullptr, &floats.view, 0, &white) == TWOFOLD_INVALID_ARGUMENT);
    floats.pixels[5] = std::nanf("");
    CHECK(twofold_find_white_level(context, &floats.view, 0, &white) == TWOFOLD_NON_FINITE);
}

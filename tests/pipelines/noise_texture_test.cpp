// Noise that is alike in neighbouring pixels: that it is told from white noise and from a clean picture, that it is
// measured and drawn as it is, and that it is removed.
#include <cmath>
#include <string>
#include <vector>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/common/noise/noise_bands.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/pipelines/correlated_noise.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

double correlation(const std::vector<float>& field, int side, int channels, int dx, int c1, int c2) {
    double product = 0, first = 0, second = 0;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x + dx < side; ++x) {
            const double a = double{field[static_cast<std::size_t>((y * side + x) * channels + c1)]};
            const double b = double{field[static_cast<std::size_t>((y * side + x + dx) * channels + c2)]};
            product += a * b;
            first += a * a;
            second += b * b;
        }
    return product / std::sqrt(first * second);
}

}  // namespace

TEST_CASE("correlated noise is told from white noise and from none") {
    const test::FloatImage clean = test::noisy_scene(200, 160, 3, 0);
    CHECK_FALSE(measure_noise_bands(clean.view(), {}).correlated());
    for (const double sigma : {2.0, 5.0, 25.0}) {
        INFO(sigma);
        const NoiseBands white = measure_noise_bands(test::with_white_noise(clean, sigma).view(), {});
        CHECK_FALSE(white.correlated());
        CHECK(white.middle == Approx(white.fine).epsilon(0.1));
        CHECK(measure_noise_bands(test::with_correlated_noise(clean, sigma).view(), {}).correlated());
    }
    CHECK_FALSE(measure_noise_bands(test::FloatImage(19, 200, 3).view(), {}).correlated());
    CHECK_FALSE(measure_noise_bands(test::FloatImage(64, 64, 1).view(), {}).correlated());
}

TEST_CASE("the noise that is drawn is like the noise that was measured") {
    const test::FloatImage noisy = test::with_correlated_noise(test::noisy_scene(256, 200, 3, 0), 10);
    const NoiseTexture texture(noisy.view(), {});
    CHECK(255 * texture.model().mean_sigma == Approx(10).epsilon(0.15));

    constexpr int kSide = 200;  // more than the field has
    std::vector<float> drawn(kSide * kSide * 3), again = drawn, other = drawn;
    texture.fill(3, 8, kSide, kSide, drawn.data());
    for (int c = 0; c < 3; ++c) {
        double squares = 0;
        for (std::size_t i = static_cast<std::size_t>(c); i < drawn.size(); i += 3)
            squares += double{drawn[i]} * double{drawn[i]};
        CHECK(squares / (kSide * kSide) == Approx(1).epsilon(0.15));
        // Pieces of 16 pixels hold 15/16 and 14/16 of the pairs, less what the plane has taken.
        CHECK(correlation(drawn, kSide, 3, 1, c, c) == Approx(15.0 / 16 * 2 / 3 - 0.04).margin(0.06));
        CHECK(correlation(drawn, kSide, 3, 2, c, c) == Approx(14.0 / 16 * 1 / 6 - 0.04).margin(0.06));
        CHECK(correlation(drawn, kSide, 3, 5, c, c) == Approx(0).margin(0.08));
        CHECK(correlation(drawn, kSide, 3, 0, c, (c + 1) % 3) == Approx(0.5).margin(0.08));
    }
    texture.fill(3, 8, kSide, kSide, again.data());
    texture.fill(3, 9, kSide, kSide, other.data());
    CHECK(again == drawn);
    CHECK(other != drawn);
}

TEST_CASE("an image without noise has a texture of none") {
    const NoiseTexture texture(test::FloatImage(40, 40, 1).view(), {});
    CHECK(texture.model().mean_sigma == 0);
    std::vector<float> drawn(64, 1.0f);
    texture.fill(0, 0, 8, 8, drawn.data());
    CHECK(drawn == std::vector<float>(64, 0.0f));
}

TEST_CASE("correlated noise is removed without being asked to", "[slow]") {
    const test::FloatImage clean = test::noisy_scene(128, 97, 3, 0);
    const test::FloatImage noisy = test::with_correlated_noise(clean, 15);
    test::FloatImage result(128, 97, 3);
    const double before = ops::compare_images(clean.view(), noisy.view()).psnr;
    const auto gain = [&](NoiseKind noise, RecipeName recipe) {
        zsn2n::Settings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.threads = 2;
        settings.noise = noise;
        settings.recipe = recipe;
        settings.steps = 200;
        zsn2n::Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        CHECK(denoiser.report().noise == (noise == NoiseKind::kAuto ? NoiseKind::kCorrelated : noise));
        return ops::compare_images(clean.view(), result.view()).psnr - before;
    };
    // Floors are a decibel below what was seen.
    const double automatic = gain(NoiseKind::kAuto, RecipeName::kFast);
    CHECK(automatic > 4);
    CHECK(gain(NoiseKind::kCorrelated, RecipeName::kFast) == automatic);
    CHECK(gain(NoiseKind::kAuto, RecipeName::kBest) > 4);
    CHECK(gain(NoiseKind::kIndependent, RecipeName::kFast) < automatic - 2);
}

TEST_CASE("correlated noise is refused where nothing can be learned about it") {
    const auto refusal = [](zsn2n::Settings settings, const test::FloatImage& image) {
        settings.input = settings.output = image.view();
        settings.noise = NoiseKind::kCorrelated;
        try {
            const zsn2n::Denoiser denoiser(settings);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    zsn2n::Settings settings;
    CHECK(refusal(settings, test::FloatImage(200, 23, 3)).find("200x23 pixels is too small") != std::string::npos);
    CHECK(refusal(settings, test::FloatImage(24, 24, 1)).empty());
    settings.recipe = RecipeName::kPaper;
    CHECK(refusal(settings, test::FloatImage(64, 64, 3)).find("'paper'") != std::string::npos);
}

// What cutting noise off does to the mean: found where it happened, undone by every method, and nowhere else.
#include "pipelines/common/noise/clipping_shift.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/noise/noise.h"
#include "pipelines/common/image_scale.h"
#include "pipelines/estimate/examination.h"
#include "pipelines/tv/tv.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr std::int64_t kSide = 192, kPatch = 24;

// Patches from black to white.
test::FloatImage patches(int channels) {
    test::FloatImage image(kSide, kSide, channels);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < channels; ++c)
                image.at(x, y, c) = static_cast<float>((x / kPatch + y / kPatch * 3 + c) % 8) / 7;
    return image;
}

// Is cut off.
test::FloatImage with_clipped_noise(const test::FloatImage& clean, double sigma) {
    test::FloatImage noisy = clean;
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, sigma, 3);
    return noisy;
}

// Is not, for a grey ground is far from the bounds.
test::FloatImage with_whole_noise(const test::FloatImage& clean, double sigma) {
    test::FloatImage grey = clean, noisy = clean;
    std::ranges::fill(grey.pixels(), 0.5f);
    const test::FloatImage noise = with_clipped_noise(grey, sigma);
    for (std::size_t i = 0; i < noisy.pixels().size(); ++i) noisy.pixels()[i] += noise.pixels()[i] - 0.5f;
    return noisy;
}

std::optional<ChannelTransfers> clipping_of(const test::FloatImage& image) {
    return find_clipping(image.view(), {}, estimate_noise(image.view(), {}));
}

// Mean of `image`, on the scale of 255, where `truth` has this brightness.
double mean_where(const test::FloatImage& image, const test::FloatImage& truth, float brightness) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < image.pixels().size(); ++i) {
        if (truth.pixels()[i] != brightness) continue;
        sum += double{image.pixels()[i]};
        ++count;
    }
    REQUIRE(count > 0);
    return 255 * sum / count;
}

template <typename Settings>
Settings settings_for(const test::FloatImage& noisy, const test::FloatImage& result) {
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.threads = 2;
    return settings;
}

}  // namespace

TEST_CASE("where noise was cut off is found, and how strong it was before") {
    const int channels = GENERATE(1, 3);
    const double sigma = GENERATE(10.0, 40.0);
    const test::FloatImage noisy = with_clipped_noise(patches(channels), sigma);
    const auto clipped = clipping_of(noisy);
    REQUIRE(clipped.has_value());
    CHECK(clipped->clipping.at_black);
    CHECK(clipped->clipping.at_white);
    for (int c = 0; c < channels; ++c)
        CHECK(255 * std::sqrt(clipped->variance[static_cast<std::size_t>(c)]) == Approx(sigma).epsilon(0.1));
}

TEST_CASE("nothing is found where nothing was cut off") {
    const test::FloatImage clean = patches(3);
    CHECK_FALSE(clipping_of(with_whole_noise(clean, 25)).has_value());
    CHECK_FALSE(clipping_of(clean).has_value());
    // Too weak to matter.
    CHECK_FALSE(clipping_of(with_clipped_noise(clean, 0.5)).has_value());
    // Photons are not cut off at black.
    test::FloatImage photons = clean;
    ops::add_noise(clean.view(), photons.view(), ops::NoiseKind::kPoisson, 30, 3);
    for (float& value : photons.pixels()) value = std::min(value, 1.0f);
    CHECK_FALSE(clipping_of(photons).has_value());
}

TEST_CASE("noise that was cut off before a tone curve is left alone") {
    test::FloatImage image = patches(3);
    for (float& value : image.pixels()) value *= value;
    image = with_clipped_noise(image, 12);
    for (float& value : image.pixels()) value = std::sqrt(value);
    REQUIRE(std::ranges::count(image.pixels(), 0.0f) > 1000);
    CHECK_FALSE(clipping_of(image).has_value());
}

TEST_CASE("the mean of clipped noise leads back to the brightness") {
    ChannelTransfers clipped{};
    clipped.channel[0] = {0, 0.1, 0};
    clipped.channel[1] = {0.02, 0.05, 0};
    clipped.clipping = {true, true};
    clipped.variance = {0.01, 0.01};
    const ClippingShift shift(clipped, 2);
    // 0.1 / sqrt(2 pi)
    CHECK(shift.shifted(0, 0) == Approx(0.0399f).margin(1e-4));
    CHECK(shift.shifted(0, 1) == Approx(1 - 0.0399f).margin(1e-4));
    CHECK(shift.shifted(0, 0.5f) == Approx(0.5f).margin(1e-5));
    for (float value = 0; value <= 1; value += 0.01f) {
        std::vector<float> pixel{shift.shifted(0, value), shift.shifted(1, value)};
        shift.restore(1, pixel.data());
        CHECK(pixel[0] == Approx(value).margin(2e-3));
        CHECK(pixel[1] == Approx(value).margin(2e-3));
        shift.shift(1, pixel.data());
        CHECK(pixel[0] == Approx(shift.shifted(0, value)).margin(2e-3));
    }
    // What no noisy samples have as their mean is a bound.
    std::vector<float> pixel{0.01f, 0.99f};
    shift.restore(1, pixel.data());
    CHECK(pixel[0] == Approx(0).margin(1e-5));
    CHECK(pixel[1] == Approx(1).margin(1e-2));
    // Half of it for half of the noise.
    pixel = {0.04f, 0.5f};
    shift.restore(1, pixel.data(), 0.5f);
    CHECK(pixel[0] == Approx(0.02f).margin(1e-3));
    // Switched off, not a bit changes.
    ClippingShift off = shift;
    off.switch_on(false);
    pixel = {0.04f, 0.3f};
    off.restore(1, pixel.data());
    CHECK(pixel == std::vector<float>{0.04f, 0.3f});
    CHECK(ClippingShift().is_none());
}

TEST_CASE("the stabilised scale's way back knows of clipped noise") {
    ChannelTransfers clipped{};
    clipped.channel[0] = {0, 0.1, 0};
    clipped.clipping = {true, true};
    NoiseModel noise = NoiseModel::constant(0.1);
    noise.sigma[0].front() = noise.sigma[0].back() = 0.06f;
    const Stabilizer stabilizer(noise, 1, 1, &clipped);
    for (const double brightness : {0.0, 0.05, 0.3, 0.95, 1.0}) {
        double mean = 0, weights = 0;
        for (double z = -5; z <= 5; z += 0.01) {
            const double weight = std::exp(-z * z / 2);
            const auto noisy = static_cast<float>(std::clamp(brightness + 0.1 * z, 0.0, 1.0));
            mean += weight * double{stabilizer.forward(0, noisy)};
            weights += weight;
        }
        CHECK(stabilizer.inverse(0, static_cast<float>(mean / weights)) == Approx(brightness).margin(2e-3));
    }
}

TEST_CASE("methods find black where its noise was cut off") {
    const test::FloatImage clean = patches(3), noisy = with_clipped_noise(clean, 40);
    // 40 / sqrt(2 pi) above it.
    REQUIRE(mean_where(noisy, clean, 0) == Approx(16).margin(1));
    test::FloatImage result(kSide, kSide, 3);
    SECTION("TV") {
        tv::Denoiser(settings_for<tv::Settings>(noisy, result)).run(nullptr, nullptr);
        CHECK(mean_where(result, clean, 0) < 8);
        // A given lambda asks for the minimum.
        auto settings = settings_for<tv::Settings>(noisy, result);
        settings.lambda = 0.1;
        tv::Denoiser(settings).run(nullptr, nullptr);
        CHECK(mean_where(result, clean, 0) > 14);
    }
    SECTION("ZS-N2N") {
        const bool refine = GENERATE(false, true);
        auto settings = settings_for<zsn2n::Settings>(noisy, result);
        settings.steps = 200;
        settings.refine = refine;
        zsn2n::Denoiser(settings).run(nullptr, nullptr);
        CHECK(mean_where(result, clean, 0) < 8);
        CHECK(mean_where(result, clean, 1) > 247);
        // The paper's recipe has none of this.
        settings.recipe = RecipeName::kPaper;
        zsn2n::Denoiser(settings).run(nullptr, nullptr);
        CHECK(mean_where(result, clean, 0) > 10);
    }
}

TEST_CASE("an examination takes a restored mean for no bias") {
    const test::FloatImage clean = patches(3), noisy = with_clipped_noise(clean, 30);
    CHECK((examine(noisy.view(), clean.view(), 0, 1).warnings & kResidualBiased) == 0);
}

// The weight of the noise in the refinement: more in smooth images, not in texture, and the same with any number of
// threads.
#include "pipelines/zsn2n/filter_weight.h"

#include <cmath>

#include "ops/noise/noise.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

constexpr std::int64_t kSide = 192;

test::FloatImage smooth() {
    test::FloatImage image(kSide, kSide, 1);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            image.at(x, y, 0) = static_cast<float>(0.5 + 0.2 * std::sin(0.03 * double(x)) * std::cos(0.04 * double(y)));
    return image;
}

// Nothing in it is like anything else.
test::FloatImage texture() {
    test::FloatImage flat(kSide, kSide, 1), image(kSide, kSide, 1);
    for (float& value : flat.pixels()) value = 0.5f;
    ops::add_noise(flat.view(), image.view(), ops::NoiseKind::kGaussian, 60, 99);
    test::FloatImage blurred = image;
    for (std::int64_t y = 1; y < kSide - 1; ++y)
        for (std::int64_t x = 1; x < kSide - 1; ++x)
            blurred.at(x, y, 0) = (image.at(x, y, 0) + image.at(x - 1, y, 0) + image.at(x, y - 1, 0)) / 3;
    return blurred;
}

float weight_of(const test::FloatImage& clean, int threads) {
    test::FloatImage noisy = clean, result = clean;
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 20, 4);
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.noise = NoiseKind::kIndependent;
    settings.steps = 150;
    settings.threads = threads;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    REQUIRE(denoiser.report().refinements == 1);
    return denoiser.filter_weight();
}

}  // namespace

TEST_CASE("noise counts for more where the picture is smooth", "[filter_weight][slow]") {
    const float of_smooth = weight_of(smooth(), 1);
    CHECK(of_smooth > 2);
    CHECK(weight_of(smooth(), 3) == of_smooth);
    CHECK(weight_of(texture(), 2) == 1);
}

TEST_CASE("the weight of the noise can be given", "[filter_weight]") {
    const auto denoise = [](int channels, float weight) {
        const test::FloatImage noisy = test::noisy_scene(64, 64, channels, 0.1);
        test::FloatImage result = noisy;
        Settings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.noise = NoiseKind::kIndependent;
        settings.steps = 5;
        settings.filter_weight = weight;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        CHECK(denoiser.filter_weight() == weight);
        return result.pixels();
    };
    CHECK(denoise(1, 1) != denoise(1, 4));
    // Nonlocal Bayes has none.
    CHECK(denoise(3, 1) == denoise(3, 4));
}

TEST_CASE("memory can be planned more than once", "[filter_weight]") {
    // A budget that is a little too small has everything planned anew with smaller tiles.
    const test::FloatImage noisy = test::noisy_scene(128, 128, 1, 0.1);
    test::FloatImage result = noisy;
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.noise = NoiseKind::kIndependent;
    settings.steps = 3;
    settings.threads = 2;
    const auto bytes = Denoiser(settings).report().memory_bytes;
    for (const std::uint64_t less : {bytes / 100, bytes / 10, bytes / 3}) {
        settings.memory_budget = bytes - less;
        Denoiser denoiser(settings);
        CHECK(denoiser.report().memory_bytes <= settings.memory_budget);
        denoiser.run(nullptr, nullptr);
    }
}

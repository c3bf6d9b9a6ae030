// The whole method through the pipeline: that it removes noise, stops when told, and says what it did.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/zsn2n/recipe.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"
#include "tests/support/patience.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

Settings settings_for(const test::FloatImage& noisy, const test::FloatImage& result) {
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.threads = 2;
    return settings;
}

}  // namespace

TEST_CASE("every recipe removes noise from a simple scene", "[slow]") {
    const test::FloatImage clean = test::noisy_scene(96, 80, 3, 0);
    test::FloatImage noisy(96, 80, 3), result(96, 80, 3);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 25, 1);
    const double before = ops::compare_images(clean.view(), noisy.view()).psnr;
    struct Floor {
        RecipeName name;
        std::int64_t steps;
        double gain;
    };
    // Shortened: floors are a decibel below what was seen.
    for (const Floor floor :
         {Floor{RecipeName::kFast, 150, 5.0}, {RecipeName::kBest, 150, 5.0}, {RecipeName::kPaper, 200, 4.0}}) {
        Settings settings = settings_for(noisy, result);
        settings.recipe = floor.name;
        settings.steps = floor.steps;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        const double gain = ops::compare_images(clean.view(), result.view()).psnr - before;
        INFO("recipe " << static_cast<int>(floor.name) << " gained " << gain << " dB");
        CHECK(gain > floor.gain);
        CHECK(denoiser.report().steps_done == floor.steps);
        CHECK(denoiser.report().stop_reason == StopReason::kSteps);
    }
}

TEST_CASE("the residual loss counts as much as there is noise") {
    CHECK(residual_weight(0) == 0);
    CHECK(residual_weight(5) == 0);
    CHECK(residual_weight(12.5) == Approx(0.5));
    CHECK(residual_weight(20) == 1);
    CHECK(residual_weight(100) == 1);
}

TEST_CASE("the noise estimate follows the noise") {
    const test::FloatImage clean = test::noisy_scene(256, 200, 3, 0);
    test::FloatImage noisy(256, 200, 3);
    for (const double sigma : {5.0, 25.0, 50.0}) {
        ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, sigma, 1);
        const double estimate = 255 * estimate_noise(noisy.view(), {}).mean_sigma;
        INFO(sigma << " estimated as " << estimate);
        // Clamping to [0, 1] takes noise away from the dark parts, which are a fifth of the scale above black.
        CHECK(estimate > 0.8 * sigma);
        CHECK(estimate < 1.1 * sigma);
    }
    CHECK(255 * estimate_noise(clean.view(), {}).mean_sigma < 0.5);
}

TEST_CASE("black bars and blown skies do not hide the noise") {
    const test::FloatImage clean = test::noisy_scene(200, 200, 3, 0);
    test::FloatImage noisy(200, 200, 3);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 10, 1);
    const double whole = estimate_noise(noisy.view(), {}).mean_sigma;
    for (std::int64_t y = 0; y < 70; ++y)
        for (std::int64_t x = 0; x < 200; ++x)
            for (int c = 0; c < 3; ++c) noisy.at(x, y, c) = y < 35 ? 0.0f : 1.0f;
    CHECK(estimate_noise(noisy.view(), {}).mean_sigma == Approx(whole).epsilon(0.05));
}

TEST_CASE("a training cut short at its start returns the image") {
    test::FloatImage noisy = test::noisy_scene(64, 48, 3, 0.1), result(64, 48, 3);
    Settings settings = settings_for(noisy, result);
    settings.deadline_seconds = 1e-9;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    CHECK(denoiser.report().stop_reason == StopReason::kDeadline);
    CHECK(denoiser.report().steps_done < 30);
    CHECK(result.pixels() == noisy.pixels());
}

TEST_CASE("a deadline shortens the training and is kept", "[slow]") {
    const test::FloatImage noisy = test::noisy_scene(64, 64, 3, 0.1);
    test::FloatImage result(64, 64, 3);
    Settings settings = settings_for(noisy, result);
    settings.steps = 1000000;
    settings.deadline_seconds = 0.5;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    CHECK(denoiser.report().stop_reason == StopReason::kDeadline);
    CHECK(denoiser.report().steps_done > 0);
    CHECK(denoiser.report().seconds_total < test::kPatience);
}

TEST_CASE("given weights give up the ensemble where it does not fit the deadline") {
    const test::FloatImage noisy = test::noisy_scene(150, 90, 3, 0.1);
    test::FloatImage result(150, 90, 3), single(150, 90, 3);
    Weights weights;
    weights.shape = {3, 16, 2};
    weights.ensemble = 8;
    weights.values = test::random_values(weights.shape.parameters(), 5, 0.2);
    const auto apply = [&](test::FloatImage& output, double deadline) {
        Settings settings = settings_for(noisy, output);
        settings.weights = &weights;
        settings.deadline_seconds = deadline;
        settings.refine = false;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        CHECK(denoiser.report().stop_reason == StopReason::kWeights);
        return denoiser.report().ensemble;
    };
    CHECK(apply(result, 0) == 8);
    const std::vector<float> eightfold = result.pixels();
    CHECK(apply(result, 3600) == 8);
    CHECK(result.pixels() == eightfold);
    // The whole image with one pass, not a part of it with eight.
    CHECK(apply(result, 1e-9) == 1);
    weights.ensemble = 1;
    CHECK(apply(single, 0) == 1);
    CHECK(result.pixels() == single.pixels());
    CHECK(result.pixels() != eightfold);
}

TEST_CASE("the final pass calls back ten times a second, also with an ensemble", "[slow]") {
    const test::FloatImage noisy = test::noisy_scene(256, 256, 3, 0.1);
    test::FloatImage result(256, 256, 3);
    Weights weights;
    weights.shape = {3, 48, 4};
    weights.ensemble = 8;
    weights.values = test::random_values(weights.shape.parameters(), 5, 0.02);
    Settings settings = settings_for(noisy, result);
    settings.weights = &weights;
    for (const int threads : {1, 2}) {
        settings.threads = threads;
        Denoiser denoiser(settings);
        struct Calls {
            int count = 0;
            std::int64_t done = 0;
            bool forward = true;
        } calls;
        denoiser.run(
            [](const Progress& progress, void* user) {
                auto& c = *static_cast<Calls*>(user);
                ++c.count;
                c.forward = c.forward && progress.done >= c.done && progress.seconds_left >= 0;
                c.done = progress.done;
                return ProgressAction::kContinue;
            },
            &calls);
        CHECK(calls.forward);
        CHECK(calls.done == 16 + 3 * 7);  // tiles, and bands to refine
        // A pass over one tile is the least that is not interrupted, however slow the machine.
        const double finest = 16.0 * 8 / threads;
        INFO(calls.count << " calls in " << denoiser.report().seconds_apply << " s");
        CHECK(calls.count >= std::min(10 * denoiser.report().seconds_apply, finest / 2) - 1);
    }
}

TEST_CASE("images too small to learn from are refused with a reason") {
    test::FloatImage tiny(3, 50, 1);
    REQUIRE_THROWS_AS(Denoiser(settings_for(tiny, tiny)), Error);
    try {
        Denoiser denoiser(settings_for(tiny, tiny));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUnsupported);
        CHECK(std::string(error.what()).find("too small") != std::string::npos);
    }
    test::FloatImage smallest = test::noisy_scene(4, 4, 1, 0.1);
    Settings settings = settings_for(smallest, smallest);
    settings.steps = 3;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    for (const float value : smallest.pixels()) CHECK(std::isfinite(value));
}

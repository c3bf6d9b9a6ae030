// The TV job: that it removes noise, finds lambda, reaches its gap, keeps to its limits and says what it did.
#include "pipelines/tv/tv.h"

#include <cmath>
#include <string>
#include <vector>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/tv/discrepancy.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::tv;

namespace {

Settings settings_for(const test::FloatImage& noisy, const test::FloatImage& result) {
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.threads = 2;
    return settings;
}

double mean_square_difference(test::FloatImage& a, test::FloatImage& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels().size(); ++i) {
        const double difference = double{a.pixels()[i]} - double{b.pixels()[i]};
        sum += difference * difference;
    }
    return sum / double(a.pixels().size());
}

ErrorCode refusal(const Settings& settings) {
    try {
        Denoiser denoiser(settings);
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("the search finds the root of an increasing function in a few calls") {
    for (const double power : {0.3, 1.0, 1.9})
        for (const double start : {1e-3, 0.1, 30.0}) {
            DiscrepancySearch search(start, 0.02);
            int calls = 0;
            while (!search.done()) {
                ++calls;
                const double lambda = search.lambda();
                search.tell(0.5 * std::pow(lambda / (1 + lambda), power));
            }
            INFO("power " << power << " start " << start);
            CHECK(0.5 * std::pow(search.lambda() / (1 + search.lambda()), power) == Approx(0.02).epsilon(0.011));
            CHECK(calls <= 12);
        }
    // A target that is never reached ends all the same.
    DiscrepancySearch hopeless(0.1, 2);
    int calls = 0;
    for (; !hopeless.done(); ++calls) hopeless.tell(1);
    CHECK(calls == 12);
}

TEST_CASE("TV removes noise and leaves a residual nearly as strong as the noise", "[slow]") {
    for (const int channels : {1, 3}) {
        // The second is searched on a mosaic of its pieces.
        for (const std::int64_t side : {200, 1000}) {
            const test::FloatImage clean = test::noisy_scene(side, side - 7, channels, 0);
            test::FloatImage noisy(side, side - 7, channels), result(side, side - 7, channels);
            ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 20, 3);
            for (const ops::TvKind kind : {ops::TvKind::kAnisotropic, ops::TvKind::kIsotropic}) {
                Settings settings = settings_for(noisy, result);
                settings.kind = kind;
                Denoiser denoiser(settings);
                denoiser.run(nullptr, nullptr);
                const Report& report = denoiser.report();
                const Details& details = denoiser.details();
                const double gain = ops::compare_images(clean.view(), result.view()).psnr -
                                    ops::compare_images(clean.view(), noisy.view()).psnr;
                INFO("channels " << channels << " side " << side << " lambda " << report.lambda << " gain " << gain);
                CHECK(gain > 8);
                CHECK(details.converged);
                CHECK(report.gap <= 1e-3);
                CHECK(details.lambda_chosen);
                CHECK(details.lambda_solves > 0);
                CHECK(report.steps_done > 0);
                CHECK(details.residual_sigma ==
                      Approx(std::sqrt(settings.discrepancy) * report.noise_sigma).epsilon(side == 200 ? 0.02 : 0.05));
                // Before what clipping did to the mean is undone.
                CHECK(details.residual_sigma ==
                      Approx(255 * std::sqrt(mean_square_difference(noisy, result))).epsilon(1e-3));
                CHECK(report.stop_reason == StopReason::kConverged);
            }
        }
    }
}

TEST_CASE("the search for lambda takes no memory of its own and leaves nothing behind") {
    const test::FloatImage noisy = test::noisy_scene(1000, 970, 1, 0.1);
    test::FloatImage result(1000, 970, 1), told(1000, 970, 1);
    Denoiser denoiser(settings_for(noisy, result));
    denoiser.run(nullptr, nullptr);
    Settings settings = settings_for(noisy, told);
    settings.lambda = denoiser.report().lambda;
    Denoiser other(settings);
    other.run(nullptr, nullptr);
    CHECK(denoiser.report().memory_bytes == other.report().memory_bytes);
    CHECK(result.pixels() == told.pixels());
    // The search comes into memory that an image was in.
    denoiser.run(nullptr, nullptr);
    CHECK(result.pixels() == told.pixels());
}

TEST_CASE("TV writes over its own input and gives the same bits for any number of threads") {
    test::FloatImage original = test::noisy_scene(150, 97, 3, 0.1), first(150, 97, 3);
    for (const int threads : {1, 2, 3}) {
        test::FloatImage same = original;
        Settings settings = settings_for(same, same);
        settings.threads = threads;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        if (threads == 1) first = same;
        CHECK(same.pixels() == first.pixels());
        CHECK(mean_square_difference(same, original) > 1e-3);
    }
}

TEST_CASE("TV stops when told") {
    const test::FloatImage noisy = test::noisy_scene(300, 200, 3, 0.1);
    test::FloatImage result(300, 200, 3);
    Settings settings = settings_for(noisy, result);
    settings.lambda = 5;
    settings.tolerance = 1e-5;
    const auto answer = [](ProgressAction action) {
        return [action](Denoiser& denoiser) {
            static ProgressAction wanted;
            wanted = action;
            denoiser.run(
                [](const Progress& progress, void*) {
                    CHECK(progress.done <= progress.total);
                    return progress.phase == Phase::kTrain ? wanted : ProgressAction::kContinue;
                },
                nullptr);
        };
    };
    Denoiser denoiser(settings);
    REQUIRE_THROWS_AS(answer(ProgressAction::kCancel)(denoiser), Error);
    CHECK(result.pixels() == std::vector<float>(result.pixels().size()));
    answer(ProgressAction::kFinish)(denoiser);
    CHECK(denoiser.report().stop_reason == StopReason::kCallback);
    CHECK_FALSE(denoiser.details().converged);
    CHECK(result.pixels() != std::vector<float>(result.pixels().size()));

    settings.deadline_seconds = 1e-9;
    Denoiser hurried(settings);
    hurried.run(nullptr, nullptr);
    CHECK(hurried.report().stop_reason == StopReason::kDeadline);
    CHECK(hurried.report().steps_done == 1);

    settings.deadline_seconds = 0;
    settings.steps = 3;
    Denoiser counted(settings);
    counted.run(nullptr, nullptr);
    CHECK(counted.report().steps_done == 3);
    CHECK_FALSE(counted.details().converged);
}

TEST_CASE("TV takes images of any size, alpha and integers") {
    for (const std::int64_t width : {1, 2, 65})
        for (const std::int64_t height : {1, 3, 130}) {
            test::FloatImage noisy = test::noisy_scene(width, height, 1, 0.1), result(width, height, 1);
            Settings settings = settings_for(noisy, result);
            Denoiser automatic(settings);
            automatic.run(nullptr, nullptr);
            // Too small to measure noise in: nothing is taken away.
            if (width < 10 || height < 10) CHECK(result.pixels() == noisy.pixels());
            settings.lambda = 100;
            Denoiser denoiser(settings);
            denoiser.run(nullptr, nullptr);
            double mean = 0;
            for (const float value : noisy.pixels()) mean += double{value} / double(noisy.pixels().size());
            for (const float value : result.pixels()) CHECK(double{value} == Approx(mean).margin(2e-3));
        }
    std::vector<std::uint8_t> grey_alpha = {10, 7, 30, 8, 10, 9, 30, 255}, target(8);
    const auto view = [](std::vector<std::uint8_t>& bytes) {
        return ImageView{reinterpret_cast<std::byte*>(bytes.data()), 4, 1, 2, true, DataType::kUint8, 2, 8, 1};
    };
    Settings settings;
    settings.input = view(grey_alpha);
    settings.output = view(target);
    settings.lambda = 100;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    CHECK(target == std::vector<std::uint8_t>{20, 7, 20, 8, 20, 9, 20, 255});
}

TEST_CASE("TV does without momentum under a small budget") {
    const test::FloatImage noisy = test::noisy_scene(400, 300, 3, 0.1);
    test::FloatImage ample(400, 300, 3), tight(400, 300, 3);
    Settings settings = settings_for(noisy, ample);
    Denoiser whole(settings);
    whole.run(nullptr, nullptr);
    settings.output = tight.view();
    settings.memory_budget = 6'000'000;
    REQUIRE(whole.report().memory_bytes > settings.memory_budget);
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    CHECK(denoiser.report().memory_bytes <= settings.memory_budget);
    CHECK(denoiser.details().converged);
    CHECK(denoiser.details().objective == Approx(whole.details().objective).epsilon(2e-3));
    CHECK(denoiser.report().lambda == Approx(whole.report().lambda).epsilon(0.02));
    CHECK(mean_square_difference(ample, tight) < 1e-5);
    // Over its own input.
    test::FloatImage same = noisy;
    settings.input = settings.output = same.view();
    Denoiser in_place(settings);
    in_place.run(nullptr, nullptr);
    CHECK(same.pixels() == tight.pixels());
}

TEST_CASE("TV of a large image keeps the dual alone where that is as fast") {
    const test::FloatImage noisy = test::noisy_scene(1300, 900, 1, 0.1);
    test::FloatImage result(1300, 900, 1);
    const auto bytes_a_pixel = [&](double lambda, ops::TvKind kind, double tolerance) {
        Settings settings = settings_for(noisy, result);
        settings.lambda = lambda;
        settings.kind = kind;
        settings.tolerance = tolerance;
        return double(Denoiser(settings).report().memory_bytes) / (1300 * 900);
    };
    CHECK(bytes_a_pixel(0.1, ops::TvKind::kIsotropic, 1e-3) < 10);
    CHECK(bytes_a_pixel(1, ops::TvKind::kIsotropic, 1e-3) > 24);
    CHECK(bytes_a_pixel(0.1, ops::TvKind::kAnisotropic, 1e-3) > 24);
    CHECK(bytes_a_pixel(0.1, ops::TvKind::kIsotropic, 1e-4) > 24);
    Settings settings = settings_for(noisy, result);
    settings.lambda = 0.1;
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    CHECK(denoiser.details().converged);
    CHECK(denoiser.details().residual_sigma > 0);
}

TEST_CASE("TV refuses what it cannot do") {
    test::FloatImage image = test::noisy_scene(64, 64, 3, 0.1);
    Settings settings = settings_for(image, image);
    settings.memory_budget = 100000;
    CHECK(refusal(settings) == ErrorCode::kOverBudget);
    settings.memory_budget = 0;
    settings.lambda = -1;
    CHECK(refusal(settings) == ErrorCode::kInvalidArgument);
    settings.lambda = NAN;
    CHECK(refusal(settings) == ErrorCode::kInvalidArgument);
    settings.lambda = 0.1;
    settings.tolerance = 1e-9;
    CHECK(refusal(settings) == ErrorCode::kInvalidArgument);
    settings.tolerance = 1e-3;
    settings.discrepancy = 0;
    CHECK(refusal(settings) == ErrorCode::kInvalidArgument);
    settings.discrepancy = 0.9;
    image.at(3, 4, 1) = INFINITY;
    CHECK(refusal(settings) == ErrorCode::kNonFinite);
}

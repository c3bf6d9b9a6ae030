// Enlarging with little total variation: what it promises of the result, its limits and its report.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/metric/metric.h"
#include "ops/resample/downsample.h"
#include "pipelines/upscale/upscale.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr int kFactor = 3;

upscale::Settings settings_for(const test::FloatImage& small, const test::FloatImage& large) {
    upscale::Settings settings;
    settings.input = small.view();
    settings.output = large.view();
    settings.factor = kFactor;
    settings.threads = 2;
    return settings;
}

// The small image that the method's data term sees in a large one.
test::FloatImage reduced(const test::FloatImage& large, int width, int height, int channels) {
    test::FloatImage small(width, height, channels);
    ThreadTeam team(1);
    std::vector<float> from = large.pixels(), to(small.pixels().size()),
                       scratch(ops::downsample_scratch(kFactor, height, width, channels));
    ops::downsample_forward(team, kFactor, ops::dense_map(from.data(), kFactor * height, kFactor * width, channels),
                            ops::dense_map(to.data(), height, width, channels), scratch.data());
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                small.at(x, y, c) = to[static_cast<std::size_t>((y * width + x) * channels + c)];
    return small;
}

double psnr(const test::FloatImage& a, const test::FloatImage& b) {
    return ops::compare_images(a.view(), b.view()).psnr;
}

}  // namespace

TEST_CASE("enlarging with little total variation comes closer than interpolation, and reduces to the image") {
    for (const int channels : {1, 3}) {
        const int width = 40, height = 32;
        const test::FloatImage clean = test::noisy_scene(kFactor * width, kFactor * height, channels, 0);
        const test::FloatImage small = reduced(clean, width, height, channels);
        test::FloatImage bicubic(kFactor * width, kFactor * height, channels), result = bicubic;
        upscale::make_interpolator(settings_for(small, bicubic))->run(nullptr, nullptr);
        const auto pipeline = upscale::make_tv_upscaler(settings_for(small, result));
        pipeline->run(nullptr, nullptr);
        INFO(channels << " bicubic " << psnr(clean, bicubic) << " tv " << psnr(clean, result));
        CHECK(psnr(clean, result) > psnr(clean, bicubic) + 0.5);
        CHECK(psnr(reduced(result, width, height, channels), small) > 40);
        const Report& report = pipeline->report();
        CHECK(report.stop_reason == StopReason::kConverged);
        CHECK(report.steps_done < report.steps_planned);
        CHECK(report.lambda > 0);
    }
}

TEST_CASE("enlarging with more total variation makes flatter images") {
    const test::FloatImage small = test::noisy_scene(24, 20, 1, 0.05);
    test::FloatImage little(72, 60, 1), much = little;
    for (const auto& [lambda, image] : {std::pair{0.001, &little}, {1.0, &much}}) {
        upscale::Settings settings = settings_for(small, *image);
        settings.lambda = lambda;
        const auto pipeline = upscale::make_tv_upscaler(settings);
        pipeline->run(nullptr, nullptr);
        CHECK(pipeline->report().lambda == lambda);
    }
    const auto variation = [](const test::FloatImage& image) {
        double sum = 0;
        for (std::size_t i = 1; i < image.pixels().size(); ++i)
            sum += std::abs(double{image.pixels()[i]} - double{image.pixels()[i - 1]});
        return sum;
    };
    CHECK(variation(much) < 0.5 * variation(little));
}

TEST_CASE("a flat image stays flat, and threads do not change a bit") {
    test::FloatImage flat(10, 1, 1), large(30, 3, 1);
    for (std::int64_t x = 0; x < 10; ++x) flat.at(x, 0, 0) = 0.25f;
    upscale::make_tv_upscaler(settings_for(flat, large))->run(nullptr, nullptr);
    for (const float value : large.pixels()) CHECK(value == Approx(0.25).margin(1e-4));

    const test::FloatImage small = test::noisy_scene(33, 21, 3, 0.05);
    test::FloatImage first(99, 63, 3), other = first;
    for (const int threads : {1, 2, 3}) {
        test::FloatImage& result = threads == 1 ? first : other;
        upscale::Settings settings = settings_for(small, result);
        settings.threads = threads;
        const auto pipeline = upscale::make_tv_upscaler(settings);
        pipeline->run(nullptr, nullptr);
        pipeline->run(nullptr, nullptr);
        CHECK(result.pixels() == first.pixels());
    }
}

TEST_CASE("enlarging with little total variation keeps what lies beyond black and white, and settles on black") {
    test::FloatImage small(20, 16, 1), large(60, 48, 1);
    const auto blank = upscale::make_tv_upscaler(settings_for(small, large));
    blank->run(nullptr, nullptr);
    CHECK(blank->report().stop_reason == StopReason::kConverged);
    CHECK(blank->report().steps_done < 5);
    CHECK(large.pixels() == std::vector<float>(large.pixels().size()));

    std::ranges::fill(small.pixels(), 2.5f);
    upscale::Settings settings = settings_for(small, large);
    settings.white = 1;
    upscale::make_tv_upscaler(settings)->run(nullptr, nullptr);
    for (const float value : large.pixels()) REQUIRE(value == Approx(2.5f).epsilon(1e-3));
}

TEST_CASE("enlarging with little total variation keeps to its limits") {
    const test::FloatImage small = test::noisy_scene(33, 21, 3, 0.05);
    test::FloatImage large(99, 63, 3);
    upscale::Settings settings = settings_for(small, large);
    settings.steps = 4;
    const auto counted = upscale::make_tv_upscaler(settings);
    counted->run(nullptr, nullptr);
    CHECK(counted->report().steps_done == 4);
    CHECK(counted->report().stop_reason == StopReason::kSteps);

    settings.steps = 0;
    settings.deadline_seconds = 1e-9;
    const auto hurried = upscale::make_tv_upscaler(settings);
    hurried->run(nullptr, nullptr);
    CHECK(hurried->report().steps_done == 1);
    CHECK(hurried->report().stop_reason == StopReason::kDeadline);

    settings.deadline_seconds = 0;
    settings.memory_budget = 100000;
    CHECK_THROWS_AS(upscale::make_tv_upscaler(settings), Error);
    settings.memory_budget = 0;
    const std::vector<float> before = large.pixels();
    const auto cancelled = upscale::make_tv_upscaler(settings);
    CHECK_THROWS_AS(cancelled->run([](const Progress&, void*) { return ProgressAction::kCancel; }, nullptr), Error);
    CHECK(cancelled->report().stop_reason == StopReason::kCallback);
    CHECK(large.pixels() == before);
}

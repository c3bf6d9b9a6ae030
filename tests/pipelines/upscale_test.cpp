// Enlarging: interpolation by plain formulas, and Deep Image Prior above the simplest of them.
#include "pipelines/upscale/upscale.h"

#include <numbers>

#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::upscale;

namespace {

Settings settings_for(const ImageView& input, const ImageView& output, int factor, std::int64_t steps = 2) {
    Settings settings;
    settings.input = input;
    settings.output = output;
    settings.factor = factor;
    settings.steps = steps;
    settings.threads = 1;
    return settings;
}

Report run(const std::unique_ptr<Pipeline>& pipeline) {
    pipeline->run(nullptr, nullptr);
    return pipeline->report();
}

double kernel(ops::Interpolation kind, double t) {
    t = std::abs(t);
    if (kind == ops::Interpolation::kBicubic)
        return t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1 : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
    const double a = kind == ops::Interpolation::kLanczos2 ? 2 : 3;
    const auto sinc = [](double u) { return u == 0 ? 1 : std::sin(std::numbers::pi * u) / (std::numbers::pi * u); };
    return t < a ? sinc(t) * sinc(t / a) : 0;
}

// The value at position j of the enlarged axis, from what `at(k)` gives inside.
template <typename At>
double interpolated(ops::Interpolation kind, int j, int factor, std::int64_t size, const At& at) {
    const double centre = (j + 0.5) / factor - 0.5;
    double sum = 0, weights = 0;
    for (auto k = static_cast<std::int64_t>(std::floor(centre)) - 3; static_cast<double>(k) <= centre + 4; ++k) {
        const double weight = kernel(kind, static_cast<double>(k) - centre);
        weights += weight;
        sum += weight * at(std::clamp<std::int64_t>(k, 0, size - 1));
    }
    return sum / weights;
}

}  // namespace

TEST_CASE("interpolation is that of the plain formula, edges included", "[upscale]") {
    const int factor = GENERATE(2, 3, 4, 8);
    const auto kind =
        GENERATE(ops::Interpolation::kBicubic, ops::Interpolation::kLanczos2, ops::Interpolation::kLanczos3);
    test::TypedImage<float> input(7, 5, 3);
    test::TypedImage<float> output(7 * factor, 5 * factor, 3, false, false);
    Settings settings = settings_for(input.view(), output.view(), factor);
    settings.interpolation = kind;
    const Report report = run(make_interpolator(settings));
    for (int y = 0; y < 5 * factor; ++y)
        for (int x = 0; x < 7 * factor; ++x)
            for (int c = 0; c < 3; ++c) {
                const double expected = interpolated(kind, y, factor, 5, [&](std::int64_t row) {
                    return interpolated(kind, x, factor, 7, [&](std::int64_t column) {
                        return double{input.samples[static_cast<std::size_t>((row * 7 + column) * 3 + c)]};
                    });
                });
                const std::size_t i = static_cast<std::size_t>((y * 7 * factor + x) * 3 + c);
                REQUIRE(double{output.samples[i]} == Approx(expected).margin(2e-6));
            }
    CHECK(report.stop_reason == StopReason::kConverged);
    CHECK(report.steps_done == 0);
    CHECK(report.memory_bytes > 0);
    CHECK(report.seconds_total >= report.seconds_apply);
}

TEST_CASE("interpolation keeps constants in every type, and ramps inside", "[upscale]") {
    const auto kind = GENERATE(ops::Interpolation::kBicubic, ops::Interpolation::kLanczos3);
    test::TypedImage<std::uint16_t> constant(6, 4, 3, false, false), large(24, 16, 3, false, false);
    std::ranges::fill(constant.samples, std::uint16_t{40001});
    Settings settings = settings_for(constant.view(), large.view(), 4);
    settings.interpolation = kind;
    run(make_interpolator(settings));
    CHECK(std::ranges::count(large.samples, 40001) == static_cast<std::ptrdiff_t>(large.samples.size()));

    test::TypedImage<float> ramp(16, 2, 1, false, false), wide(64, 8, 1, false, false);
    for (std::size_t i = 0; i < 32; ++i) ramp.samples[i] = static_cast<float>(i % 16) / 16;
    settings.input = ramp.view();
    settings.output = wide.view();
    run(make_interpolator(settings));
    // Keys' cubic repeats straight lines exactly, Lanczos nearly.
    const double margin = kind == ops::Interpolation::kBicubic ? 1e-6 : 1e-3;
    for (int x = 12; x < 52; ++x)
        CHECK(double{wide.samples[static_cast<std::size_t>(x)]} == Approx(((x + 0.5) / 4 - 0.5) / 16).margin(margin));
}

TEMPLATE_TEST_CASE("alpha is enlarged beside any colour, and stays within its range", "[upscale]", std::uint8_t,
                   std::uint16_t, float) {
    const int channels = GENERATE(2, 4);
    const bool prior = GENERATE(false, true);
    test::TypedImage<TestType> input(9, 8, channels, true), output(27, 24, channels, true, false);
    const auto white = static_cast<TestType>(test::TypedImage<TestType>::kWhite);
    const auto count = static_cast<std::size_t>(channels);
    // An edge, at which a cubic overshoots.
    for (std::size_t i = count - 1; i < input.samples.size(); i += count)
        input.samples[i] = i / count % 9 < 4 ? TestType{0} : white;
    const Settings settings = settings_for(input.view(), output.view(), 3);
    const Report report = run(prior ? make_prior_upscaler(settings) : make_interpolator(settings));
    CHECK(report.seconds_total > 0);
    for (std::size_t i = count - 1; i < output.samples.size(); i += count) {
        const std::size_t x = i / count % 27;
        REQUIRE((output.samples[i] >= 0 && output.samples[i] <= white));
        if (x < 9) REQUIRE(output.samples[i] == 0);
        if (x > 14) REQUIRE(output.samples[i] == Approx(static_cast<double>(white)));
    }
    std::size_t coloured = 0;
    for (std::size_t i = 0; i < output.samples.size(); i += count) coloured += output.samples[i] != 0;
    CHECK(coloured > output.samples.size() / count / 2);
}

TEST_CASE("Deep Image Prior enlarges better than repeating pixels", "[upscale][slow]") {
    const int side = 12, factor = 4, large = side * factor;
    test::FloatImage clean = test::noisy_scene(large, large, 3, 0), small(side, side, 3), result(large, large, 3),
                     nearest(large, large, 3);
    // Means of blocks: near what the data term takes for the reduction.
    for (std::int64_t y = 0; y < large; ++y)
        for (std::int64_t x = 0; x < large; ++x)
            for (int c = 0; c < 3; ++c) small.at(x / factor, y / factor, c) += clean.at(x, y, c) / (factor * factor);
    for (std::int64_t y = 0; y < large; ++y)
        for (std::int64_t x = 0; x < large; ++x)
            for (int c = 0; c < 3; ++c) nearest.at(x, y, c) = small.at(x / factor, y / factor, c);
    const Report report = run(make_prior_upscaler(settings_for(small.view(), result.view(), factor, 70)));
    const double plain = test::psnr(nearest.pixels(), clean.pixels());
    const double learned = test::psnr(result.pixels(), clean.pixels());
    INFO("nearest " << plain << " dB, Deep Image Prior " << learned << " dB");
    CHECK(learned > plain + 0.3);
    CHECK(report.steps_done == 70);
    CHECK(report.depth == 5);
}

TEST_CASE("every recipe enlarges by every factor", "[upscale][slow]") {
    const int factor = GENERATE(2, 3, 4, 8);
    const RecipeName recipe = GENERATE(RecipeName::kFast, RecipeName::kBest, RecipeName::kPaper);
    if (recipe != RecipeName::kFast && factor == 3) return;
    const test::TypedImage<std::uint8_t> input(5, 4, 1);
    test::TypedImage<std::uint8_t> output(5 * factor, 4 * factor, 1, false, false);
    Settings settings = settings_for(input.view(), output.view(), factor);
    settings.recipe = recipe;
    CHECK(run(make_prior_upscaler(settings)).steps_done == 2);
    CHECK(*std::ranges::max_element(output.samples) > 0);
}

TEST_CASE("single pixels are enlarged where the result is large enough", "[upscale]") {
    const test::TypedImage<float> input(1, 1, 3);
    for (const int factor : {2, 3, 4, 8}) {
        test::TypedImage<float> output(factor, factor, 3, false, false);
        const Settings settings = settings_for(input.view(), output.view(), factor);
        run(make_interpolator(settings));
        for (std::size_t i = 0; i < output.samples.size(); ++i)
            REQUIRE(output.samples[i] == Approx(input.samples[i % 3]));
        if (factor == 2) {
            CHECK(test::refusal([&] { make_prior_upscaler(settings); }) == ErrorCode::kUnsupported);
        } else {
            run(make_prior_upscaler(settings));
            for (const float value : output.samples) REQUIRE((value > 0 && value < 1));
        }
    }
}

TEST_CASE("enlarging refuses what does not fit", "[upscale]") {
    const test::TypedImage<float> input(8, 8, 3), wrong(16, 15, 3), fewer(16, 16, 1), alpha(16, 16, 3, true);
    for (const ImageView& output : {wrong.view(), fewer.view(), alpha.view()}) {
        const Settings settings = settings_for(input.view(), output, 2);
        CHECK(test::refusal([&] { make_prior_upscaler(settings); }) == ErrorCode::kInvalidArgument);
        CHECK(test::refusal([&] { make_interpolator(settings); }) == ErrorCode::kInvalidArgument);
    }
    test::TypedImage<float> output(16, 16, 3, false, false);
    Settings settings = settings_for(input.view(), output.view(), 2);
    settings.memory_budget = 1000;
    CHECK(test::refusal([&] { make_prior_upscaler(settings); }) == ErrorCode::kOverBudget);
    CHECK(test::refusal([&] { make_interpolator(settings); }) == ErrorCode::kOverBudget);
    settings.memory_budget = 0;
    settings.stop = prior::StopChoice::kNoise;
    CHECK(test::refusal([&] { make_prior_upscaler(settings); }) == ErrorCode::kUnsupported);
    settings.input.width = 1 << 15;
    settings.output.width = 1 << 17;
    settings.factor = 4;
    CHECK(test::refusal([&] { make_interpolator(settings); }) == ErrorCode::kUnsupported);
    const auto cancelled = test::refusal([&] {
        make_interpolator(settings_for(input.view(), output.view(), 2))
            ->run([](const Progress&, void*) { return ProgressAction::kCancel; }, nullptr);
    });
    CHECK(cancelled == ErrorCode::kCancelled);
}

TEST_CASE("the memory for alpha counts for the budget", "[upscale]") {
    const test::TypedImage<float> input(8, 8, 4, true), plain(8, 8, 3);
    test::TypedImage<float> output(32, 32, 4, true, false), plain_output(32, 32, 3, false, false);
    Settings settings = settings_for(input.view(), output.view(), 4);
    const std::uint64_t needed = make_prior_upscaler(settings)->report().memory_bytes;
    CHECK(needed >
          make_prior_upscaler(settings_for(plain.view(), plain_output.view(), 4))->report().memory_bytes + 4 * 32 * 32);
    settings.memory_budget = needed;
    run(make_prior_upscaler(settings));
    settings.memory_budget = needed - 1;
    CHECK(test::refusal([&] { make_prior_upscaler(settings); }) == ErrorCode::kOverBudget);
}

TEST_CASE("enlarging gives the same bits for any number of threads and in every run", "[upscale][threads][slow]") {
    const test::TypedImage<float> input(9, 11, 4, true);
    const bool prior = GENERATE(false, true);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
        test::TypedImage<float> output(27, 33, 4, true, false);
        Settings settings = settings_for(input.view(), output.view(), 3, 3);
        settings.threads = threads;
        const auto pipeline = prior ? make_prior_upscaler(settings) : make_interpolator(settings);
        run(pipeline);
        if (threads == 1) first = output.samples;
        CHECK(output.samples == first);
        std::ranges::fill(output.samples, 0.0f);
        run(pipeline);
        CHECK(output.samples == first);
    }
}

// The two-stage job: its settings, what it reports, and that it removes noise.
#include "pipelines/two_stage/two_stage.h"

#include "ops/noise/noise.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::two_stage;

namespace {

Settings settings_for(const ImageView& input, const ImageView& output, std::int64_t steps) {
    Settings settings;
    settings.input = input;
    settings.output = output;
    settings.steps = steps;
    settings.threads = 1;
    return settings;
}

Report run(const Settings& settings) {
    const auto pipeline = make_denoiser(settings);
    pipeline->run(nullptr, nullptr);
    return pipeline->report();
}

}  // namespace

TEST_CASE("the two stages take noise away", "[two_stage][slow]") {
    test::FloatImage clean = test::noisy_scene(40, 40, 3, 0), noisy(40, 40, 3), result(40, 40, 3);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 25, 3);
    const Report report = run(settings_for(noisy.view(), result.view(), 50));
    const double before = test::psnr(noisy.pixels(), clean.pixels());
    const double after = test::psnr(result.pixels(), clean.pixels());
    INFO("PSNR " << before << " to " << after << " dB");
    CHECK(after > before + 3);
    CHECK(report.lambda > 0);
    CHECK(report.steps_done == 50);
}

TEST_CASE("every setting of the two stages has an effect, every recipe runs", "[two_stage][slow]") {
    const test::TypedImage<float> input(33, 35, 3);
    test::TypedImage<float> plain(33, 35, 3, false, false), other = plain;
    Settings settings = settings_for(input.view(), plain.view(), 4);
    settings.lambda = 0.1;
    run(settings);
    settings.output = other.view();
    SECTION("the same again") {
        CHECK(run(settings).lambda == 0.1);
        CHECK(other.samples == plain.samples);
    }
    SECTION("lambda") {
        settings.lambda = 0.5;
        CHECK(run(settings).lambda == 0.5);
        CHECK(other.samples != plain.samples);
    }
    SECTION("the kind of total variation") {
        settings.kind = ops::TotalVariation::kIsotropic;
        run(settings);
        CHECK(other.samples != plain.samples);
    }
    SECTION("what stage 2 fits") {
        settings.detail = GENERATE(two_stage::Detail::kStage1, two_stage::Detail::kBlend);
        run(settings);
        CHECK(other.samples != plain.samples);
    }
    SECTION("the recipe") {
        settings.steps = 3;
        settings.recipe = GENERATE(RecipeName::kFast, RecipeName::kBest, RecipeName::kPaper);
        CHECK(run(settings).steps_done == 3);
        for (const float value : other.samples) REQUIRE((value >= 0 && value <= 1));
    }
}

TEST_CASE("a larger lambda makes stage 1 smoother", "[two_stage][slow]") {
    const test::TypedImage<float> input(24, 24, 1);
    double roughness[2] = {};
    for (const int strong : {0, 1}) {
        test::TypedImage<float> output(24, 24, 1, false, false);
        Settings settings = settings_for(input.view(), output.view(), 45);
        settings.lambda = strong ? 3 : 1e-4;
        // The output at the end of stage 1.
        struct Stage1 {
            double sum = 0;
        } stage1;
        settings.trace_every = 14;
        settings.trace_user = &stage1;
        settings.trace = [](const TracePoint& point, void* user) {
            if (point.step != 14) return;
            for (int i = 0; i + 1 < 24 * 24; ++i)
                static_cast<Stage1*>(user)->sum += std::abs(double{point.output[i + 1]} - double{point.output[i]});
        };
        run(settings);
        roughness[strong] = stage1.sum;
    }
    CHECK(roughness[1] < 0.7 * roughness[0]);
}

TEST_CASE("what the two stages cannot do is refused", "[two_stage]") {
    const test::TypedImage<float> image(24, 24, 1);
    Settings settings = settings_for(image.view(), image.view(), 3);
    for (const double lambda : {-1.0, 1.1e6, std::nan("")}) {
        settings.lambda = lambda;
        CHECK(test::refusal([&] { make_denoiser(settings); }) == ErrorCode::kInvalidArgument);
    }
    settings.lambda = 1e6;
    run(settings);
    for (const float value : image.samples) REQUIRE((value >= 0 && value <= 1));
    settings.stop = prior::StopChoice::kNoise;
    make_denoiser(settings);
    for (const Detail detail : {Detail::kStage1, Detail::kBlend}) {
        settings.detail = detail;
        CHECK(test::refusal([&] { make_denoiser(settings); }) == ErrorCode::kUnsupported);
    }
    const test::TypedImage<float> small(1, 50, 1);
    settings = settings_for(small.view(), small.view(), 3);
    CHECK(test::refusal([&] { make_denoiser(settings); }) == ErrorCode::kUnsupported);
}

TEMPLATE_TEST_CASE("the two stages in place, in any type, with alpha", "[two_stage][slow]", std::uint8_t, std::uint16_t,
                   float) {
    const test::TypedImage<TestType> input(22, 31, 4, true);
    test::TypedImage<TestType> output(22, 31, 4, true, false), in_place = input;
    run(settings_for(input.view(), output.view(), 6));
    run(settings_for(in_place.view(), in_place.view(), 6));
    CHECK(in_place.samples == output.samples);
    for (std::size_t i = 3; i < input.samples.size(); i += 4) REQUIRE(output.samples[i] == input.samples[i]);
}

TEST_CASE("the two stages give the same bits for any number of threads and in every run",
          "[two_stage][threads][slow]") {
    const test::TypedImage<float> input(37, 29, 3);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
        test::TypedImage<float> output(37, 29, 3, false, false);
        Settings settings = settings_for(input.view(), output.view(), 4);
        settings.detail = Detail::kBlend;
        settings.threads = threads;
        const auto pipeline = make_denoiser(settings);
        pipeline->run(nullptr, nullptr);
        if (threads == 1) first = output.samples;
        CHECK(output.samples == first);
        std::ranges::fill(output.samples, 0.0f);
        pipeline->run(nullptr, nullptr);
        CHECK(output.samples == first);
    }
}

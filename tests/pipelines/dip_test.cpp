// Deep Image Prior for noise and compression: images of every kind, and that it removes noise.
#include "pipelines/dip/dip.h"

#include "ops/noise/noise.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::dip;

namespace {

Settings settings_for(const ImageView& input, const ImageView& output, std::int64_t steps = 2) {
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

// A picture of 40x36 colour pixels in the middle of others, planes apart and upside down.
struct Strided {
    static constexpr std::int64_t kRow = 50, kPlane = 50 * 60;
    std::vector<float> samples = std::vector<float>(3 * kPlane, -7.0f);
    ImageView view{reinterpret_cast<std::byte*>(samples.data() + 45 * kRow + 3),
                   40,
                   36,
                   3,
                   false,
                   DataType::kFloat32,
                   sizeof(float),
                   -kRow* static_cast<std::ptrdiff_t>(sizeof(float)),
                   kPlane* static_cast<std::ptrdiff_t>(sizeof(float))};
    float& at(std::int64_t x, std::int64_t y, int c) { return *reinterpret_cast<float*>(view.at(x, y, c)); }
};

}  // namespace

TEST_CASE("Deep Image Prior takes noise away", "[dip][slow]") {
    test::FloatImage clean = test::noisy_scene(40, 40, 3, 0), noisy(40, 40, 3), result(40, 40, 3);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 25, 3);
    Settings settings = settings_for(noisy.view(), result.view(), 50);
    const Report report = run(settings);
    const double before = test::psnr(noisy.pixels(), clean.pixels());
    const double after = test::psnr(result.pixels(), clean.pixels());
    INFO("PSNR " << before << " to " << after << " dB");
    CHECK(after > before + 3);
    CHECK(report.noise_sigma == Approx(25).epsilon(0.3));
    CHECK(report.depth == 5);
    CHECK(report.steps_done == 50);
}

TEST_CASE("the rule by noise ends before the noise is learned", "[dip][slow]") {
    test::FloatImage clean = test::noisy_scene(48, 48, 1, 0), noisy(48, 48, 1), result(48, 48, 1);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 40, 3);
    Settings settings = settings_for(noisy.view(), result.view(), 400);
    settings.stop = prior::StopChoice::kNoise;
    const Report report = run(settings);
    INFO("steps " << report.steps_done << " loss " << report.loss);
    CHECK(report.stop_reason == StopReason::kNoise);
    CHECK(report.steps_done < 400);
    // Too small to measure: refused with the reason.
    test::FloatImage tiny = test::noisy_scene(9, 9, 1, 0.1);
    settings.input = settings.output = tiny.view();
    const auto refused = test::refusal([&] { make_denoiser(settings); });
    CHECK(refused == ErrorCode::kUnsupported);
    CHECK(refused.sentence.find("noise") != std::string::npos);
}

TEST_CASE("every recipe and defect runs", "[dip][slow]") {
    const test::TypedImage<float> input(33, 35, 3);
    test::TypedImage<float> output(33, 35, 3, false, false);
    const RecipeName recipe = GENERATE(RecipeName::kFast, RecipeName::kBest, RecipeName::kPaper);
    const Defect defect = GENERATE(Defect::kNoise, Defect::kJpeg, Defect::kCorrelatedNoise);
    Settings settings = settings_for(input.view(), output.view());
    settings.recipe = recipe;
    settings.defect = defect;
    const Report report = run(settings);
    CHECK(report.steps_done == 2);
    CHECK(report.depth == 5);
    CHECK(report.loss > 0);
    for (const float value : output.samples) REQUIRE((value >= 0 && value <= 1));
    settings.steps = 0;
    CHECK(make_denoiser(settings)->report().steps_planned > 100);
}

TEMPLATE_TEST_CASE("samples of every type, grey and colour, with and without alpha", "[dip][slow]", std::uint8_t,
                   std::uint16_t, float) {
    const int channels = GENERATE(1, 2, 3, 4);
    const bool alpha = channels == 2 || channels == 4;
    const test::TypedImage<TestType> input(23, 17, channels, alpha);
    test::TypedImage<TestType> output(23, 17, channels, alpha, false), in_place = input;
    test::TypedImage<float> as_float(23, 17, channels, alpha, false);
    Settings settings = settings_for(input.view(), output.view(), 3);
    settings.refine = false;  // guided by what has been written to the output, which small types round
    run(settings);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < input.samples.size(); ++i) {
        if (input.is_colour(i))
            changed += output.samples[i] != input.samples[i];
        else
            REQUIRE(output.samples[i] == input.samples[i]);
    }
    CHECK(changed > 100);
    settings.input = settings.output = in_place.view();
    run(settings);
    CHECK(in_place.samples == output.samples);
    settings.input = input.view();
    settings.output = as_float.view();
    run(settings);
    constexpr float kWhite = test::TypedImage<TestType>::kWhite;
    for (std::size_t i = 0; i < input.samples.size(); ++i)
        REQUIRE(as_float.samples[i] ==
                Approx(static_cast<float>(output.samples[i]) / kWhite).margin(kWhite == 1 ? 0 : 0.51 / kWhite));
}

TEST_CASE("sizes: too small is refused, odd ones are done", "[dip][slow]") {
    struct Size {
        std::int64_t width, height;
    };
    for (const Size size : {Size{1, 1}, Size{1, 64}, Size{64, 1}, Size{2, 2}, Size{2, 99}}) {
        const test::TypedImage<float> image(size.width, size.height, 3);
        const auto refused = test::refusal([&] { make_denoiser(settings_for(image.view(), image.view())); });
        CAPTURE(size.width, size.height, refused.sentence);
        CHECK(refused == ErrorCode::kUnsupported);
        CHECK(refused.sentence.find("too small") != std::string::npos);
    }
    for (const Size size : {Size{3, 3}, Size{3, 50}, Size{9, 5}, Size{31, 33}, Size{65, 34}}) {
        const test::TypedImage<float> input(size.width, size.height, 3);
        test::TypedImage<float> output(size.width, size.height, 3, false, false);
        CAPTURE(size.width, size.height);
        run(settings_for(input.view(), output.view()));
        for (const float value : output.samples) REQUIRE((value > 0 && value < 1));
    }
}

TEST_CASE("strides do not change the result, and nothing beside the image is touched", "[dip][slow]") {
    test::TypedImage<float> input(40, 36, 3), output(40, 36, 3, false, false);
    run(settings_for(input.view(), output.view()));
    Strided source, target;
    for (std::int64_t y = 0; y < 36; ++y)
        for (std::int64_t x = 0; x < 40; ++x)
            for (int c = 0; c < 3; ++c)
                source.at(x, y, c) = input.samples[static_cast<std::size_t>((y * 40 + x) * 3 + c)];
    run(settings_for(source.view, target.view));
    for (std::int64_t y = 0; y < 36; ++y)
        for (std::int64_t x = 0; x < 40; ++x)
            for (int c = 0; c < 3; ++c)
                REQUIRE(target.at(x, y, c) == output.samples[static_cast<std::size_t>((y * 40 + x) * 3 + c)]);
    CHECK(std::ranges::count(target.samples, -7.0f) ==
          static_cast<std::ptrdiff_t>(target.samples.size() - 40 * 36 * 3));
}

TEST_CASE("the white level scales a float image", "[dip]") {
    const test::TypedImage<float> input(24, 24, 1);
    test::TypedImage<float> output(24, 24, 1, false, false), scaled = input, bright(24, 24, 1, false, false);
    for (float& value : scaled.samples) value *= 1024;
    Settings settings = settings_for(input.view(), output.view());
    settings.white = 1;
    run(settings);
    settings.input = scaled.view();
    settings.output = bright.view();
    settings.white = 1024;
    run(settings);
    for (std::size_t i = 0; i < output.samples.size(); ++i) REQUIRE(bright.samples[i] == 1024 * output.samples[i]);
}

TEST_CASE("what is not finite is refused", "[dip]") {
    test::TypedImage<float> image(24, 24, 1);
    image.samples[100] = std::nanf("");
    CHECK(test::refusal([&] { make_denoiser(settings_for(image.view(), image.view())); }) == ErrorCode::kNonFinite);
}

TEST_CASE("Deep Image Prior gives the same bits for any number of threads", "[dip][threads][slow]") {
    const test::TypedImage<float> input(37, 29, 3);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
        test::TypedImage<float> output(37, 29, 3, false, false);
        Settings settings = settings_for(input.view(), output.view(), 4);
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

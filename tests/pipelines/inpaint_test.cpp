// Filling in: known pixels stay to the bit, unknown ones are filled sensibly, and odd masks are refused.
#include "pipelines/inpaint/inpaint.h"

#include "pipelines/inpaint/recipe.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::inpaint;

namespace {

// Black where `missing(x, y)`.
template <typename Sample, typename Missing>
test::TypedImage<Sample> mask_of(std::int64_t width, std::int64_t height, const Missing& is_missing) {
    test::TypedImage<Sample> mask(width, height, 1, false, false);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            mask.samples[static_cast<std::size_t>(y * width + x)] =
                is_missing(x, y) ? Sample{0} : static_cast<Sample>(test::TypedImage<Sample>::kWhite);
    return mask;
}

bool in_hole(std::int64_t x, std::int64_t y) { return (x >= 5 && x < 14 && y >= 9 && y < 17) || (x == 0 && y == 0); }

Settings settings_for(const ImageView& input, const ImageView& output, const ImageView& mask, std::int64_t steps = 2) {
    Settings settings;
    settings.input = input;
    settings.output = output;
    settings.mask = mask;
    settings.steps = steps;
    settings.threads = 1;
    return settings;
}

Report run(const Settings& settings) {
    const auto pipeline = make_inpainter(settings);
    pipeline->run(nullptr, nullptr);
    return pipeline->report();
}

}  // namespace

TEST_CASE("holes are filled with less error than by the mean of what is known", "[inpaint][slow]") {
    const std::int64_t side = 40;
    test::FloatImage clean = test::noisy_scene(side, side, 3, 0), holed = clean, result(side, side, 3);
    const auto is_missing = [](std::int64_t x, std::int64_t y) { return (x * 7 + y * 13 + x * y) % 5 < 2; };
    const auto mask = mask_of<std::uint8_t>(side, side, is_missing);
    double known[3] = {}, count = 0;
    for (std::int64_t y = 0; y < side; ++y)
        for (std::int64_t x = 0; x < side; ++x) {
            if (!is_missing(x, y)) ++count;
            for (int c = 0; c < 3; ++c) {
                if (is_missing(x, y))
                    holed.at(x, y, c) = 0;
                else
                    known[c] += double{clean.at(x, y, c)};
            }
        }
    Settings settings = settings_for(holed.view(), result.view(), mask.view(), 60);
    settings.missing = Missing::kRandom;
    run(settings);
    double error = 0, mean_error = 0;
    for (std::int64_t y = 0; y < side; ++y)
        for (std::int64_t x = 0; x < side; ++x)
            for (int c = 0; c < 3; ++c) {
                if (!is_missing(x, y)) {
                    REQUIRE(result.at(x, y, c) == clean.at(x, y, c));
                    continue;
                }
                error += std::pow(double{result.at(x, y, c)} - double{clean.at(x, y, c)}, 2);
                mean_error += std::pow(known[c] / count - double{clean.at(x, y, c)}, 2);
            }
    INFO("squared error " << error << ", of the mean " << mean_error);
    CHECK(error < 0.3 * mean_error);
}

TEMPLATE_TEST_CASE("known pixels stay to the bit, in place too, whatever the types", "[inpaint][slow]", std::uint8_t,
                   std::uint16_t, float) {
    const int channels = GENERATE(1, 4);
    const bool alpha = channels == 4;
    const test::TypedImage<TestType> original(23, 26, channels, alpha);
    test::TypedImage<TestType> output(23, 26, channels, alpha, false), in_place = original;
    auto input = original;
    if constexpr (std::is_same_v<TestType, float>)
        for (float& sample : input.samples) sample *= 0.3f;  // no white at which divisions are exact
    in_place = input;
    const auto mask = mask_of<float>(23, 26, in_hole);
    Settings settings = settings_for(input.view(), output.view(), mask.view(), 3);
    settings.white = 0.7f;
    run(settings);
    std::size_t filled = 0;
    for (std::size_t i = 0; i < input.samples.size(); ++i) {
        const std::size_t pixel = i / static_cast<std::size_t>(channels);
        const bool missing = in_hole(static_cast<std::int64_t>(pixel % 23), static_cast<std::int64_t>(pixel / 23));
        if (missing && input.is_colour(i))
            filled += output.samples[i] != input.samples[i];
        else
            REQUIRE(output.samples[i] == input.samples[i]);
    }
    CHECK(filled > 50);
    settings.input = settings.output = in_place.view();
    run(settings);
    CHECK(in_place.samples == output.samples);

    test::TypedImage<float> as_float(23, 26, channels, alpha, false);
    settings.input = input.view();
    settings.output = as_float.view();
    run(settings);
    constexpr float kWhite = test::TypedImage<TestType>::kWhite;
    for (std::size_t i = 0; i < input.samples.size(); ++i)
        REQUIRE(as_float.samples[i] ==
                Approx(static_cast<float>(output.samples[i]) / kWhite).margin(kWhite == 1 ? 0 : 0.51 / kWhite));
}

TEST_CASE("what lies under the mask does not matter, whatever the mask's type and alpha", "[inpaint][slow]") {
    const test::TypedImage<float> input(24, 24, 3);
    test::TypedImage<float> other = input, first(24, 24, 3, false, false), second = first, third = first;
    for (std::int64_t y = 0; y < 24; ++y)
        for (std::int64_t x = 0; x < 24; ++x)
            if (in_hole(x, y))
                for (std::size_t c = 0; c < 3; ++c) other.samples[static_cast<std::size_t>(y * 24 + x) * 3 + c] = 0.9f;
    const auto bytes = mask_of<std::uint8_t>(24, 24, in_hole);
    const Missing missing = GENERATE(Missing::kText, Missing::kRandom);
    const auto fill = [&](const ImageView& image, const ImageView& filled, const ImageView& mask) {
        Settings settings = settings_for(image, filled, mask, 3);
        settings.missing = missing;
        run(settings);
    };
    fill(input.view(), first.view(), bytes.view());
    fill(other.view(), second.view(), bytes.view());
    CHECK(first.samples == second.samples);
    const auto words = mask_of<std::uint16_t>(24, 24, in_hole);
    test::TypedImage<std::uint16_t> with_alpha(24, 24, 2, true, false);
    for (std::size_t i = 0; i < words.samples.size(); ++i) with_alpha.samples[2 * i] = words.samples[i];
    fill(input.view(), third.view(), with_alpha.view());
    CHECK(first.samples == third.samples);
}

TEST_CASE("masks that make no sense are refused", "[inpaint][slow]") {
    const test::TypedImage<float> image(24, 20, 3);
    const auto refused = [&](const ImageView& mask) {
        return test::refusal([&] { make_inpainter(settings_for(image.view(), image.view(), mask)); });
    };
    const auto white = mask_of<std::uint8_t>(24, 20, [](auto, auto) { return false; });
    const auto black = mask_of<std::uint16_t>(24, 20, [](auto, auto) { return true; });
    const auto turned = mask_of<float>(20, 24, in_hole);
    const test::TypedImage<float> colour(24, 20, 3);
    auto broken = mask_of<float>(24, 20, in_hole);
    broken.samples[5] = std::nanf("");
    CHECK(refused(white.view()) == ErrorCode::kInvalidArgument);
    CHECK(refused(white.view()).sentence.find("white everywhere") != std::string::npos);
    CHECK(refused(black.view()) == ErrorCode::kInvalidArgument);
    CHECK(refused(black.view()).sentence.find("black everywhere") != std::string::npos);
    CHECK(refused(turned.view()) == ErrorCode::kInvalidArgument);
    CHECK(refused(turned.view()).sentence.find("20x24") != std::string::npos);
    CHECK(refused(turned.view()).sentence.find("24x20") != std::string::npos);
    CHECK(refused(colour.view()) == ErrorCode::kInvalidArgument);
    CHECK(refused(colour.view()).sentence.find("one channel") != std::string::npos);
    CHECK(refused(broken.view()) == ErrorCode::kNonFinite);
    // A single pixel of either kind suffices.
    for (const bool lone_hole : {false, true}) {
        const auto lone = mask_of<float>(24, 20, [&](auto x, auto y) { return (x == 23 && y == 19) == lone_hole; });
        test::TypedImage<float> output(24, 20, 3, false, false);
        run(settings_for(image.view(), output.view(), lone.view()));
        for (const float value : output.samples) REQUIRE(std::isfinite(value));
    }
    const auto mask = mask_of<float>(24, 20, in_hole);
    Settings settings = settings_for(image.view(), image.view(), mask.view());
    settings.stop = prior::StopChoice::kNoise;
    const auto by_noise = test::refusal([&] { make_inpainter(settings); });
    CHECK(by_noise == ErrorCode::kUnsupported);
    CHECK(by_noise.sentence.find("denoising") != std::string::npos);
    const test::TypedImage<float> line(30, 1, 1);
    const auto line_mask = mask_of<float>(30, 1, in_hole);
    CHECK(test::refusal([&] { make_inpainter(settings_for(line.view(), line.view(), line_mask.view())); }) ==
          ErrorCode::kUnsupported);
}

TEST_CASE("every recipe runs for every kind of missing pixels", "[inpaint][slow]") {
    const test::TypedImage<std::uint8_t> input(34, 37, 3);
    test::TypedImage<std::uint8_t> output(34, 37, 3, false, false);
    const auto mask = mask_of<std::uint8_t>(34, 37, in_hole);
    Settings settings = settings_for(input.view(), output.view(), mask.view());
    settings.recipe = GENERATE(RecipeName::kFast, RecipeName::kBest, RecipeName::kPaper);
    settings.missing = GENERATE(Missing::kText, Missing::kHole, Missing::kRandom);
    const Report report = run(settings);
    CHECK(report.steps_done == 2);
    CHECK(report.loss > 0);
    CHECK(report.noise_sigma == 0);
    settings.steps = 0;
    CHECK(make_inpainter(settings)->report().steps_planned == make_recipe(settings.recipe, settings.missing).steps);
}

TEST_CASE("filling in gives the same bits for any number of threads and in every run", "[inpaint][threads][slow]") {
    const test::TypedImage<float> input(37, 29, 3);
    const auto mask = mask_of<std::uint8_t>(37, 29, in_hole);
    const Missing missing = GENERATE(Missing::kHole, Missing::kText, Missing::kRandom);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
        test::TypedImage<float> output(37, 29, 3, false, false);
        Settings settings = settings_for(input.view(), output.view(), mask.view(), 3);
        settings.missing = missing;
        settings.threads = threads;
        const auto pipeline = make_inpainter(settings);
        pipeline->run(nullptr, nullptr);
        if (threads == 1) first = output.samples;
        CHECK(output.samples == first);
        std::ranges::fill(output.samples, 0.0f);
        pipeline->run(nullptr, nullptr);
        CHECK(output.samples == first);
    }
}

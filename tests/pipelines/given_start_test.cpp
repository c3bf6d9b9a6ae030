// What a fit begins with, against the pipeline that applies the same weights.
#include <algorithm>
#include <cmath>

#include "pipelines/common/prior/given_start.h"
#include "pipelines/dip/dip.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/pipelines/prior_support.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"
#include "tests/support/random_values.h"

using namespace twofold;

namespace {

Weights random_weights(const NetworkShape& shape) {
    Weights weights;
    weights.shape = shape;
    weights.white = 0;  // for images of all kinds
    weights.values = test::random_values(shape.parameters(), 5, 0.2);
    return weights;
}

test::FloatImage applied(const test::FloatImage& image, const Weights& weights) {
    const ImageView view = image.view();
    test::FloatImage result(view.width, view.height, view.channels);
    zsn2n::Settings settings;
    settings.input = view;
    settings.output = result.view();
    settings.white = 1;
    settings.noise = NoiseKind::kIndependent;
    settings.refine = false;
    settings.weights = &weights;
    zsn2n::Denoiser(settings).run(nullptr, nullptr);
    return result;
}

}  // namespace

TEST_CASE("a start is the result of its network in logits, whatever the tiles", "[fit]") {
    struct Case {
        int height, width;
        NetworkShape shape;
    };
    // One tile; two that overlap; as many as fit; a network that folds nothing and sees zeros beyond the border.
    for (const Case& c : {Case{10, 14, {3, 16, 3, 2}}, Case{70, 150, {3, 16, 3, 2}}, Case{128, 64, {1, 16, 2, 2}},
                          Case{66, 130, {3, 16, 2, 1}}}) {
        const int channels = c.shape.channels;
        const test::FloatImage image = test::noisy_scene(c.width, c.height, channels, 0.1);
        const Weights weights = random_weights(c.shape);
        const test::FloatImage expected = applied(image, weights);
        for (const int threads : {1, 3}) {
            ThreadTeam team(threads);
            prior::GivenStart start(weights, c.height, c.width, channels, "auto", threads);
            ArenaPlan plan;
            start.reserve(plan);
            const Arena arena(plan);
            start.begin(arena);
            // Twice, since a fit does so.
            for (int i = 0; i < 2; ++i) {
                const ops::ConstFeatureMap logits =
                    start.apply(team, arena, ops::dense_map(image.pixels().data(), c.height, c.width, channels));
                double worst = 0;
                for (std::size_t k = 0; k < expected.pixels().size(); ++k) {
                    const double value = 1 / (1 + std::exp(-double{logits.data[k]}));
                    worst = std::max(worst,
                                     std::abs(value - std::clamp(double{expected.pixels()[k]}, 1. / 255, 254. / 255)));
                }
                INFO(c.height << "x" << c.width << "x" << channels);
                CHECK(worst < 2e-5);
            }
        }
    }
}

TEST_CASE("Deep Image Prior begins with what it is given, and refuses what does not fit", "[fit]") {
    const test::FloatImage image = test::noisy_scene(64, 48, 3, 0.1);
    test::FloatImage result(64, 48, 3);
    // A network that predicts nothing: the fit begins with its own input.
    Weights weights = random_weights({3, 16, 2, 2});
    std::ranges::fill(weights.values, 0.0f);
    dip::Settings settings;
    settings.input = image.view();
    settings.output = result.view();
    settings.white = 1;
    settings.refine = false;
    settings.steps = 1;
    settings.start = &weights;
    const auto fit = dip::make_denoiser(settings);
    fit->run(nullptr, nullptr);
    CHECK(fit->report().started);
    // The output of the first step is its input, the image with half of its noise once more.
    double sum = 0;
    for (std::size_t i = 0; i < image.pixels().size(); ++i) {
        const double added = double{result.pixels()[i]} - std::clamp(double{image.pixels()[i]}, 1. / 255, 254. / 255);
        sum += added * added;
    }
    const double sigma = fit->report().noise_sigma / 255;
    CHECK(std::sqrt(sum / double(image.pixels().size())) == Approx(0.5 * sigma).epsilon(0.15));

    settings.steps = 0;
    CHECK(dip::make_denoiser(settings)->report().steps_planned == 40);
    settings.recipe = RecipeName::kBest;
    CHECK(test::refusal([&] { dip::make_denoiser(settings); }) == ErrorCode::kUnsupported);
    settings.recipe = RecipeName::kFast;
    settings.defect = dip::Defect::kCorrelatedNoise;
    CHECK(test::refusal([&] { dip::make_denoiser(settings); }) == ErrorCode::kUnsupported);
    settings.defect = dip::Defect::kNoise;
    weights = random_weights({1, 16, 2, 2});
    CHECK(test::refusal([&] { dip::make_denoiser(settings); }) == ErrorCode::kUnsupported);
}

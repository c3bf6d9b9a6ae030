// Weights that were not trained on the image at hand: what the noise makes of their result.
#include <cmath>
#include <optional>

#include "ops/metric/metric.h"
#include "pipelines/common/noise_network/grey_weights.h"
#include "pipelines/rendered_prior/embedded_prior.h"
#include "pipelines/rendered_prior/scenes/scene.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/pipelines/correlated_noise.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

struct Outcome {
    double psnr;
    float share;  // of the result at half the size
    Report report;
};

// None in a build without the prior.
std::optional<Weights> prior() {
    const auto bytes = embedded_prior();
    if (bytes.empty()) return std::nullopt;
    Weights weights = load_weights(bytes.data(), bytes.size());
    weights.ensemble = 1;
    return weights;
}

Outcome denoise(const test::FloatImage& clean, const test::FloatImage& noisy, const Weights& weights, NoiseKind noise,
                bool refine, int threads = 2) {
    test::FloatImage result(noisy.view().width, noisy.view().height, noisy.view().channels);
    zsn2n::Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.threads = threads;
    settings.white = 1;
    settings.noise = noise;
    settings.refine = refine;
    settings.weights = &weights;
    zsn2n::Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    return {ops::compare_images(clean.view(), result.view()).psnr, denoiser.share_of_half(), denoiser.report()};
}

// Slow waves, as of something out of focus.
test::FloatImage smooth_picture(std::int64_t side, int channels) {
    test::FloatImage image(side, side, channels);
    for (std::int64_t y = 0; y < side; ++y)
        for (std::int64_t x = 0; x < side; ++x)
            for (int c = 0; c < channels; ++c)
                image.at(x, y, c) =
                    0.5f + 0.2f * std::sin(0.05f * static_cast<float>(x)) * std::cos(0.04f * static_cast<float>(y));
    return image;
}

}  // namespace

TEST_CASE("the prior works at half the size as well where neighbouring pixels share the noise", "[prior]") {
    const auto weights = prior();
    if (!weights) return;
    const test::FloatImage clean = test::noisy_scene(128, 97, 3, 0);
    const test::FloatImage noisy = test::with_correlated_noise(clean, 25);
    for (const bool refine : {false, true}) {
        const Outcome independent = denoise(clean, noisy, *weights, NoiseKind::kIndependent, refine);
        const Outcome automatic = denoise(clean, noisy, *weights, NoiseKind::kAuto, refine);
        CHECK(independent.share == 0);
        CHECK(automatic.share == 1);
        CHECK(automatic.report.noise == NoiseKind::kCorrelated);
        CHECK(independent.report.noise == NoiseKind::kIndependent);
        // 0.3 and 8.4 dB were seen.
        CHECK(automatic.psnr > independent.psnr + (refine ? 4 : 0.1));
        CHECK(denoise(clean, noisy, *weights, NoiseKind::kCorrelated, refine).psnr == automatic.psnr);
        CHECK(denoise(clean, noisy, *weights, NoiseKind::kAuto, refine, 1).psnr == automatic.psnr);
    }
}

TEST_CASE("strong noise that neighbours share is refined twice, weak noise once", "[prior]") {
    auto weights = prior();
    if (!weights) return;
    const test::FloatImage clean = smooth_picture(96, 3);
    const auto rounds = [&](double sigma) {
        const test::FloatImage noisy = test::with_correlated_noise(clean, sigma);
        test::FloatImage result = noisy;
        zsn2n::Settings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.noise = NoiseKind::kCorrelated;
        settings.weights = &*weights;
        settings.effort = {{2, 6}, {2, 6}};
        zsn2n::Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        return denoiser.report().refinements;
    };
    CHECK(rounds(6) == 1);
    CHECK(rounds(40) == 2);
}

TEST_CASE("the prior works at half the size where a grey picture is smooth", "[prior]") {
    const auto weights = prior();
    if (!weights) return;
    const Weights grey = grey_weights(*weights);
    const test::FloatImage smooth = smooth_picture(160, 1), noisy = test::with_white_noise(smooth, 30);
    const Outcome outcome = denoise(smooth, noisy, grey, NoiseKind::kAuto, true);
    CHECK(outcome.report.noise == NoiseKind::kIndependent);
    CHECK(outcome.share == 1);
    // What is not refined has not been asked about.
    CHECK(denoise(smooth, noisy, grey, NoiseKind::kAuto, false).share == 0);

    // What leaves lie on one another is no picture for half the size.
    const rendered::TextureBank bank(3);
    std::vector<float> leaves;
    rendered::render_scene(bank, 3, 5, 160, &leaves);
    test::FloatImage rough(160, 160, 1);
    for (std::size_t i = 0; i < rough.pixels().size(); ++i) rough.pixels()[i] = leaves[3 * i];
    const float share = denoise(rough, test::with_white_noise(rough, 10), grey, NoiseKind::kIndependent, true).share;
    CHECK(share < 0.5f);
}

TEST_CASE("the noise makes no difference to weights of one image", "[prior]") {
    auto weights = prior();
    if (!weights) return;
    const test::FloatImage clean = test::noisy_scene(96, 96, 3, 0);
    const test::FloatImage noisy = test::with_correlated_noise(clean, 25);
    weights->white = 1;
    weights->type = DataType::kFloat32;
    const Outcome outcome = denoise(clean, noisy, *weights, NoiseKind::kAuto, false);
    CHECK(outcome.share == 0);
    CHECK(outcome.report.noise == NoiseKind::kAuto);
    CHECK_THROWS_AS(denoise(clean, noisy, *weights, NoiseKind::kCorrelated, false), Error);
}

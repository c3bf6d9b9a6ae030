// What compression by blocks leaves: how strong it is, and that Deep Image Prior takes it away.
#include "pipelines/common/block_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "pipelines/dip/dip.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;

namespace {

using Block = std::array<std::array<double, 8>, 8>;

// Cosine transform of a JPEG's blocks, orthonormal: along the rows, transposed.
Block transformed(const Block& block, bool inverse) {
    Block result{};
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t k = 0; k < 8; ++k)
            for (std::size_t n = 0; n < 8; ++n) {
                const double frequency = double(inverse ? n : k), place = double(inverse ? k : n);
                const double scale = frequency == 0 ? std::sqrt(0.125) : 0.5;
                result[k][i] += scale * block[i][n] * std::cos(std::numbers::pi * (place + 0.5) * frequency / 8);
            }
    return result;
}

// Each channel as a JPEG would store it, with quantisation steps that grow with the frequency.
void compress(test::FloatImage* image, double step) {
    const ImageView view = image->view();
    for (int c = 0; c < view.channels; ++c)
        for (std::int64_t y = 0; y < view.height; y += 8)
            for (std::int64_t x = 0; x < view.width; x += 8) {
                const auto sample = [&](std::size_t i, std::size_t k) -> float& {
                    return *reinterpret_cast<float*>(
                        view.at(x + static_cast<std::int64_t>(k), y + static_cast<std::int64_t>(i), c));
                };
                Block block;
                for (std::size_t i = 0; i < 8; ++i)
                    for (std::size_t k = 0; k < 8; ++k) block[i][k] = double{sample(i, k)};
                block = transformed(transformed(block, false), false);
                for (std::size_t i = 0; i < 8; ++i)
                    for (std::size_t k = 0; k < 8; ++k) {
                        const double q = step * (1 + 0.5 * double(i + k));
                        block[i][k] = q * std::round(block[i][k] / q);
                    }
                block = transformed(transformed(block, true), true);
                for (std::size_t i = 0; i < 8; ++i)
                    for (std::size_t k = 0; k < 8; ++k)
                        sample(i, k) = std::clamp(static_cast<float>(block[i][k]), 0.0f, 1.0f);
            }
}

dip::Settings jpeg_settings(const test::FloatImage& input, test::FloatImage* result) {
    dip::Settings settings;
    settings.input = input.view();
    settings.output = result->view();
    settings.defect = dip::Defect::kJpeg;
    settings.threads = 1;
    return settings;
}

}  // namespace

TEST_CASE("the strength of compression is measured from its blocks", "[block_error]") {
    const int channels = GENERATE(1, 3);
    const double step = GENERATE(0.15, 0.2, 0.4);
    const test::FloatImage clean = test::noisy_scene(128, 120, channels, 0.01);
    test::FloatImage image = clean;
    CHECK(estimate_block_error(image.view(), {}) == 0);
    compress(&image, step);
    const double truth = std::pow(10, -test::psnr(image.pixels(), clean.pixels()) / 20);
    const double estimate = estimate_block_error(image.view(), {});
    CAPTURE(channels, step, truth, estimate);
    CHECK(estimate == Approx(truth).epsilon(0.3));
    // A part whose grid begins elsewhere.
    ImageView part = image.view();
    part.data = part.at(3, 5, 0);
    part.width -= 3;
    part.height -= 5;
    CHECK(estimate_block_error(part, {}) == Approx(estimate).epsilon(0.1));
    part.width = 23;
    CHECK(estimate_block_error(part, {}) == 0);
}

TEST_CASE("Deep Image Prior takes blocks away", "[block_error][dip][slow]") {
    const test::FloatImage clean = test::noisy_scene(64, 64, 3, 0);
    test::FloatImage input = clean, result = clean;
    compress(&input, 0.25);
    dip::Settings settings = jpeg_settings(input, &result);
    settings.steps = 60;
    const auto pipeline = dip::make_denoiser(settings);
    pipeline->run(nullptr, nullptr);
    const double before = test::psnr(input.pixels(), clean.pixels());
    const double after = test::psnr(result.pixels(), clean.pixels());
    INFO("PSNR " << before << " to " << after << " dB");
    CHECK(after > before + 1);
    CHECK(pipeline->report().noise_sigma > 1);
    CHECK(estimate_block_error(result.view(), {}) < 0.5 * estimate_block_error(input.view(), {}));
}

TEST_CASE("without blocks the published recipe is taken, and there is no error to stop at", "[block_error][dip]") {
    const test::FloatImage clean = test::noisy_scene(128, 120, 3, 0.01);
    test::FloatImage blocks = clean, result = clean;
    compress(&blocks, 0.25);
    dip::Settings settings = jpeg_settings(blocks, &result);
    const auto planned = [&](RecipeName recipe) {
        settings.recipe = recipe;
        return dip::make_denoiser(settings)->report().steps_planned;
    };
    CHECK(planned(RecipeName::kFast) < 500);
    CHECK(planned(RecipeName::kPaper) == 2400);
    settings.stop = prior::StopChoice::kNoise;
    CHECK(planned(RecipeName::kFast) < 500);
    settings.input = clean.view();
    const auto refused = test::refusal([&] { dip::make_denoiser(settings); });
    CHECK(refused == ErrorCode::kUnsupported);
    CHECK(refused.sentence.find("blocks") != std::string::npos);
    settings.stop = prior::StopChoice::kAuto;
    CHECK(planned(RecipeName::kFast) == 1200);
    CHECK(planned(RecipeName::kBest) == 2400);
}

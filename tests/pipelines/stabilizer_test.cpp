// Noise that depends on the brightness: the scale on which it does not, and denoising on that scale.
#include "pipelines/common/noise/stabilizer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "ops/noise/normal_table.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

NoiseModel model_of(const std::function<double(double)>& sigma) {
    NoiseModel model = NoiseModel::constant(0.1);
    for (auto& channel : model.sigma)
        for (std::size_t k = 0; k < channel.size(); ++k)
            channel[k] = static_cast<float>(sigma(double(k) / NoiseModel::kIntervals));
    return model;
}

NoiseModel photons(double gain, double read) {
    return model_of([=](double v) { return std::sqrt(gain * v + read * read); });
}

struct Moments {
    double mean = 0, sigma = 0, skew = 0;
};
Moments moments(const std::vector<double>& values) {
    Moments m;
    for (const double v : values) m.mean += v / double(values.size());
    double third = 0;
    for (const double v : values) {
        m.sigma += (v - m.mean) * (v - m.mean) / double(values.size());
        third += std::pow(v - m.mean, 3) / double(values.size());
    }
    m.sigma = std::sqrt(m.sigma);
    m.skew = third / std::pow(m.sigma, 3);
    return m;
}

double mean_error(const test::FloatImage& image, const test::FloatImage& clean) {
    double sum = 0;
    for (std::size_t i = 0; i < clean.pixels().size(); ++i)
        sum += double{image.pixels()[i]} - double{clean.pixels()[i]};
    return sum / double(clean.pixels().size());
}

}  // namespace

TEST_CASE("a result is restored to what it was on the stabilised scale", "[stabilizer]") {
    for (const float share : {0.0f, 1.0f}) {
        const Stabilizer stabilizer(photons(0.01, 0.02), 1, share);
        for (float v = 0.05f; v < 0.95f; v += 0.037f) {
            CAPTURE(share, v);
            float result = v;
            stabilizer.inverse(1, &result);
            if (share > 0) CHECK(std::abs(result - v) > 1e-4f);
            stabilizer.restore(1, &result);
            CHECK(result == Approx(v).margin(1e-3));
        }
    }
}

TEST_CASE("the way to the stabilised scale and back gives the same", "[stabilizer]") {
    Stabilizer stabilizer(photons(0.01, 0.02), 2, 0);
    for (int c = 0; c < 2; ++c)
        for (float v = -3; v < 4; v += 0.037f)
            CHECK(stabilizer.inverse(c, stabilizer.forward(c, v)) == Approx(v).margin(2e-5).epsilon(1e-5));
    std::vector<float> pixels{0.1f, 0.9f, -0.5f, 1e6f}, changed = pixels;
    stabilizer.forward(2, changed.data());
    CHECK(changed[1] == stabilizer.forward(1, 0.9f));
    stabilizer.inverse(2, changed.data());
    for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(changed[i] == Approx(pixels[i]).epsilon(1e-4));
    stabilizer.switch_on(false);
    changed = pixels;
    stabilizer.forward(2, changed.data());
    stabilizer.inverse(2, changed.data());
    CHECK(changed == pixels);
}

TEST_CASE("even noise is stable already", "[stabilizer]") {
    const Stabilizer stabilizer(NoiseModel::constant(0.05), 1, 1);
    for (float v = -0.5f; v < 1.5f; v += 0.1f) {
        CHECK(stabilizer.forward(0, v) == Approx(v).margin(1e-5));
        CHECK(stabilizer.inverse(0, v) == Approx(v).margin(1e-5));
    }
    CHECK(stabilizer.noise().mean_sigma == Approx(0.05).epsilon(1e-4));
    CHECK(stabilizer.noise().at(0, 0.5f) == Approx(0.05).epsilon(1e-4));
}

TEST_CASE("photons are stabilised as by Anscombe", "[stabilizer]") {
    constexpr double kGain = 0.01, kRead = 0.06;
    const Stabilizer stabilizer(photons(kGain, kRead), 1, 1);
    // The generalised transform, up to scale and offset.
    const auto anscombe = [&](double v) { return 2 / kGain * std::sqrt(kGain * v + kRead * kRead); };
    const double black = anscombe(0), scale = anscombe(1) - black;
    for (double v = 0.02; v < 1; v += 0.02)
        CHECK(stabilizer.forward(0, static_cast<float>(v)) == Approx((anscombe(v) - black) / scale).margin(0.003));
}

TEST_CASE("on the stabilised scale noise is even, and symmetric", "[stabilizer]") {
    constexpr double kPhotons = 40, kRead = 0.03;
    const Stabilizer stabilizer(photons(1 / kPhotons, kRead), 1, 1);
    for (const double level : {0.4, 0.6, 0.85}) {
        test::FloatImage clean(200, 200, 1), noisy(200, 200, 1);
        std::ranges::fill(clean.pixels(), static_cast<float>(level));
        ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kPoisson, kPhotons, 3);
        std::vector<float> read(noisy.pixels().size());
        ops::NormalTable().fill(5, 0, read.size(), read.data());
        std::vector<double> plain, stable;
        for (std::size_t i = 0; i < read.size(); ++i) {
            const float value = noisy.pixels()[i] + static_cast<float>(kRead) * read[i];
            plain.push_back(double{value});
            stable.push_back(double{stabilizer.forward(0, value)});
        }
        const Moments before = moments(plain), after = moments(stable);
        INFO("at " << level << ": skew " << before.skew << " becomes " << after.skew);
        CHECK(after.sigma == Approx(stabilizer.noise().at(0, 0.5f)).epsilon(0.06));
        CHECK(std::abs(after.skew) < 0.6 * std::abs(before.skew));
        // The mean comes back where it was.
        CHECK(double{stabilizer.inverse(0, static_cast<float>(after.mean))} == Approx(level).margin(0.004));
    }
}

TEST_CASE("the weakest noise stretches the scale only so far", "[stabilizer]") {
    const Stabilizer stabilizer(model_of([](double v) { return v < 0.3 ? 0 : 0.1; }), 1, 1);
    CHECK(stabilizer.forward(0, 0.1f) < 0.4f);
    CHECK(stabilizer.noise().at(0, 0.1f) < 0.01f);
    CHECK(stabilizer.noise().at(0, 0.95f) == Approx(stabilizer.noise().mean_sigma).epsilon(1e-3));
    // A channel without any does not squeeze the others.
    NoiseModel green = photons(0.01, 0.01);
    green.sigma[0].fill(0);
    const Stabilizer two(green, 2, 1), alone(photons(0.01, 0.01), 1, 1);
    CHECK(two.forward(1, 0.7f) > 0.3f * alone.forward(0, 0.7f));
    CHECK(two.largest(3) == Approx(std::max(two.forward(0, 3), two.forward(1, 3))));
    // No noise, and more of it than can be.
    const Stabilizer none(NoiseModel::constant(0), 1, 1);
    CHECK(none.forward(0, 0.5f) == Approx(0.5f));
    const Stabilizer huge(NoiseModel::constant(double{Stabilizer::kMostSigma}), 1, 1);
    CHECK(huge.inverse(0, huge.forward(0, 0.5f)) == Approx(0.5f).margin(1e-2));
}

TEST_CASE("photons ask for stabilising, even noise does not", "[stabilizer]") {
    const test::FloatImage clean = test::noisy_scene(160, 160, 3, 0);
    test::FloatImage noisy(160, 160, 3);
    const auto depends = [&](ops::NoiseKind kind, double level) {
        ops::add_noise(clean.view(), noisy.view(), kind, level, 1);
        const WhiteLevel white = find_white_level(noisy.view(), 1);
        return depends_on_brightness(estimate_noise(noisy.view(), white), noisy.view(), white);
    };
    CHECK(depends(ops::NoiseKind::kPoisson, 20));
    CHECK(depends(ops::NoiseKind::kPoisson, 100));
    CHECK_FALSE(depends(ops::NoiseKind::kGaussian, 10));
    CHECK_FALSE(depends(ops::NoiseKind::kGaussian, 30));
    const WhiteLevel white;
    CHECK_FALSE(depends_on_brightness(NoiseModel{}, clean.view(), white));
    // Where the image has one brightness it does not matter what the noise would be at another.
    std::ranges::fill(noisy.pixels(), 0.5f);
    CHECK_FALSE(depends_on_brightness(photons(0.01, 0), noisy.view(), white));
}

TEST_CASE("ZS-N2N learns on the stabilised scale and keeps the brightness", "[stabilizer][slow]") {
    test::FloatImage clean = test::noisy_scene(128, 128, 1, 0);
    for (float& value : clean.pixels()) value *= 0.2f;  // a few photons, as in a microscope
    test::FloatImage noisy(128, 128, 1), with(128, 128, 1), without(128, 128, 1), again(128, 128, 1);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kPoisson, 20, 1);
    zsn2n::Settings settings;
    settings.input = noisy.view();
    settings.steps = 300;
    settings.white = 1;
    settings.threads = 2;
    settings.refine = false;  // what it says is about the network
    const auto denoise = [&](test::FloatImage* result) {
        settings.output = result->view();
        zsn2n::Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        return denoiser.weights();
    };
    const Weights weights = denoise(&with);
    CHECK(weights.stabilizes());
    settings.weights = &weights;
    denoise(&again);
    CHECK(again.pixels() == with.pixels());
    // Less strength: about half of the way, and no other brightness.
    settings.strength = 0.5f;
    denoise(&again);
    for (std::size_t i = 0; i < again.pixels().size(); i += 97)
        CHECK(again.pixels()[i] == Approx((noisy.pixels()[i] + with.pixels()[i]) / 2).margin(0.03));
    CHECK(std::abs(mean_error(again, clean)) < std::abs(mean_error(with, clean)) + 5e-4);
    settings.strength = 0;
    denoise(&again);
    CHECK(again.pixels() == noisy.pixels());
    settings.strength = 1;
    settings.weights = nullptr;

    settings.constants = zsn2n::make_recipe(RecipeName::kFast);
    settings.constants->stabilize = false;
    CHECK_FALSE(denoise(&without).stabilizes());
    const auto psnr = [&](const test::FloatImage& image) {
        return ops::compare_images(clean.view(), image.view()).psnr;
    };
    INFO("mean error " << mean_error(without, clean) << ", stabilised " << mean_error(with, clean) << "; "
                       << psnr(without) << " dB, stabilised " << psnr(with));
    CHECK(std::abs(mean_error(with, clean)) < std::abs(mean_error(without, clean)));
    CHECK(psnr(with) > psnr(without) + 0.3);
    CHECK_FALSE(zsn2n::make_recipe(RecipeName::kPaper).stabilize);
}

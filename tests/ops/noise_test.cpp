#include "ops/noise/noise.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::ops;

namespace {

ImageView floats(std::vector<float>& pixels, std::int64_t width, std::int64_t height, int channels, bool alpha) {
    ImageView view;
    view.data = reinterpret_cast<std::byte*>(pixels.data());
    view.width = width;
    view.height = height;
    view.channels = channels;
    view.has_alpha = alpha;
    view.type = DataType::kFloat32;
    view.channel_stride = 4;
    view.pixel_stride = 4 * channels;
    view.row_stride = view.pixel_stride * static_cast<std::ptrdiff_t>(width);
    return view;
}

struct Moments {
    double mean = 0, variance = 0, skewness = 0;
};

template <typename Values>
Moments moments(const Values& values) {
    Moments m;
    const auto count = static_cast<double>(values.size());
    for (const auto value : values) m.mean += double(value) / count;
    double third = 0;
    for (const auto value : values) {
        const double d = double(value) - m.mean;
        m.variance += d * d / count;
        third += d * d * d / count;
    }
    m.skewness = third / std::pow(m.variance, 1.5);
    return m;
}

std::vector<double> draws(double mean, std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = poisson(mean, 7, 1ull << 40, i);
    return values;
}

}  // namespace

TEST_CASE("Gaussian noise has the deviation asked for", "[noise]") {
    constexpr std::int64_t kSide = 300;
    std::vector<float> clean(kSide * kSide * 3, 0.5f), noisy(clean.size());
    add_noise(floats(clean, kSide, kSide, 3, false), floats(noisy, kSide, kSide, 3, false), NoiseKind::kGaussian, 25,
              3);
    // 270,000 samples: standard errors of 0.002 (mean), 0.0014 (deviation) and 0.005 (skewness) of sigma. Five of them.
    const double sigma = 25.0 / 255;
    const Moments all = moments(noisy);
    CHECK(std::abs(all.mean - 0.5) < 0.010 * sigma);
    CHECK(std::abs(std::sqrt(all.variance) / sigma - 1) < 0.007);
    CHECK(std::abs(all.skewness) < 0.025);

    // Neighbours, rows, channels and seeds are independent: correlations below five standard errors of 0.0019.
    const auto correlation = [&](const std::vector<float>& other, std::size_t shift) {
        double sum = 0;
        for (std::size_t i = 0; i + shift < noisy.size(); ++i) {
            sum += (double(noisy[i]) - 0.5) * (double(other[i + shift]) - 0.5);
        }
        return std::abs(sum / double(noisy.size()) / all.variance);
    };
    for (const std::size_t shift : {1u, 2u, 3u, 4u, 6u, 900u, 903u}) CHECK(correlation(noisy, shift) < 0.0097);
    std::vector<float> other(noisy.size());
    add_noise(floats(clean, kSide, kSide, 3, false), floats(other, kSide, kSide, 3, false), NoiseKind::kGaussian, 25,
              4);
    CHECK(correlation(other, 0) < 0.0097);
}

TEST_CASE("Gaussian noise is clamped to black and white", "[noise]") {
    std::vector<float> clean(3000), noisy(3000);
    for (std::size_t i = 0; i < clean.size(); ++i) clean[i] = i % 2 == 0 ? 0.0f : 1.0f;
    add_noise(floats(clean, 1000, 1, 3, false), floats(noisy, 1000, 1, 3, false), NoiseKind::kGaussian, 50, 1);
    int at_edge = 0;
    for (const float value : noisy) {
        REQUIRE((value >= 0 && value <= 1));
        at_edge += value == 0 || value == 1;
    }
    CHECK(at_edge > 1350);  // half of 3000, standard deviation 27
    CHECK(at_edge < 1650);
    std::vector<float> same(3000);
    add_noise(floats(clean, 1000, 1, 3, false), floats(same, 1000, 1, 3, false), NoiseKind::kGaussian, 0, 1);
    CHECK(same == clean);
}

TEST_CASE("Poisson numbers have the right moments at every mean", "[noise]") {
    // 9.99 and 10 lie on either side of the change of method.
    for (const double mean : {0.01, 0.5, 3.0, 9.99, 10.0, 11.5, 30.0, 255.0, 1e4, 1e8, 1e12}) {
        CAPTURE(mean);
        constexpr std::size_t kCount = 100000;
        const auto values = draws(mean, kCount);
        const Moments m = moments(values);
        const double error = 1 / std::sqrt(double(kCount));
        CHECK(std::abs(m.mean - mean) < 5 * error * std::sqrt(mean));
        CHECK(std::abs(m.variance / mean - 1) < 5 * error * std::sqrt(2 + 1 / mean));
        CHECK(std::abs(m.skewness - 1 / std::sqrt(mean)) < 5 * error * std::sqrt(6 + 40 / mean));
        for (const double value : values) REQUIRE((value >= 0 && value == std::floor(value)));
    }
}

TEST_CASE("Poisson numbers have the right distribution", "[noise]") {
    for (const double mean : {0.3, 4.0, 9.9, 10.1, 17.0, 60.0}) {
        CAPTURE(mean);
        constexpr std::size_t kCount = 200000;
        std::vector<double> counts(200);
        for (const double value : draws(mean, kCount)) {
            REQUIRE(value < 200);
            counts[static_cast<std::size_t>(value)] += 1;
        }
        // Chi-square over the values that are expected at least ten times.
        double chi = 0, bins = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            const auto n = static_cast<double>(k);
            const double expected = double(kCount) * std::exp(n * std::log(mean) - mean - std::lgamma(n + 1));
            if (expected < 10) continue;
            chi += (counts[k] - expected) * (counts[k] - expected) / expected;
            bins += 1;
        }
        CHECK(chi < bins + 5 * std::sqrt(2 * bins));
    }
}

TEST_CASE("Poisson numbers at the edges of their range", "[noise]") {
    CHECK(poisson(0, 1, 0, 0) == 0);
    CHECK(poisson(-5, 1, 0, 0) == 0);
    CHECK(poisson(1e-300, 1, 0, 0) == 0);
    const double huge = poisson(3e47, 1, 0, 0);
    CHECK(std::abs(huge / 3e47 - 1) < 1e-12);
}

TEST_CASE("Poisson noise of an image is poisson(level x) / level, not clamped", "[noise]") {
    std::vector<float> clean = {0.0f, -2.0f, 0.5f, 1.0f, 30.0f, 3e38f}, noisy(6);
    bool above_white = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        add_noise(floats(clean, 6, 1, 1, false), floats(noisy, 6, 1, 1, false), NoiseKind::kPoisson, 8, seed);
        CHECK(noisy[0] == 0.0f);
        CHECK(noisy[1] == 0.0f);
        for (std::size_t i = 2; i < 5; ++i) CHECK(noisy[i] * 8 == std::floor(noisy[i] * 8));
        CHECK(std::isfinite(noisy[5]));
        above_white = above_white || noisy[3] > 1;
    }
    CHECK(above_white);
}

TEST_CASE("noise depends on seed, position and channel only", "[noise]") {
    const NoiseKind kind = GENERATE(NoiseKind::kGaussian, NoiseKind::kPoisson);
    std::vector<float> clean(700 * 4 * 3, 0.5f), noisy(clean.size());
    add_noise(floats(clean, 700, 4, 3, false), floats(noisy, 700, 4, 3, false), kind, 20, 9);
    // The upper left part alone, in place.
    std::vector<float> part(290 * 2 * 3, 0.5f);
    const ImageView view = floats(part, 290, 2, 3, false);
    add_noise(view, view, kind, 20, 9);
    for (std::size_t y = 0; y < 2; ++y) {
        CHECK(std::memcmp(&part[y * 290 * 3], &noisy[y * 700 * 3], 290 * 3 * 4) == 0);
    }
    // Another seed is other noise.
    std::vector<float> other(clean.size());
    add_noise(floats(clean, 700, 4, 3, false), floats(other, 700, 4, 3, false), kind, 20, 10);
    CHECK(other != noisy);
}

TEST_CASE("noise leaves alpha alone", "[noise]") {
    const NoiseKind kind = GENERATE(NoiseKind::kGaussian, NoiseKind::kPoisson);
    std::vector<float> clean(4 * 50, 0.5f), noisy(clean.size());
    for (std::size_t i = 3; i < clean.size(); i += 4) clean[i] = 0.01f * static_cast<float>(i);
    add_noise(floats(clean, 10, 5, 4, true), floats(noisy, 10, 5, 4, true), kind, 20, 9);
    int changed = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        if (i % 4 == 3) {
            CHECK(noisy[i] == clean[i]);
        } else {
            changed += noisy[i] != clean[i];
        }
    }
    CHECK(changed > 100);
}

// What an image tells about its noise, against noise that was put there.
#include "pipelines/estimate/noise_estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "ops/noise/noise.h"
#include "pipelines/common/noise/clipped_noise.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/random_window.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr std::int64_t kSide = 256;

// Grey texture over a ramp from dark to bright, each part of it of its own strength.
test::FloatImage scene(int channels, float darkest = 0.1f, float brightest = 0.8f) {
    test::FloatImage image(kSide, kSide, channels);
    const std::vector<float> texture = test::random_values(kSide * kSide, 5, 0.2);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < channels; ++c) {
                const float strength = channels == 1 ? 0.0f : static_cast<float>(x / 32 % 3) / 3;
                const float base = darkest + (brightest - darkest) * static_cast<float>(y) / kSide;
                image.at(x, y, c) = base * (1 + strength * texture[static_cast<std::size_t>(y * kSide + x)]);
            }
    return image;
}

test::FloatImage noisy(const test::FloatImage& clean, ops::NoiseKind kind, double level, int channels) {
    test::FloatImage image(kSide, kSide, channels);
    ops::add_noise(clean.view(), image.view(), kind, level, 3);
    return image;
}

void for_each_sample(test::FloatImage* image, const std::function<float(std::int64_t, std::int64_t, float)>& change) {
    const auto channels = static_cast<std::int64_t>(image->pixels().size()) / (kSide * kSide);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < channels; ++c) image->at(x, y, c) = change(x, y, image->at(x, y, c));
}

// A sensor's samples, as many bits of them as are in use and stored in 16.
struct Words {
    std::vector<std::uint16_t> samples;

    Words(const test::FloatImage& image, int step, int largest) {
        for (const float value : image.pixels())
            samples.push_back(static_cast<std::uint16_t>(
                step * std::lround(std::clamp(value, 0.0f, 1.0f) * static_cast<float>(largest))));
    }
    ImageView view() {
        return {
            reinterpret_cast<std::byte*>(samples.data()), kSide, kSide, 1, false, DataType::kUint16, 2, 2 * kSide, 2};
    }
};

}  // namespace

TEST_CASE("noise of one strength is measured as that, clipped or not", "[estimate]") {
    for (const int channels : {1, 3})
        for (const double sigma : {2.0, 5.0, 25.0, 50.0}) {
            const test::FloatImage image = noisy(scene(channels), ops::NoiseKind::kGaussian, sigma, channels);
            const NoiseEstimate estimate = measure_noise(image.view(), 1);
            INFO("channels " << channels << ", sigma " << sigma);
            CHECK_FALSE(estimate.correlated);
            CHECK(255 * estimate.mean_sigma == Approx(sigma).epsilon(0.05));
            for (int c = 0; c < channels; ++c) {
                const auto channel = static_cast<std::size_t>(c);
                CHECK(255 * estimate.sigma[channel] == Approx(sigma).epsilon(0.06));
                CHECK(255 * estimate.line[channel].read_noise == Approx(sigma).epsilon(0.1));
                CHECK(255 * double{estimate.level.sigma[channel][8]} == Approx(sigma).epsilon(0.06));
            }
        }
}

TEST_CASE("the gain of photon noise is measured", "[estimate]") {
    for (const int channels : {1, 3})
        for (const double photons : {10.0, 30.0, 100.0}) {
            const test::FloatImage image = noisy(scene(channels), ops::NoiseKind::kPoisson, photons, channels);
            const NoiseEstimate estimate = measure_noise(image.view(), 1);
            for (int c = 0; c < channels; ++c) {
                INFO("channels " << channels << ", photons " << photons);
                const PhotonTransfer& line = estimate.line[static_cast<std::size_t>(c)];
                CHECK(1 / line.gain == Approx(photons).epsilon(0.1));
                CHECK(line.read_noise < 0.01);
                CHECK(line.offset < 0.02);
            }
        }
}

TEST_CASE("photons and electronics are told apart", "[estimate]") {
    const test::FloatImage image =
        noisy(noisy(scene(3), ops::NoiseKind::kPoisson, 100, 3), ops::NoiseKind::kGaussian, 8, 3);
    const NoiseEstimate estimate = measure_noise(image.view(), 1);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(estimate.line[c].gain == Approx(0.01).epsilon(0.15));
        CHECK(255 * estimate.line[c].read_noise == Approx(8).epsilon(0.15));
    }
}

TEST_CASE("a pedestal is found", "[estimate]") {
    test::FloatImage image = noisy(scene(1, 0.01f, 0.6f), ops::NoiseKind::kPoisson, 1000, 1);
    for_each_sample(&image, [](std::int64_t, std::int64_t, float value) { return value + 0.2f; });
    const NoiseEstimate estimate = measure_noise(image.view(), 1);
    CHECK(estimate.line[0].offset == Approx(0.2).margin(0.01));
    CHECK(1 / estimate.line[0].gain == Approx(1000).epsilon(0.1));
}

TEST_CASE("lines through made-up points are exact", "[estimate]") {
    const auto line = [](double gain, double read_noise, double offset) {
        LevelCurve curve;
        for (const double brightness : {0.3, 0.4, 0.5, 0.7, 0.9})
            curve.push_back({brightness, gain * (brightness - offset) + read_noise * read_noise});
        return fit_photon_transfer(std::vector<LevelCurve>{curve}).line.front();
    };
    CHECK(line(0.02, 0, 0).gain == Approx(0.02));
    CHECK(line(0, 0.1, 0).read_noise == Approx(0.1));
    CHECK(line(0, 0.1, 0).gain == 0);
    CHECK(line(0.02, 0.1, 0).gain == Approx(0.02));
    CHECK(line(0.02, 0.1, 0).read_noise == Approx(0.1));
    CHECK(line(0.02, 0, 0.2).offset == Approx(0.2));
    CHECK(fit_photon_transfer(std::vector<LevelCurve>{LevelCurve{{0.5, 0.01}}}).line.front().read_noise == Approx(0.1));
}

TEST_CASE("clipping takes as much noise as it does from drawn numbers", "[estimate]") {
    test::FloatImage flat(kSide, kSide, 1), drawn(kSide, kSide, 1);
    for (const float brightness : {0.05f, 0.3f, 0.9f}) {
        std::ranges::fill(flat.pixels(), brightness);
        ops::add_noise(flat.view(), drawn.view(), ops::NoiseKind::kGaussian, 51, 1);  // 0.2 of white; clamps
        double sum = 0, squares = 0;
        for (const float value : drawn.pixels()) {
            sum += double{value};
            squares += double{value} * double{value};
        }
        const double mean = sum / (kSide * kSide), variance = squares / (kSide * kSide) - mean * mean;
        const ClippedNoise noise({0, 0.2, 0}, {true, true});
        CHECK(noise.variance(mean) == Approx(variance).epsilon(0.02));
        CHECK(noise.variance_before(mean) == Approx(0.04).epsilon(0.001));
        CHECK(noise.brightness_before(mean) == Approx(double{brightness}).margin(0.005));
        CHECK(ClippedNoise({0, 0.2, 0}, {}).variance(0.05) == Approx(0.04));
    }
}

TEST_CASE("neighbours that share noise are seen, and how much", "[estimate]") {
    test::FloatImage image = noisy(scene(1, 0.3f, 0.6f), ops::NoiseKind::kGaussian, 20, 1);
    const Autocorrelation white = measure_noise(image.view(), 1).autocorrelation;
    CHECK(white[4][4] == 1);
    for (std::size_t dy = 0; dy < 9; ++dy)
        for (std::size_t dx = 0; dx < 9; ++dx)
            if (dx != 4 || dy != 4) CHECK(std::abs(white[dy][dx]) < 0.05);

    const std::vector<float> before = image.pixels();
    for_each_sample(&image, [&](std::int64_t x, std::int64_t y, float) {
        float sum = 0;
        for (const std::int64_t i : {x - 1, x, x + 1})
            sum += before[static_cast<std::size_t>(y * kSide + std::clamp<std::int64_t>(i, 0, kSide - 1))];
        return sum / 3;
    });
    const Autocorrelation shared = measure_noise(image.view(), 1).autocorrelation;
    CHECK(shared[4][5] == Approx(2.0 / 3).margin(0.06));
    CHECK(shared[4][6] == Approx(1.0 / 3).margin(0.06));
    CHECK(std::abs(shared[4][7]) < 0.06);
    CHECK(std::abs(shared[5][4]) < 0.06);
    for (std::size_t dy = 0; dy < 9; ++dy)
        for (std::size_t dx = 0; dx < 9; ++dx) CHECK(shared[dy][dx] == shared[8 - dy][8 - dx]);
}

TEST_CASE("noise of rows and of columns is told from that of pixels", "[estimate]") {
    const test::FloatImage pixels = noisy(scene(3, 0.3f, 0.6f), ops::NoiseKind::kGaussian, 10, 3);
    const std::vector<float> offsets = test::random_values(kSide, 9, 3.4641016151 * 6 / 255);  // sigma 6
    const NoiseEstimate none = measure_noise(pixels.view(), 1);
    CHECK(255 * none.row_noise < 0.8);
    CHECK(255 * none.column_noise < 0.8);
    for (const bool rows : {true, false}) {
        test::FloatImage image = pixels;
        for_each_sample(&image, [&](std::int64_t x, std::int64_t y, float value) {
            return value + offsets[static_cast<std::size_t>(rows ? y : x)];
        });
        const NoiseEstimate estimate = measure_noise(image.view(), 1);
        CHECK(255 * (rows ? estimate.row_noise : estimate.column_noise) == Approx(6).epsilon(0.2));
        CHECK(255 * (rows ? estimate.column_noise : estimate.row_noise) < 0.8);
    }
}

TEST_CASE("stuck pixels are counted", "[estimate]") {
    test::FloatImage image = noisy(scene(1, 0.3f, 0.6f), ops::NoiseKind::kGaussian, 8, 1);
    CHECK(measure_noise(image.view(), 1).census.hot == 0);
    CHECK(measure_noise(image.view(), 1).census.dead == 0);
    for (int i = 0; i < 7; ++i) image.at(20 + 30 * i, 50 + 3 * i, 0) = 1.0f;
    for (int i = 0; i < 5; ++i) image.at(20 + 30 * i, 180, 0) = 0.0f;
    const SampleCensus census = measure_noise(image.view(), 1).census;
    CHECK(census.hot == 7);
    CHECK(census.dead == 5);
    // Single photons are none.
    const test::FloatImage few = noisy(scene(1, 0.01f, 0.3f), ops::NoiseKind::kPoisson, 10, 1);
    CHECK(measure_noise(few.view(), 1).census.hot == 0);
}

TEST_CASE("the bits in use and the samples at the bounds are counted", "[estimate]") {
    const test::FloatImage image = noisy(scene(1, 0.0f, 1.0f), ops::NoiseKind::kGaussian, 20, 1);
    const auto bits = [&](int step, int largest) {
        Words words(image, step, largest);
        return measure_noise(words.view(), 0).census.bits;
    };
    CHECK(bits(1, 65535) == 16);
    CHECK(bits(1, 4095) == 12);
    CHECK(bits(16, 4095) == 12);
    CHECK(bits(257, 255) == 8);
    CHECK(measure_noise(image.view(), 1).census.bits == 0);
    test::FloatImage steps = image;
    for_each_sample(&steps, [](std::int64_t, std::int64_t, float value) { return std::round(value * 255) / 255; });
    CHECK(measure_noise(steps.view(), 1).census.bits == 8);

    double black = 0, white = 0;
    for (const float value : image.pixels()) {
        black += value == 0 ? 1.0 / (kSide * kSide) : 0;
        white += value == 1 ? 1.0 / (kSide * kSide) : 0;
    }
    CHECK(black > 0.01);
    const SampleCensus census = measure_noise(image.view(), 1).census;
    CHECK(census.black[0] == Approx(black));
    CHECK(census.white[0] == Approx(white));
    CHECK(census.smallest[0] == 0);
    CHECK(census.largest[0] == 1);
    // A sensor that saturates below the greatest number shows it in a pile of samples.
    Words words(image, 1, 4095);
    CHECK(measure_noise(words.view(), 0).census.white[0] == Approx(white).epsilon(0.1));
}

TEST_CASE("signal to noise is that of what was put together", "[estimate]") {
    const test::FloatImage clean = scene(1, 0.4f, 0.6f);
    double squares = 0;
    for (const float value : clean.pixels()) squares += double{value} * double{value} / (kSide * kSide);
    const NoiseEstimate estimate = measure_noise(noisy(clean, ops::NoiseKind::kGaussian, 25.5, 1).view(), 1);
    CHECK(estimate.mean_snr == Approx(10 * std::log10(squares / 0.01)).margin(0.5));
}

TEST_CASE("an image without noise has next to none", "[estimate]") {
    const NoiseEstimate estimate = measure_noise(scene(3, 0.2f, 0.7f).view(), 1);
    CHECK(255 * estimate.mean_sigma < 0.5);
    test::FloatImage flat(64, 64, 1);
    const NoiseEstimate black = measure_noise(flat.view(), 0);
    CHECK(black.mean_sigma < 1e-5);
    CHECK(black.autocorrelation[4][5] == 0);
    CHECK(std::isfinite(black.mean_snr));
}

TEST_CASE("images that cannot be measured are refused", "[estimate]") {
    CHECK_THROWS_AS(measure_noise(test::FloatImage(23, 64, 1).view(), 0), Error);
    test::FloatImage image = scene(1);
    image.at(100, 100, 0) = std::nanf("");
    CHECK_THROWS_AS(measure_noise(image.view(), 0), Error);
}

TEST_CASE("windows are at every place of a small image, and at random ones of a large one", "[estimate]") {
    constexpr int kWide = 10, kHigh = 8;
    constexpr std::uint64_t kMost = 2000;
    const auto counts = [&](std::int64_t width, std::int64_t height) {
        const test::FloatImage image(width, height, 1);
        const ImageView view = image.view();
        const WindowPlaces places(view, kWide, kHigh, 1, kMost);
        std::map<std::pair<std::int64_t, std::int64_t>, int> all;
        for (std::uint64_t i = 0; i < places.size(); ++i) {
            const WindowPlace place = places[i];
            REQUIRE((place.x >= 0 && place.x <= width - kWide && place.y >= 0 && place.y <= height - kHigh));
            ++all[{place.x, place.y}];
        }
        return all;
    };
    SECTION("no more places than windows") {
        const auto [width, height] = GENERATE(table<int, int>({{49, 57}, {40, 30}, {26, 23}, {1000, 8}}));
        const auto all = counts(width, height);
        CHECK(all.size() == std::size_t(width - kWide + 1) * std::size_t(height - kHigh + 1));
        for (const auto& [place, count] : all) CHECK(count == 1);
    }
    SECTION("hardly any places") {
        const auto all = counts(kWide + 2, kHigh + 1);
        CHECK(all.size() == 6);
        for (const auto& [place, count] : all) CHECK((count == 42 || count == 43));  // 256 in all
        CHECK(counts(kWide, kHigh).size() == 1);
    }
    SECTION("many places") {
        const auto all = counts(200, 100);
        CHECK((all.size() > 1850 && all.size() <= kMost));  // of 17,763
    }
    SECTION("the first of them are spread over the image") {
        const test::FloatImage image(40, 30, 1);
        const ImageView view = image.view();
        const WindowPlaces places(view, kWide, kHigh, 1, kMost);
        std::int64_t sum = 0, lowest = 0;
        for (std::uint64_t i = 0; i < 32; ++i) {
            sum += places[i].y;
            lowest = std::max(lowest, places[i].y);
        }
        CHECK(lowest > 18);                            // of 22
        CHECK(std::abs(double(sum) / 32 - 11) < 1.5);  // the mean of all
    }
}

TEST_CASE("the noise of a small picture is measured", "[estimate]") {
    const auto [width, height] = GENERATE(table<int, int>({{60, 60}, {40, 30}, {24, 24}, {10, 10}}));
    const int channels = GENERATE(1, 3);
    CAPTURE(width, height, channels);
    test::FloatImage clean(width, height, channels), image(width, height, channels);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) clean.at(x, y, c) = 0.3f + 0.4f * static_cast<float>(x) / float(width);
    ops::add_noise(clean.view(), image.view(), ops::NoiseKind::kGaussian, 20, 3);
    const NoiseModel model = estimate_noise(image.view(), WhiteLevel{});
    REQUIRE(model.measured);
    // The fewer pixels, the less they tell: some 8 % with 24x24 of them.
    CHECK(std::abs(255 * model.mean_sigma - 20) < (width < 20 ? 10 : 3));
}

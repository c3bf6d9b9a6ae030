// Noise before a tone curve: its shift is found and undone, and none is found where there is none.
#include "pipelines/common/noise/tone_shift.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/noise/noise.h"
#include "pipelines/estimate/examination.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr std::int64_t kSide = 320;

// Patches of light from dark to bright, on a linear scale.
test::FloatImage light() {
    test::FloatImage image(kSide, kSide, 3);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < 3; ++c)
                image.at(x, y, c) =
                    0.05f + 0.035f * static_cast<float>(x / 40 + y / 40) + 0.02f * static_cast<float>(c);
    return image;
}

test::FloatImage through_curve(const test::FloatImage& linear, double gamma) {
    test::FloatImage image = linear;
    for (float& value : image.pixels()) value = std::pow(std::clamp(value, 0.0f, 1.0f), static_cast<float>(1 / gamma));
    return image;
}

// Noise of a standard deviation (of 255) that neighbouring pixels share, as demosaicing leaves it.
test::FloatImage with_shared_noise(const test::FloatImage& clean, double sigma) {
    test::FloatImage flat(kSide + 1, kSide + 1, 3), noise(kSide + 1, kSide + 1, 3), image = clean;
    std::ranges::fill(flat.pixels(), 0.5f);
    ops::add_noise(flat.view(), noise.view(), ops::NoiseKind::kGaussian, 40, 5);
    for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
            for (int c = 0; c < 3; ++c) {
                const float sum =
                    noise.at(x, y, c) + noise.at(x + 1, y, c) + noise.at(x, y + 1, c) + noise.at(x + 1, y + 1, c) - 2;
                image.at(x, y, c) += static_cast<float>(sigma / 80) * sum;  // four of 40 add up to 80
            }
    return image;
}

double mean_error(const test::FloatImage& image, const test::FloatImage& truth) {
    double sum = 0;
    for (std::size_t i = 0; i < image.pixels().size(); ++i)
        sum += double{image.pixels()[i]} - double{truth.pixels()[i]};
    return 255 * sum / double(image.pixels().size());
}

// What a denoiser finds that knows where the light is the same: the mean of each patch.
test::FloatImage patch_means(const test::FloatImage& noisy) {
    constexpr std::int64_t kPatch = 40;
    test::FloatImage image = noisy;
    for (std::int64_t top = 0; top < kSide; top += kPatch)
        for (std::int64_t left = 0; left < kSide; left += kPatch)
            for (int c = 0; c < 3; ++c) {
                double sum = 0;
                for (std::int64_t i = 0; i < kPatch * kPatch; ++i)
                    sum += double{image.at(left + i % kPatch, top + i / kPatch, c)};
                for (std::int64_t i = 0; i < kPatch * kPatch; ++i)
                    image.at(left + i % kPatch, top + i / kPatch, c) =
                        static_cast<float>(sum / double(kPatch * kPatch));
            }
    return image;
}

}  // namespace

TEST_CASE("the shift of noise before a tone curve is found and undone", "[tones]") {
    for (const double gamma : {1.8, 2.2}) {
        const test::FloatImage linear = light(), truth = through_curve(linear, gamma);
        const test::FloatImage noisy = through_curve(with_shared_noise(linear, 20), gamma);
        test::FloatImage result = patch_means(noisy);
        const double before = mean_error(result, truth);
        const ToneShift shift = measure_tone_shift(noisy.view(), 1, result.view(), 1);
        INFO("gamma " << gamma << ": k " << shift.strength << ", too dark by " << before << " of 255");
        CHECK(before < -1);
        CHECK(shift.strength == Approx((gamma - 1) / 2).epsilon(0.25));
        for (std::size_t i = 0; i < result.pixels().size(); ++i) {
            float& value = result.pixels()[i];
            const float mean = value;
            value = shift.restored(static_cast<int>(i % 3), mean);
            REQUIRE(value >= mean);
            REQUIRE(shift.shifted(static_cast<int>(i % 3), value) == Approx(mean).margin(0.006));
        }
        CHECK(std::abs(mean_error(result, truth)) < 0.25 * std::abs(before));
    }
}

TEST_CASE("what is nearly all noise is not made brighter", "[tones]") {
    ToneShift shift;
    shift.strength = 0.6;
    for (auto& channel : shift.variance) channel.fill(0.01f);
    CHECK(shift.restored(0, 0.08f) == Approx(0.08));
    CHECK(shift.restored(0, 0) == 0);
    CHECK(shift.restored(0, 0.15f) > 0.16f);
    CHECK(shift.restored(0, 0.5f) == Approx(0.5 + 0.6 * 0.01 / 0.5).margin(0.0005));
}

TEST_CASE("a share of the noise tells the same shift", "[tones]") {
    const test::FloatImage noisy = through_curve(with_shared_noise(light(), 20), 2.2), result = patch_means(noisy);
    test::FloatImage half = result;
    for (std::size_t i = 0; i < half.pixels().size(); ++i)
        half.pixels()[i] = 0.5f * (noisy.pixels()[i] + result.pixels()[i]);
    CHECK(measure_tone_shift(noisy.view(), 1, half.view(), 1, 0.5).strength ==
          Approx(measure_tone_shift(noisy.view(), 1, result.view(), 1).strength).epsilon(0.01));
}

TEST_CASE("symmetric and weak noise has no shift", "[tones]") {
    const test::FloatImage truth = through_curve(light(), 2.2);
    const test::FloatImage symmetric = with_shared_noise(truth, 20);
    CHECK(measure_tone_shift(symmetric.view(), 1, truth.view(), 1).strength == 0);
    const test::FloatImage weak = through_curve(with_shared_noise(light(), 2), 2.2);
    CHECK(measure_tone_shift(weak.view(), 1, patch_means(weak).view(), 1).strength == 0);
    // Noise that is cut off at black says nothing of a curve.
    test::FloatImage dark(kSide, kSide, 3);
    std::ranges::fill(dark.pixels(), 0.02f);
    test::FloatImage clipped = with_shared_noise(dark, 20);
    for (float& value : clipped.pixels()) value = std::max(0.0f, value);
    CHECK(measure_tone_shift(clipped.view(), 1, dark.view(), 1).strength == 0);
}

TEST_CASE("a result that has made the shift good passes, and so does one that has not", "[tones][examine]") {
    const test::FloatImage linear = light(), truth = through_curve(linear, 2.2);
    const test::FloatImage noisy = through_curve(with_shared_noise(linear, 20), 2.2);
    CHECK((examine(noisy.view(), truth.view(), 1, 1).warnings & kResidualBiased) == 0);
    CHECK((examine(noisy.view(), patch_means(noisy).view(), 1, 1).warnings & kResidualBiased) == 0);
    test::FloatImage brighter = truth;
    for (float& value : brighter.pixels()) value += 6.0f / 255;
    CHECK((examine(noisy.view(), brighter.view(), 1, 1).warnings & kResidualBiased) != 0);
}

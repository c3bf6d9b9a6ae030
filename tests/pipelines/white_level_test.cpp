#include "pipelines/common/white_level.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/pipelines/prior_support.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

// A scene of 64 x 48 x 3 samples whose largest is `top`.
test::FloatImage scene_up_to(float top) {
    test::FloatImage image = test::noisy_scene(64, 48, 3, 0.05);
    float largest = 0;
    for (const float value : image.pixels()) largest = std::max(largest, std::fabs(value));
    for (float& value : image.pixels()) value = std::clamp(value / largest, -1.0f, 1.0f) * top;
    image.at(0, 0, 0) = top;
    return image;
}

}  // namespace

TEST_CASE("white is 1 or the largest sample of an image without hot pixels", "[white]") {
    for (const float top : {0.1f, 0.5f, 1.0f, 2.0f, 8.0f}) {
        const WhiteLevel level = find_white_level(scene_up_to(top).view(), 0);
        CHECK(level.white == 1);
        CHECK(std::isinf(level.limit));
    }
    for (const float top : {1e-30f, 0.01f, 0.099f, 8.1f, 255.0f, 65535.0f, 1e30f}) {
        const WhiteLevel level = find_white_level(scene_up_to(top).view(), 0);
        CHECK(level.white == top);
        CHECK(std::isinf(level.limit));
    }
    const test::FloatImage black(5, 4, 1);
    CHECK(find_white_level(black.view(), 0).white == 1);
    CHECK(find_white_level(scene_up_to(300).view(), 250).white == 250);
}

TEST_CASE("hot pixels do not decide what white is", "[white]") {
    for (const float hot : {1e6f, -1e6f, 3e38f}) {
        test::FloatImage image = scene_up_to(1);
        image.at(20, 11, 1) = hot;
        const WhiteLevel level = find_white_level(image.view(), 0);
        CHECK(level.white == 1);
        CHECK(level.limit >= 2);
        CHECK(level.limit <= 4.2f);
        CHECK(find_white_level(image.view(), 1).limit == level.limit);

        test::FloatImage large = scene_up_to(4000);
        for (int c = 0; c < 3; ++c) large.at(20, 11, c) = hot;
        CHECK(find_white_level(large.view(), 0).white == Approx(4000).epsilon(0.3));
    }
    // Even in the smallest image, and not in one that is black otherwise.
    test::FloatImage smallest = test::noisy_scene(4, 4, 1, 0.1);
    smallest.at(1, 2, 0) = 1e6f;
    CHECK(find_white_level(smallest.view(), 0).white == 1);
    test::FloatImage black(40, 40, 3);
    black.at(3, 3, 0) = 1e6f;
    CHECK(find_white_level(black.view(), 0).white == 1e6f);
}

TEST_CASE("16-bit samples are measured by the bits in use", "[white]") {
    test::TypedImage<std::uint16_t> image(64, 48, 1, false, false);
    const auto white_with = [&](std::uint16_t largest) {
        for (std::size_t i = 0; i < image.samples.size(); ++i)
            image.samples[i] = static_cast<std::uint16_t>(i * largest / (image.samples.size() - 1));
        return find_white_level(image.view(), 0);
    };
    CHECK(white_with(65535).white == 65535);
    CHECK(white_with(32768).white == 65535);
    CHECK(white_with(32767).white == 32767);
    CHECK(white_with(4095).white == 4095);
    CHECK(white_with(2048).white == 4095);
    CHECK(white_with(100).white == 127);
    CHECK(white_with(1).white == 15);
    CHECK(white_with(0).white == 15);
    CHECK(find_white_level(image.view(), 4095).white == 4095);
    // A hot pixel does not decide.
    white_with(1000);
    image.samples[77] = 65535;
    const WhiteLevel level = find_white_level(image.view(), 0);
    CHECK(level.white == 1023);
    CHECK(level.limit > 3.5f);
    CHECK(level.limit < 4.5f);
}

TEST_CASE("samples keep their scale between types", "[white]") {
    const auto view = [](DataType type) {
        ImageView image;
        image.type = type;
        return image;
    };
    const ImageView bytes = view(DataType::kUint8), words = view(DataType::kUint16), floats = view(DataType::kFloat32);
    CHECK(output_white(words, words, 4095) == 4095);
    CHECK(output_white(words, bytes, 65535) == 255);
    CHECK(output_white(words, bytes, 4095) == Approx(255 * 4095 / 65535.0));
    CHECK(output_white(words, floats, 4095) == Approx(4095 / 65535.0));
    CHECK(output_white(bytes, words, 255) == 65535);
    CHECK(output_white(bytes, floats, 255) == 1);
    CHECK(output_white(floats, floats, 4000) == 4000);
    CHECK(output_white(floats, words, 4000) == 65535);
}

TEST_CASE("samples of 12 bits in 16 are denoised as well as those of 16", "[white][slow]") {
    test::FloatImage clean = test::noisy_scene(96, 80, 1, 0), noisy(96, 80, 1);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 25, 1);
    const auto psnr_of = [&](float largest) {
        test::TypedImage<std::uint16_t> words(96, 80, 1, false, false), result(96, 80, 1, false, false);
        for (std::size_t i = 0; i < words.samples.size(); ++i)
            words.samples[i] = static_cast<std::uint16_t>(std::lround(noisy.pixels()[i] * largest));
        zsn2n::Settings settings;
        settings.input = words.view();
        settings.output = result.view();
        settings.steps = 150;
        settings.threads = 2;
        zsn2n::Denoiser(settings).run(nullptr, nullptr);
        test::FloatImage scaled(96, 80, 1);
        for (std::size_t i = 0; i < result.samples.size(); ++i)
            scaled.pixels()[i] = static_cast<float>(result.samples[i]) / largest;
        return ops::compare_images(clean.view(), scaled.view()).psnr;
    };
    const double full = psnr_of(65535);
    CHECK(full > ops::compare_images(clean.view(), noisy.view()).psnr + 4);
    CHECK(psnr_of(4095) == Approx(full).margin(0.1));
    CHECK(psnr_of(1023) == Approx(full).margin(0.2));
}

TEST_CASE("many bright samples are a picture", "[white]") {
    test::FloatImage image = scene_up_to(1);
    for (int x = 0; x < 64; ++x) image.at(x, 7, 0) = 1000;
    const WhiteLevel level = find_white_level(image.view(), 0);
    CHECK(level.white == 1000);
    CHECK(std::isinf(level.limit));
}

TEST_CASE("samples that are no numbers are refused with their row", "[white]") {
    test::FloatImage image = scene_up_to(1);
    image.at(3, 31, 0) = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH(find_white_level(image.view(), 1), "the image holds NaN or infinity in row 31");
}

TEST_CASE("one hot pixel leaves the rest of the image denoised", "[white][slow]") {
    const test::FloatImage clean = test::noisy_scene(64, 64, 3, 0);
    const auto denoise = [](const test::FloatImage& noisy) {
        test::FloatImage result(64, 64, 3);
        zsn2n::Settings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.steps = 200;
        zsn2n::Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        return result;
    };
    test::FloatImage noisy = test::noisy_scene(64, 64, 3, 0.1);
    test::FloatImage without = denoise(noisy);
    const float value = noisy.at(30, 20, 1);
    noisy.at(30, 20, 1) = 1e6f;
    test::FloatImage with = denoise(noisy);
    // It stays, but for the noise that is taken for its own.
    CHECK(with.at(30, 20, 1) == Approx(1e6f).epsilon(1e-4));
    with.at(30, 20, 1) = without.at(30, 20, 1) = value;
    const double psnr = ops::compare_images(clean.view(), with.view()).psnr;
    const double undisturbed = ops::compare_images(clean.view(), without.view()).psnr;
    INFO(psnr << " dB, and " << undisturbed << " dB without the hot pixel");
    CHECK(psnr > undisturbed - 1);
}

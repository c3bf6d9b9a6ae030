// What half the size adds: pieces, and the whole.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/common/half_size/coarse_correction.h"
#include "pipelines/zsn2n/scale_blend.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

// The result's rows go through `correction` in bands of `rows`.
std::vector<float> corrected(const test::FloatImage& result, HalfImage half, float blend, std::int64_t rows) {
    const ImageView view = result.view();
    const std::int64_t stride = view.width * view.channels;
    std::vector<float> waiting, scratch(static_cast<std::size_t>(stride)), out;
    CoarseCorrection correction(half, view.height);
    correction.start(blend);
    std::int64_t first = 0;
    for (std::int64_t y = 0; y < view.height; y += rows) {
        const std::int64_t end = std::min(y + rows, view.height);
        waiting.insert(waiting.end(), result.pixels().begin() + y * stride, result.pixels().begin() + end * stride);
        correction.compare(waiting.data(), first, end, view.width);
        const std::int64_t ready = correction.ready();
        REQUIRE(ready >= end - CoarseCorrection::kLag);
        REQUIRE(ready <= end);
        for (; first < ready; ++first) {
            correction.add(first, view.width, scratch.data(), waiting.data());
            out.insert(out.end(), waiting.begin(), waiting.begin() + stride);
            waiting.erase(waiting.begin(), waiting.begin() + stride);
        }
    }
    return out;
}

HalfImage halved(const test::FloatImage& image) {
    const ImageView view = image.view();
    HalfImage half(view.width, view.height, view.channels);
    ThreadTeam team(2);
    half.load(view, {}, team);
    return half;
}

}  // namespace

TEST_CASE("half the size is the mean of 2x2 pixels", "[coarse]") {
    test::FloatImage image(1027, 5, 2);
    image.pixels() = test::random_values(image.pixels().size(), 3, 1);
    const HalfImage half = halved(image);
    CHECK(half.width() == 513);
    CHECK(half.height() == 2);
    for (const std::int64_t x : {0, 255, 256, 512})
        for (std::int64_t y = 0; y < 2; ++y)
            for (int c = 0; c < 2; ++c) {
                const float mean = (image.at(2 * x, 2 * y, c) + image.at(2 * x + 1, 2 * y, c) +
                                    image.at(2 * x, 2 * y + 1, c) + image.at(2 * x + 1, 2 * y + 1, c)) /
                                   4;
                CHECK(half.row(y)[x * 2 + c] == Approx(mean).margin(1e-6));
            }
}

TEST_CASE("the correction does not depend on the bands that it comes in", "[coarse]") {
    for (const std::int64_t height : {2, 3, 31, 32, 65})
        for (const std::int64_t width : {2, 3, 33}) {
            INFO(width << "x" << height);
            test::FloatImage result(width, height, 3), other(width, height, 3);
            result.pixels() = test::random_values(result.pixels().size(), 3, 1);
            other.pixels() = test::random_values(other.pixels().size(), 4, 1);
            const HalfImage half = halved(other);
            const std::vector<float> whole = corrected(result, half, 0.7f, height);
            REQUIRE(whole.size() == result.pixels().size());
            for (const std::int64_t rows : {16, 32, 64}) CHECK(corrected(result, half, 0.7f, rows) == whole);
            CHECK(corrected(result, half, 0, height) == result.pixels());
        }
}

TEST_CASE("brightness at half the size is taken over, a ramp without steps", "[coarse]") {
    test::FloatImage flat(40, 30, 1), ramp(40, 30, 1);
    for (std::int64_t y = 0; y < 30; ++y)
        for (std::int64_t x = 0; x < 40; ++x)
            ramp.at(x, y, 0) = 0.01f * static_cast<float>(x) + 0.02f * static_cast<float>(y);
    const std::vector<float> out = corrected(flat, halved(ramp), 1, 30);
    // Near the border there is nothing to go on from.
    for (std::int64_t y = 4; y < 26; ++y)
        for (std::int64_t x = 4; x < 36; ++x)
            CHECK(out[static_cast<std::size_t>(y * 40 + x)] == Approx(ramp.at(x, y, 0)).margin(1e-5));
}

TEST_CASE("a second network at half the size takes away coarse noise", "[coarse][slow]") {
    const test::FloatImage clean = test::noisy_scene(130, 97, 3, 0);
    test::FloatImage noisy(130, 97, 3), with(130, 97, 3), without(130, 97, 3), again(130, 97, 3);
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, 40, 1);
    const auto psnr = [&](const test::FloatImage& image) {
        return ops::compare_images(clean.view(), image.view()).psnr;
    };
    Settings settings;
    settings.input = noisy.view();
    settings.steps = 200;
    settings.refine = false;  // which takes most of it away as well
    const auto denoise = [&](test::FloatImage* result, int threads) {
        settings.output = result->view();
        settings.threads = threads;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        return denoiser.weights();
    };
    const Weights weights = denoise(&with, 2);
    CHECK(weights.blend > 0.3f);
    CHECK(weights.coarse_values.size() == weights.values.size());

    denoise(&again, 1);
    CHECK(again.pixels() == with.pixels());  // whatever the number of threads
    // Stored weights do the same.
    settings.weights = &weights;
    denoise(&again, 2);
    CHECK(again.pixels() == with.pixels());
    settings.weights = nullptr;
    again = noisy;
    settings.input = again.view();
    denoise(&again, 2);
    CHECK(again.pixels() == with.pixels());  // the output may replace the input

    settings.input = noisy.view();
    settings.constants = make_recipe(RecipeName::kFast);
    settings.constants->coarse_steps = 0;
    CHECK(denoise(&without, 2).blend == 0);
    INFO(psnr(without) << " dB, with the second network " << psnr(with));
    CHECK(psnr(with) > psnr(without) + 0.3);
}

TEST_CASE("progress counts both networks and never goes back", "[coarse]") {
    const test::FloatImage noisy = test::noisy_scene(150, 140, 1, 0.1);
    test::FloatImage result(150, 140, 1);
    struct Seen {
        Progress last{};
        bool forward = true, trained = false;
        Phase cancel_in = Phase::kApply;
        std::int64_t cancel_at = -1;
        static ProgressAction call(const Progress& p, void* user) {
            auto& seen = *static_cast<Seen*>(user);
            if (p.phase == seen.last.phase && p.done < seen.last.done) seen.forward = false;
            if (p.done > p.total || p.seconds_left < 0) seen.forward = false;
            if (p.phase == Phase::kTrain && p.done == p.total) seen.trained = true;
            seen.last = p;
            const bool cancels = seen.cancel_at >= 0 && p.phase == seen.cancel_in && p.done >= seen.cancel_at;
            return cancels ? ProgressAction::kCancel : ProgressAction::kContinue;
        }
    };
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.steps = 56;  // and 20 at half the size
    Denoiser denoiser(settings);
    Seen seen;
    denoiser.run(Seen::call, &seen);
    REQUIRE(denoiser.weights().blend > 0);
    CHECK(seen.forward);
    CHECK(seen.trained);
    CHECK(seen.last.phase == Phase::kApply);
    CHECK(seen.last.done == seen.last.total);
    CHECK(seen.last.total == 9 + 4 + 4);  // tiles of 64x64, and bands of 40 rows to refine
    CHECK(denoiser.report().steps_done == 56);
    CHECK(denoiser.report().steps_beside == 20);

    for (const auto& [phase, at] : {std::pair{Phase::kTrain, 56}, {Phase::kTrain, 76}, {Phase::kApply, 0}}) {
        Seen cancelling;
        cancelling.cancel_in = phase;
        cancelling.cancel_at = at;
        CHECK_THROWS_AS(denoiser.run(Seen::call, &cancelling), Error);
        CHECK(denoiser.report().stop_reason == StopReason::kCallback);
    }
    denoiser.run(nullptr, nullptr);
    CHECK(denoiser.report().stop_reason == StopReason::kSteps);
}

TEST_CASE("stored weights of two networks give the same for large images, and for any strength", "[coarse]") {
    const test::FloatImage noisy = test::noisy_scene(130, 140, 1, 0.1);
    test::FloatImage result(130, 140, 1), again(130, 140, 1);
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.steps = 56;
    settings.constants = make_recipe(RecipeName::kFast);
    settings.constants->ensemble_pixels = 130 * 100;  // between the pixels of the image and those of half the size
    Denoiser denoiser(settings);
    denoiser.run(nullptr, nullptr);
    const Weights weights = denoiser.weights();
    REQUIRE(weights.blend > 0);
    CHECK(denoiser.report().ensemble == 1);
    settings.weights = &weights;
    settings.output = again.view();
    Denoiser applied(settings);
    applied.run(nullptr, nullptr);
    CHECK(again.pixels() == result.pixels());
    // Trained without taking anything away.
    settings.weights = nullptr;
    settings.strength = 0;
    Denoiser still(settings);
    still.run(nullptr, nullptr);
    CHECK(again.pixels() == noisy.pixels());
    CHECK(still.weights().blend == weights.blend);
    CHECK(still.weights().values == weights.values);
}

TEST_CASE("a hot pixel leaves no blot at half the size", "[coarse][slow]") {
    test::FloatImage noisy = test::noisy_scene(200, 190, 1, 0.08);
    test::FloatImage result(200, 190, 1), with(200, 190, 1);
    Settings settings;
    settings.input = noisy.view();
    settings.output = result.view();
    settings.steps = 112;
    Denoiser(settings).run(nullptr, nullptr);
    for (const float hot : {20.0f, 1000.0f}) {
        test::FloatImage damaged = noisy;
        damaged.at(61, 72, 0) = hot;
        settings.input = damaged.view();
        settings.output = with.view();
        REQUIRE(find_white_level(damaged.view(), 0).limit < hot);
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        CHECK(denoiser.weights().blend > 0);
        CHECK(with.at(61, 72, 0) > hot - 2);
        double worst = 0;
        for (std::int64_t y = 0; y < 190; ++y)
            for (std::int64_t x = 0; x < 200; ++x)
                if (std::abs(x - 61) > 2 || std::abs(y - 72) > 2)
                    worst = std::max(worst, std::abs(double{with.at(x, y, 0)} - double{result.at(x, y, 0)}));
        INFO("hot pixel " << hot);
        CHECK(worst < 0.2);
    }
}

TEST_CASE("the second network is left out where there is no memory for it", "[coarse]") {
    test::FloatImage noisy = test::noisy_scene(400, 300, 1, 0.1), result(400, 300, 1), alone(400, 300, 1);
    Settings settings;
    settings.input = noisy.view();
    settings.output = alone.view();
    settings.steps = 30;
    settings.constants = make_recipe(RecipeName::kFast);
    settings.constants->ensemble = 1;
    settings.constants->coarse_steps = 0;
    Denoiser one(settings);
    one.run(nullptr, nullptr);
    settings.constants->coarse_steps = 30;
    const std::uint64_t with_both = Denoiser(settings).report().memory_bytes;
    REQUIRE(with_both > one.report().memory_bytes);

    settings.output = result.view();
    settings.memory_budget = one.report().memory_bytes;
    Denoiser tight(settings);
    CHECK(tight.report().memory_bytes <= settings.memory_budget);
    tight.run(nullptr, nullptr);
    CHECK(tight.weights().blend == 0);
    CHECK(tight.weights().coarse_values.empty());
    CHECK(result.pixels() == alone.pixels());
    settings.memory_budget = 1000;
    CHECK_THROWS_AS(Denoiser(settings), Error);
}

TEST_CASE("a network that does no better at half the size has no share", "[coarse]") {
    const test::FloatImage noisy = test::noisy_scene(96, 96, 1, 0.1);
    const NoiseModel noise = NoiseModel::constant(0.1);
    const ops::NormalTable normals;
    ThreadTeam team(2);
    Network network({1, 16, 2}, "ref");
    ScaleBlend blend(network, TrainingImage{noisy.view(), {}, 1, &noise, &normals}, team);
    ArenaPlan plan;
    blend.reserve(plan);
    const Arena arena(plan);
    const std::vector<float> nothing(network.shape().parameters());
    // Both leave the image as it is: there is no difference to take a share of.
    CHECK(blend.run(arena, nothing, nothing) == 0);
    // One that adds a brightness of its own.
    std::vector<float> wrong = nothing;
    wrong.back() = 0.3f;
    CHECK(blend.run(arena, nothing, wrong) < 0.02f);
    CHECK(blend.run(arena, wrong, nothing) > 0.98f);
    CHECK(ScaleBlend::fits(network.shape(), noisy.view()));
    CHECK_FALSE(ScaleBlend::fits(network.shape(), test::FloatImage(55, 96, 1).view()));
}

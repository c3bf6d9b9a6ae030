// The collaborative filter over whole images: bands, tiles, scales, strength, and what it is good for.
#include "pipelines/common/refinement/refiner.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/collaborative/nonlocal_bayes.h"
#include "ops/noise/noise.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

struct Refined {
    int threads = 1;
    bool in_place = false;
    float strength = 1;
    double sigma = 0.1;
    const NoiseTexture* texture = nullptr;
    int reduction = 1;
    float weight = 1;

    std::vector<float> operator()(const test::FloatImage& noisy, const test::FloatImage& guide) const {
        test::FloatImage input = noisy, output = guide;
        ThreadTeam team(threads);
        const NoiseModel noise = NoiseModel::constant(sigma);
        RefinerSettings settings;
        settings.input = in_place ? output.view() : input.view();
        settings.output = output.view();
        settings.noise = &noise;
        settings.texture = texture;
        settings.reduction = reduction;
        Refiner refiner(settings, team);
        refiner.set_weight(weight);
        ArenaPlan plan;
        refiner.reserve(plan);
        const Arena arena(plan);
        if (in_place) {
            output.pixels() = noisy.pixels();
            refiner.keep_input(arena);
            output.pixels() = guide.pixels();
        }
        RunControl control(nullptr, nullptr, 0);
        REQUIRE(refiner.run(arena, strength, {}, control));
        return output.pixels();
    }
};

double mean_square(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
    return sum / double(a.size());
}

}  // namespace

TEST_CASE("refining gives the same bits with any number of threads and in place", "[refiner]") {
    struct Size {
        int width, height, channels;
    };
    for (const Size size : {Size{131, 97, 3}, {16, 16, 1}, {17, 75, 2}, {90, 19, 4}, {8, 8, 3}}) {
        CAPTURE(size.width, size.height, size.channels);
        const test::FloatImage noisy = test::noisy_scene(size.width, size.height, size.channels, 0.1);
        const test::FloatImage guide = test::noisy_scene(size.width, size.height, size.channels, 0.02);
        const std::vector<float> one = Refined{}(noisy, guide);
        for (const float sample : one) REQUIRE(std::isfinite(sample));
        CHECK(Refined{.threads = 3}(noisy, guide) == one);
        CHECK(Refined{.threads = 2, .in_place = true}(noisy, guide) == one);
    }
}

TEST_CASE("bands and tiles of the refiner leave no trace", "[refiner]") {
    // What is one image for the filter is one for the refiner: all reference patches once, in a plain loop.
    const int width = 101, height = 83;
    const test::FloatImage noisy = test::noisy_scene(width, height, 1, 0.1),
                           guide = test::noisy_scene(width, height, 1, 0.02);
    const std::ptrdiff_t row = width + ops::kCollaborativePadding;
    std::vector<float> planes[4];
    for (auto& plane : planes) plane.resize(static_cast<std::size_t>(row * height));
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto at = static_cast<std::size_t>(y * row + x), from = static_cast<std::size_t>(y * width + x);
            planes[0][at] = noisy.pixels()[from];
            planes[1][at] = guide.pixels()[from];
        }
    ops::CollaborativePlanes p;
    p.row = row;
    p.noisy[0] = planes[0].data();
    p.pilot[0] = planes[1].data();
    p.sum[0] = planes[2].data();
    p.weight[0] = planes[3].data();
    const std::vector<float> variance(ops::kCollaborativeCoefficients, 0.01f);
    const auto places = [](int side) {
        std::vector<int> result;
        for (int i = 0; i < side - 8; i += 5) result.push_back(i);
        result.push_back(side - 8);
        return result;
    };
    for (const int y : places(height))
        for (const int x : places(width)) {
            const auto bound = [](int value, int side) { return std::clamp(value, 0, side - 8); };
            ops::collaborative_filter(
                p, x, y, {bound(x - 16, width), bound(y - 16, height), bound(x + 15, width), bound(y + 15, height)},
                variance.data());
        }
    const std::vector<float> refined = Refined{}(noisy, guide);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto at = static_cast<std::size_t>(y * row + x);
            const float expected = planes[2][at] / planes[3][at];
            REQUIRE(std::abs(refined[static_cast<std::size_t>(y * width + x)] - expected) < 2e-5f);
        }
}

TEST_CASE("colour is estimated by nonlocal Bayes", "[refiner]") {
    // One reference patch, and the only place of its window: what comes back is its estimate.
    const int side = 8;
    const test::FloatImage noisy = test::noisy_scene(side, side, 2, 0.1),
                           guide = test::noisy_scene(side, side, 2, 0.02);
    const std::ptrdiff_t row = side + ops::kCollaborativePadding;
    std::vector<float> memory[4];
    for (auto& planes : memory) planes.resize(static_cast<std::size_t>(2 * side * row));
    const float half = std::sqrt(0.5f);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const auto to = static_cast<std::size_t>(y * row + x), from = static_cast<std::size_t>(2 * (y * side + x));
            const auto second = to + static_cast<std::size_t>(side * row);
            memory[0][to] = half * (noisy.pixels()[from] + noisy.pixels()[from + 1]);
            memory[0][second] = half * (noisy.pixels()[from] - noisy.pixels()[from + 1]);
            memory[1][to] = half * (guide.pixels()[from] + guide.pixels()[from + 1]);
            memory[1][second] = half * (guide.pixels()[from] - guide.pixels()[from + 1]);
        }
    ops::CollaborativePlanes p;
    p.components = 2;
    p.row = row;
    for (std::size_t c = 0; c < 2; ++c) {
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(c) * side * row;
        p.noisy[c] = memory[0].data() + at;
        p.pilot[c] = memory[1].data() + at;
        p.sum[c] = memory[2].data() + at;
        p.weight[c] = memory[3].data() + at;
    }
    const float variance[2] = {0.01f, 0.01f};
    ops::ref::nonlocal_bayes(p, 0, 0, {0, 0, 0, 0}, variance);
    const std::vector<float> refined = Refined{}(noisy, guide);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const std::ptrdiff_t at = y * row + x;
            const float sum = p.sum[0][at] / p.weight[0][at], difference = p.sum[1][at] / p.weight[1][at];
            const auto i = static_cast<std::size_t>(2 * (y * side + x));
            REQUIRE(std::abs(refined[i] - half * (sum + difference)) < 2e-5f);
            REQUIRE(std::abs(refined[i + 1] - half * (sum - difference)) < 2e-5f);
        }
}

TEST_CASE("the strength of refining is the share of what changes", "[refiner]") {
    const test::FloatImage noisy = test::noisy_scene(64, 48, 3, 0.1), guide = test::noisy_scene(64, 48, 3, 0.01);
    const std::vector<float> all = Refined{}(noisy, guide), third = Refined{.strength = 0.3f}(noisy, guide);
    for (std::size_t i = 0; i < all.size(); ++i)
        REQUIRE(std::abs(third[i] - (noisy.pixels()[i] + 0.3f * (all[i] - noisy.pixels()[i]))) < 1e-5f);
    // Without noise there is nothing to take away.
    CHECK(mean_square(Refined{.sigma = 0}(noisy, guide), noisy.pixels()) < 1e-11);
}

TEST_CASE("the refiner's weight is that of the noise's variance", "[refiner]") {
    const test::FloatImage noisy = test::noisy_scene(48, 40, 3, 0.1), guide = test::noisy_scene(48, 40, 3, 0.02);
    CHECK(mean_square(Refined{.sigma = 0.1, .weight = 4}(noisy, guide), Refined{.sigma = 0.2}(noisy, guide)) < 1e-10);
}

TEST_CASE("the means of four pixels have half of the noise", "[refiner]") {
    test::FloatImage flat(160, 160, 1), white(160, 160, 1);
    for (float& sample : flat.pixels()) sample = 0.5f;
    ops::add_noise(flat.view(), white.view(), ops::NoiseKind::kGaussian, 25.5, 3);
    const NoiseTexture texture(white.view(), {});
    const test::FloatImage noisy = test::noisy_scene(64, 64, 1, 0.05), guide = test::noisy_scene(64, 64, 1, 0.01);
    const auto change = [&](const Refined& refined) { return mean_square(refined(noisy, guide), guide.pixels()); };
    const double half = change({.sigma = 0.1, .texture = &texture, .reduction = 2});
    CHECK(half == Approx(change({.sigma = 0.05})).epsilon(0.1));
    CHECK(change({.sigma = 0.1, .texture = &texture}) > 1.2 * half);
}

TEST_CASE("refined results are nearer to the truth", "[refiner][slow]") {
    const test::FloatImage clean = test::noisy_scene(128, 128, 3, 0);
    for (const double sigma : {0.04, 0.1, 0.2}) {
        CAPTURE(sigma);
        const test::FloatImage noisy = test::noisy_scene(128, 128, 3, sigma);
        const auto error = [&](bool refine) {
            test::FloatImage result(128, 128, 3);
            Settings settings;
            settings.input = noisy.view();
            settings.output = result.view();
            settings.threads = 2;
            settings.refine = refine;
            Denoiser denoiser(settings);
            denoiser.run(nullptr, nullptr);
            CHECK(denoiser.report().refinements == (refine ? 3 : 0));  // rounds
            return mean_square(result.pixels(), clean.pixels());
        };
        const double before = error(false);
        CHECK(error(true) < 0.9 * before);
    }
}

TEST_CASE("what is too small or pressed for time is not refined", "[refiner]") {
    const auto refinements = [](int side, double deadline, RecipeName recipe) {
        const test::FloatImage noisy = test::noisy_scene(side, side, 3, 0.1);
        test::FloatImage result(side, side, 3);
        Settings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.recipe = recipe;
        settings.steps = 3;
        settings.deadline_seconds = deadline;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        return denoiser.report().refinements;
    };
    CHECK(refinements(16, 0, RecipeName::kFast) == 3);
    CHECK(refinements(15, 0, RecipeName::kFast) == 0);
    CHECK(refinements(32, 0, RecipeName::kPaper) == 0);
    CHECK(refinements(200, 1e-4, RecipeName::kFast) == 0);
}

// What the prior is trained on: scenes, noise, and the patches that are cut from them.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipelines/rendered_prior/patch_source.h"
#include "pipelines/rendered_prior/scenes/draws.h"
#include "pipelines/rendered_prior/scenes/jpeg_loss.h"
#include "pipelines/rendered_prior/scenes/render_noise.h"
#include "pipelines/rendered_prior/scenes/scene.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::rendered;

namespace {

constexpr int kSide = 96;
using Pixels = std::vector<float>;

Pixels scene(const TextureBank& bank, std::uint64_t seed, std::uint64_t index, int side = kSide) {
    Pixels image;
    render_scene(bank, seed, index, side, &image);
    return image;
}

double mean(const Pixels& values) { return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size()); }

double deviation(const Pixels& a, const Pixels& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
    return std::sqrt(sum / double(a.size()));
}

Pixels plain(float value, int side = kSide) { return Pixels(static_cast<std::size_t>(3 * side * side), value); }

NoiseSettings unclipped() {
    NoiseSettings settings;
    settings.clipped = settings.rounded = false;
    return settings;
}

}  // namespace

TEST_CASE("a scene is a function of its seed and number", "[rendered]") {
    const TextureBank bank(7), same(7), other(8);
    const Pixels first = scene(bank, 3, 5);
    CHECK(first == scene(same, 3, 5));
    CHECK(first != scene(bank, 3, 6));
    CHECK(first != scene(bank, 4, 5));
    CHECK(first.size() == static_cast<std::size_t>(3 * kSide * kSide));
    bool textures_differ = false;
    for (std::uint64_t i = 0; i < 4; ++i) textures_differ |= scene(bank, 3, i) != scene(other, 3, i);
    CHECK(textures_differ);
}

TEST_CASE("scenes are of both kinds, grey and colour, within range and not empty", "[rendered]") {
    const TextureBank bank(1);
    int fluorescence = 0, grey = 0, textured = 0;
    constexpr int kScenes = 60;
    for (std::uint64_t i = 0; i < kScenes; ++i) {
        Pixels image;
        fluorescence += render_scene(bank, 1, i, kSide, &image) == SceneKind::kFluorescence ? 1 : 0;
        REQUIRE(*std::ranges::min_element(image) >= 0);
        REQUIRE(*std::ranges::max_element(image) <= 1);
        bool colour = false;
        for (std::size_t k = 0; k < image.size(); k += 3)
            colour |= std::abs(image[k] - image[k + 1]) > 1e-3f || std::abs(image[k] - image[k + 2]) > 1e-3f;
        grey += colour ? 0 : 1;
        textured += deviation(image, plain(static_cast<float>(mean(image)))) > 0.02 ? 1 : 0;
    }
    CHECK(fluorescence >= 2);
    CHECK(fluorescence <= 20);
    CHECK(grey >= 3);
    CHECK(grey <= 30);
    CHECK(textured >= kScenes * 9 / 10);
}

TEST_CASE("scenes have the edges and the spectrum of pictures", "[rendered]") {
    // Neighbours are alike, and more so the nearer they are: no white noise, no flat ground.
    const TextureBank bank(1);
    double near = 0, far = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const Pixels image = scene(bank, 2, i);
        for (int y = 0; y < kSide; ++y)
            for (int x = 0; x + 16 < kSide; ++x) {
                const auto at = [&](int u) { return double{image[static_cast<std::size_t>(3 * (y * kSide + u))]}; };
                near += std::abs(at(x + 1) - at(x));
                far += std::abs(at(x + 16) - at(x));
            }
    }
    CHECK(near < 0.6 * far);
    CHECK(near > 0.02 * far);
}

TEST_CASE("rendered noise has the strength it is asked for", "[rendered]") {
    Draws draws(1, 2);
    const Pixels grey = plain(0.4f);
    Pixels clean = grey;
    NoiseSettings settings = unclipped();
    settings.read_noise = {0.02, 0.05, 0.1};
    Pixels noisy = render_noise(draws, settings, kSide, &clean);
    CHECK(clean == grey);
    for (std::size_t c = 0; c < 3; ++c) {
        double sum = 0;
        for (std::size_t i = c; i < noisy.size(); i += 3) sum += std::pow(double{noisy[i]} - 0.4, 2);
        CHECK(std::sqrt(3 * sum / double(noisy.size())) == Approx(settings.read_noise[c]).epsilon(0.05));
    }

    settings = unclipped();
    for (const double photons : {3.0, 20.0, 200.0}) {
        settings.gain.fill(1 / photons);
        noisy = render_noise(draws, settings, kSide, &clean);
        CAPTURE(photons);
        CHECK(mean(noisy) == Approx(0.4).epsilon(0.02));
        CHECK(deviation(noisy, clean) == Approx(std::sqrt(0.4 / photons)).epsilon(0.05));
    }

    settings = unclipped();
    settings.row_noise = 0.05;
    noisy = render_noise(draws, settings, kSide, &clean);
    for (int y = 0; y < kSide; ++y)
        CHECK(noisy[static_cast<std::size_t>(3 * y * kSide)] == noisy[static_cast<std::size_t>(3 * y * kSide + 150)]);
    CHECK(deviation(noisy, clean) == Approx(0.05).epsilon(0.3));

    settings = unclipped();
    settings.read_noise.fill(0.1);
    settings.same_in_channels = true;
    noisy = render_noise(draws, settings, kSide, &clean);
    for (std::size_t i = 0; i < noisy.size(); i += 3) REQUIRE((noisy[i] == noisy[i + 1] && noisy[i] == noisy[i + 2]));

    settings = {};
    settings.read_noise.fill(0.4);
    noisy = render_noise(draws, settings, kSide, &clean);
    for (const float value : noisy) {
        REQUIRE(value >= 0);
        REQUIRE(value <= 1);
        REQUIRE(std::abs(255 * value - std::nearbyint(255 * value)) < 1e-3f);
    }
}

TEST_CASE("a camera's noise is alike in neighbours, and its clean picture has none", "[rendered]") {
    Draws draws(5, 6);
    NoiseSettings settings;
    settings.camera = true;
    settings.gain.fill(4e-3);
    settings.read_noise.fill(4e-3);
    settings.rounded = false;
    Pixels clean = plain(0.5f);
    const Pixels noisy = render_noise(draws, settings, kSide, &clean);
    for (const float value : clean) REQUIRE(value == Approx(0.5f).epsilon(1e-4));
    double same = 0, next = 0;
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x + 1 < kSide; ++x) {
            const auto at = [&](int u) { return double{noisy[static_cast<std::size_t>(3 * (y * kSide + u))]} - 0.5; };
            same += at(x) * at(x);
            next += at(x) * at(x + 1);
        }
    CHECK(std::sqrt(same / (kSide * kSide)) > 0.01);
    CHECK(next > 0.3 * same);
}

TEST_CASE("compression loses more at a lower quality, and next to nothing of what is plain", "[rendered]") {
    const TextureBank bank(1);
    const Pixels original = scene(bank, 2, 3);
    double last = 0;
    for (const int quality : {95, 75, 40}) {
        Pixels image = original;
        add_jpeg_loss(quality, kSide, &image);
        const double loss = deviation(image, original);
        CAPTURE(quality);
        CHECK(loss > last);
        CHECK(loss < 0.1);
        last = loss;
    }
    // Half of a step of quality 90, over the 8 that the mean of a block is multiplied by.
    Pixels flat = plain(100.0f / 255);
    add_jpeg_loss(90, kSide, &flat);
    CHECK(deviation(flat, plain(100.0f / 255)) < 1.5 / 8 / 255);
}

TEST_CASE("patches are the same wherever the training begins, and after any number of steps", "[rendered]") {
    constexpr int kPatch = 40, kBatch = 4;
    ThreadTeam one(1), two(2);
    PatchSource straight(9, kPatch, 0.3), resumed(9, kPatch, 0.3);
    straight.start(0, two);
    constexpr std::int64_t kSteps = 40;  // more than it takes to replace the whole pool
    for (std::int64_t step = 0; step < kSteps; ++step) {
        for (std::int64_t i = PatchSource::kFreshScenes; i-- > 0;) straight.render_next(step, i);
        straight.advance(step);
    }
    resumed.start(kSteps, one);
    bool differ = false;
    for (std::int64_t i = 0; i < kBatch; ++i) {
        const NoisyPatch a = straight.patch(kSteps, i, kBatch), b = resumed.patch(kSteps, i, kBatch);
        REQUIRE(a.noisy.size() == static_cast<std::size_t>(3 * kPatch * kPatch));
        CHECK(a.noisy == b.noisy);
        CHECK(a.clean == b.clean);
        CHECK(a.noisy != a.clean);
        differ |= a.clean != straight.patch(kSteps, (i + 1) % kBatch, kBatch).clean;
    }
    CHECK(differ);
    NoiseSettings noise;
    noise.read_noise.fill(0.1);
    CHECK(straight.validation_patch(3, noise).noisy == resumed.validation_patch(3, noise).noisy);
}

// Stains of colour: they go, brightness stays, and nothing depends on threads.
#include "pipelines/common/refinement/coarse_chroma.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/noise/noise.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;

namespace {

constexpr std::int64_t kWidth = 150, kHeight = 131;
constexpr int kGrain = 3;  // pixels that have their noise in common

test::FloatImage clean() { return test::noisy_scene(kWidth, kHeight, 3, 0); }

// With noise of a standard deviation (of 255) in blocks.
test::FloatImage stained(double sigma) {
    test::FloatImage flat(kWidth, kHeight, 3), noise(kWidth, kHeight, 3), image = clean();
    std::ranges::fill(flat.pixels(), 0.5f);
    ops::add_noise(flat.view(), noise.view(), ops::NoiseKind::kGaussian, sigma, 9);
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x)
            for (int c = 0; c < 3; ++c)
                image.at(x, y, c) += noise.at(x / kGrain * kGrain, y / kGrain * kGrain, c) - 0.5f;
    return image;
}

struct Corrected {
    int threads = 1;
    double sigma = 20;

    // The result is the noisy image with half of its noise left.
    test::FloatImage operator()(test::FloatImage* before) const {
        const test::FloatImage truth = clean();
        test::FloatImage noisy = stained(sigma), result = noisy;
        for (std::size_t i = 0; i < result.pixels().size(); ++i)
            result.pixels()[i] = 0.5f * (noisy.pixels()[i] + truth.pixels()[i]);
        *before = result;
        const WhiteLevel white;
        const NoiseTexture texture(noisy.view(), white);
        RefinerSettings settings;
        settings.input = noisy.view();
        settings.output = result.view();
        settings.noise = &texture.model();
        settings.texture = &texture;
        ThreadTeam team(threads);
        REQUIRE(CoarseChroma::fits(settings.input));
        CoarseChroma chroma(settings, team);
        ArenaPlan plan;
        chroma.reserve(plan);
        const Arena arena(plan);
        RunControl control(nullptr, nullptr, 0);
        REQUIRE(chroma.run(arena, noisy.view(), {}, control));
        return result;
    }
};

// Mean square errors of the channels' mean, and of what they differ by from it.
struct Errors {
    double brightness = 0, colour = 0;

    Errors(const test::FloatImage& image, const test::FloatImage& truth) {
        for (std::size_t i = 0; i < image.pixels().size(); i += 3) {
            double mean = 0;
            for (std::size_t c = 0; c < 3; ++c)
                mean += (double{image.pixels()[i + c]} - double{truth.pixels()[i + c]}) / 3;
            brightness += mean * mean;
            for (std::size_t c = 0; c < 3; ++c)
                colour += std::pow(double{image.pixels()[i + c]} - double{truth.pixels()[i + c]} - mean, 2);
        }
    }
};

}  // namespace

TEST_CASE("stains of colour go and brightness stays", "[chroma]") {
    for (const double sigma : {5.0, 20.0}) {  // without and with a quarter of the size
        test::FloatImage before(kWidth, kHeight, 3);
        const test::FloatImage after = Corrected{.sigma = sigma}(&before);
        const Errors old(before, clean()), now(after, clean());
        INFO("sigma " << sigma);
        CHECK(now.colour < 0.7 * old.colour);
        CHECK(now.brightness == Approx(old.brightness).epsilon(1e-4));
    }
}

TEST_CASE("stains go in the same bits with any number of threads", "[chroma]") {
    test::FloatImage before(kWidth, kHeight, 3);
    CHECK(Corrected{.threads = 1}(&before).pixels() == Corrected{.threads = 3}(&before).pixels());
}

TEST_CASE("grey and small images have no stains to look for", "[chroma]") {
    CHECK(!CoarseChroma::fits(test::FloatImage(100, 100, 1).view()));
    CHECK(!CoarseChroma::fits(test::FloatImage(63, 100, 3).view()));
    CHECK(CoarseChroma::fits(test::FloatImage(64, 64, 3).view()));
    ImageView large = test::FloatImage(64, 64, 3).view();
    large.width = large.height = 6000;
    CHECK(!CoarseChroma::fits(large));
    CHECK(CoarseChroma::most_bytes(test::FloatImage(64, 80, 3).view()) == 2 * 4 * 3 * (32 * 40 + 16 * 20));
}

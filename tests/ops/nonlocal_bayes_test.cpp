// Nonlocal Bayes: answers that are known, and the fast kernel against the reference.
#include "ops/collaborative/nonlocal_bayes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/ops/patch_planes.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;
using test::PatchPlanes;

namespace {

constexpr int kPatch = ops::kCollaborativePatch;

void filter_all(PatchPlanes& image, const std::vector<float>& variance, bool plain) {
    image.filter_all(plain ? ops::ref::nonlocal_bayes : ops::nonlocal_bayes, variance);
}

// The pilot with a little noise of its own taken for clean, and what is noisy of it.
void make_alike(PatchPlanes& image, float noise) {
    const std::vector<float> random = image.noisy;
    for (std::size_t i = 0; i < image.noisy.size(); ++i) image.noisy[i] = image.pilot[i] + noise * random[i];
}

}  // namespace

TEST_CASE("without noise nonlocal Bayes leaves the image as it is") {
    for (const bool plain : {false, true}) {
        PatchPlanes image(23, 17, 2);
        filter_all(image, {0, 0}, plain);
        for (int c = 0; c < 2; ++c)
            for (int y = 0; y < 14; ++y)
                for (int x = 0; x < 23; ++x)
                    REQUIRE(std::abs(image.result(x, y, c) - image.noisy[image.at(x, y, c)]) < 1e-5f);
    }
}

TEST_CASE("next to no noise in patches that differ in few ways is no trouble for nonlocal Bayes") {
    // Matrices of the group that are as badly conditioned as they come.
    for (const float variance : {1e-3f, 1e-5f, 1e-7f, 1e-9f})
        for (const bool plain : {false, true}) {
            PatchPlanes image(44, 44, 1);
            for (int y = 0; y < 44; ++y)
                for (int x = 0; x < 44 + ops::kCollaborativePadding; ++x)
                    image.pilot[image.at(x, y, 0)] =
                        0.5f + 0.4f * std::sin(0.21f * static_cast<float>(x)) * (y > 20 ? 1.0f : 0.3f);
            make_alike(image, std::sqrt(variance));
            filter_all(image, {variance}, plain);
            const float most = 1e-3f + 4 * std::sqrt(variance);
            for (int y = 0; y < 41; ++y)
                for (int x = 0; x < 41; ++x)
                    REQUIRE(std::abs(image.result(x, y, 0) - image.pilot[image.at(x, y, 0)]) < most);
        }
}

TEST_CASE("little noise costs nonlocal Bayes no detail that the pilot lacks") {
    for (const bool plain : {false, true}) {
        PatchPlanes image(40, 17, 1);
        std::fill(image.pilot.begin(), image.pilot.end(), 0.5f);  // all of the picture is lost
        filter_all(image, {1e-4f}, plain);
        for (int y = 0; y < 14; ++y)
            for (int x = 0; x < 38; ++x)
                REQUIRE(std::abs(image.result(x, y, 0) - image.noisy[image.at(x, y, 0)]) < 2e-3f);
    }
}

TEST_CASE("where the pilot is flat and strong noise explains the rest nonlocal Bayes gives the pilot") {
    for (const bool plain : {false, true}) {
        PatchPlanes image(kPatch + 3, kPatch + 3, 1);
        std::fill(image.pilot.begin(), image.pilot.end(), 0.5f);
        const float variance = 10;
        const auto filter = plain ? ops::ref::nonlocal_bayes : ops::nonlocal_bayes;
        filter(image.planes(), 1, 1, image.window(), &variance);
        for (int y = 0; y < kPatch + 3; ++y)
            for (int x = 0; x < kPatch + 3; ++x) REQUIRE(std::abs(image.result(x, y, 0) - 0.5f) < 1e-5f);
    }
}

TEST_CASE("what patches of the pilot differ by counts for nothing beside strong noise") {
    for (const bool plain : {false, true})
        for (const bool weak : {true, false}) {
            CAPTURE(plain, weak);
            // Sixteen patches of stripes that lean: no two are the same.
            PatchPlanes image(kPatch + 3, kPatch + 3, 1);
            for (int y = 0; y < kPatch + 3; ++y)
                for (int x = 0; x < kPatch + 3; ++x)
                    image.pilot[image.at(x, y, 0)] = 0.5f + 0.01f * std::sin(0.7f * float(x) + 0.4f * float(y));
            std::vector<double> mean(kPatch * kPatch);
            double trace = 0;
            for (int i = 0; i < kPatch * kPatch; ++i) {
                double sum = 0, squares = 0;
                for (int g = 0; g < 16; ++g) {
                    const double value = image.pilot[image.at(g % 4 + i % kPatch, g / 4 + i / kPatch, 0)];
                    sum += value / 16;
                    squares += value * value / 16;
                }
                mean[static_cast<std::size_t>(i)] = sum;
                trace += squares - sum * sum;
            }
            image.noisy = image.pilot;
            image.noisy[image.at(5, 5, 0)] += 0.01f;
            const auto variance = static_cast<float>(trace / double{ops::kBayesWeakSignal} * (weak ? 1.1 : 0.9));
            const auto filter = plain ? ops::ref::nonlocal_bayes : ops::nonlocal_bayes;
            filter(image.planes(), 1, 1, image.window(), &variance);
            // In each corner there is one patch alone.
            const float corner = image.result(0, 0, 0), expected = static_cast<float>(mean[0]);
            CHECK((std::abs(corner - expected) < 1e-6f) == weak);
        }
}

TEST_CASE("nonlocal Bayes takes noise away") {
    for (const bool plain : {false, true}) {
        // Stripes: patches that are alike, and a pilot that is right.
        PatchPlanes image(48, 40, 1);
        for (int y = 0; y < 40; ++y)
            for (int x = 0; x < 48; ++x) image.pilot[image.at(x, y, 0)] = 0.5f + 0.3f * std::sin(0.9f * float(x));
        make_alike(image, 0.2f);
        double before = 0, after = 0, power = 0;
        for (int y = 0; y < 38; ++y)
            for (int x = 0; x < 46; ++x)
                power += std::pow(double{image.noisy[image.at(x, y, 0)]} - double{image.pilot[image.at(x, y, 0)]}, 2);
        filter_all(image, {static_cast<float>(power / (38 * 46))}, plain);
        for (int y = 0; y < 38; ++y)
            for (int x = 0; x < 46; ++x) {
                const double truth = image.pilot[image.at(x, y, 0)];
                before += std::pow(image.noisy[image.at(x, y, 0)] - truth, 2);
                after += std::pow(image.result(x, y, 0) - truth, 2);
            }
        CHECK(after < 0.05 * before);
    }
}

TEST_CASE("fast nonlocal Bayes agrees with the reference") {
    struct Size {
        int width, height, components;
    };
    for (const Size size : {Size{40, 31, 3}, {8, 8, 1}, {9, 8, 2}, {11, 12, 4}, {64, 9, 1}})
        // The last one is so strong that the pilot's differences count for nothing.
        for (const float noise : {0.05f, 0.5f, 1e3f}) {
            CAPTURE(size.width, size.height, size.components, noise);
            PatchPlanes fast(size.width, size.height, size.components);
            make_alike(fast, std::min(noise, 0.5f));
            PatchPlanes plain = fast;
            std::vector<float> variance = test::random_values(4, 3, 0.02);
            for (float& v : variance) v = noise > 1 ? noise : 0.001f + std::abs(v);
            filter_all(fast, variance, false);
            filter_all(plain, variance, true);
            CHECK(fast.largest_difference(plain) < 1e-4);
        }
}

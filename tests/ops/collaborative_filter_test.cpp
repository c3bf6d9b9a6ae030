// Collaborative filtering: answers that are known, and the fast kernel against the reference.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"
#include "tests/ops/patch_planes.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;
using test::PatchPlanes;

namespace {

constexpr int kPatch = ops::kCollaborativePatch;
constexpr std::size_t kPoints = ops::kCollaborativeCoefficients;

std::vector<float> variances(int components, float value) {
    return std::vector<float>(kPoints * static_cast<std::size_t>(components), value);
}

void filter_all(PatchPlanes& image, const std::vector<float>& variance, bool plain) {
    image.filter_all(plain ? ops::ref::collaborative_filter : ops::collaborative_filter, variance);
}

}  // namespace

TEST_CASE("the basis of the collaborative filter is orthonormal") {
    for (std::size_t a = 0; a < kPatch; ++a)
        for (std::size_t b = 0; b < kPatch; ++b) {
            double product = 0;
            for (std::size_t i = 0; i < kPatch; ++i) product += double{ops::dct8()[a][i]} * double{ops::dct8()[b][i]};
            CHECK(std::abs(product - (a == b ? 1 : 0)) < 1e-6);
        }
}

TEST_CASE("without noise the collaborative filter leaves the image as it is") {
    for (const bool plain : {false, true}) {
        PatchPlanes image(23, 17, 2);
        filter_all(image, variances(2, 0), plain);
        for (int c = 0; c < 2; ++c)
            for (int y = 0; y < 14; ++y)
                for (int x = 0; x < 23; ++x)
                    REQUIRE(std::abs(image.result(x, y, c) - image.noisy[image.at(x, y, c)]) < 1e-5f);
    }
}

TEST_CASE("where the pilot is flat the collaborative filter gives the mean of the group") {
    for (const bool plain : {false, true}) {
        PatchPlanes image(kPatch + 3, kPatch + 3, 1);  // 16 places: all of them are the group
        std::fill(image.pilot.begin(), image.pilot.end(), 0.5f);
        double mean = 0;
        for (int v = 0; v < 4; ++v)
            for (int u = 0; u < 4; ++u)
                for (int j = 0; j < kPatch; ++j)
                    for (int i = 0; i < kPatch; ++i)
                        mean += double{image.noisy[image.at(u + i, v + j, 0)]} / (16 * kPoints);
        const auto filter = plain ? ops::ref::collaborative_filter : ops::collaborative_filter;
        filter(image.planes(), 1, 1, image.window(), variances(1, 0.1f).data());
        for (int y = 0; y < kPatch + 3; ++y)
            for (int x = 0; x < kPatch + 3; ++x) REQUIRE(std::abs(double{image.result(x, y, 0)} - mean) < 1e-5);
    }
}

TEST_CASE("the fast collaborative filter agrees with the reference") {
    struct Size {
        int width, height, components;
    };
    for (const Size size : {Size{40, 31, 3}, Size{8, 8, 1}, Size{9, 8, 2}, Size{11, 12, 4}, Size{64, 9, 1}}) {
        CAPTURE(size.width, size.height, size.components);
        PatchPlanes fast(size.width, size.height, size.components), plain = fast;
        std::vector<float> variance = test::random_values(kPoints * static_cast<std::size_t>(size.components), 3, 0.2);
        for (float& v : variance) v = std::abs(v);
        filter_all(fast, variance, false);
        filter_all(plain, variance, true);
        CHECK(fast.largest_difference(plain) < 1e-5);
    }
}

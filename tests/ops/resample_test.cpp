#include <array>

#include "ops/resample/downsample.h"
#include "ops/resample/enlarge.h"
#include "ops/resample/resampling_weights.h"
#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

namespace {

std::vector<float> scratch_for(int factor, const FeatureMap& small) {
    return std::vector<float>(downsample_scratch(factor, small.height, small.width, small.channels), kMark);
}

}  // namespace

TEST_CASE("Lanczos weights are those of the formula", "[resample]") {
    REQUIRE(lanczos(0, 2) == 1);
    REQUIRE(lanczos(2, 2) == 0);
    REQUIRE(lanczos(1, 3) == Approx(0).margin(1e-15));
    // sinc(1/2) sinc(1/4) = (2 / pi) * (2 sqrt(2) / pi)
    REQUIRE(lanczos(0.5, 2) == Approx(0.5731591682));
    REQUIRE(lanczos(-0.5, 2) == lanczos(0.5, 2));
    REQUIRE(keys_cubic(0.5) == Approx(0.5625));
    REQUIRE(keys_cubic(1.5) == Approx(-0.0625));
    // 4 * factor taps for even factors, symmetric around the middle of the block.
    const Taps taps = make_taps(lanczos, 2, 1.5, 4);
    REQUIRE(taps.first == -6);
    REQUIRE(taps.count == 16);
    double sum = 0;
    for (int t = 0; t < 16; ++t) {
        REQUIRE(taps.weights[t] == taps.weights[15 - t]);
        sum += double{taps.weights[t]};
    }
    REQUIRE(sum == Approx(1));
    REQUIRE(double{taps.weights[7]} == Approx(lanczos(0.125, 2) / 4).epsilon(0.01));
}

TEST_CASE("downsampling keeps constants and has the exact transpose", "[resample]") {
    for (const int factor : {1, 2, 3, 4, 5, 8, 16})
        for (const int channels : {1, 3, 4})
            for (const auto& [height, width] : std::vector<std::array<int, 2>>{{1, 1}, {1, 3}, {2, 1}, {5, 4}, {9, 7}})
                for (const int extra : {0, 2}) {
                    INFO(factor << ": " << height << " x " << width << " x " << channels << " extra " << extra);
                    TestMap large(factor * height, factor * width, channels, extra), small(height, width, channels),
                        diff(height, width, channels, extra),
                        diff_large(factor * height, factor * width, channels, extra);
                    std::vector<float> scratch = scratch_for(factor, small);
                    ThreadTeam team(2);
                    large.fill(0.7f);
                    downsample_forward(team, factor, large, small, scratch.data());
                    REQUIRE(largest_difference(small.values(), std::vector<float>(small.size(), 0.7f)) < 1e-6);
                    large.randomise(1);
                    diff.randomise(2);
                    downsample_forward(team, factor, large, small, scratch.data());
                    downsample_backward(team, factor, diff, diff_large, scratch.data());
                    REQUIRE(dot(small.values(), diff.values()) ==
                            Approx(dot(large.values(), diff_large.values())).epsilon(1e-4).margin(1e-5));
                    REQUIRE(diff_large.marks() == diff_large.memory() - diff_large.size());
                }
}

TEST_CASE("downsampling shifts nothing: a ramp stays a ramp inside", "[resample]") {
    for (const int factor : {2, 3, 4, 8}) {
        TestMap large(factor, factor * 12, 1), small(1, 12, 1);
        for (int y = 0; y < factor; ++y)
            for (int x = 0; x < factor * 12; ++x) *large.map().at(y, x) = static_cast<float>(x);
        std::vector<float> scratch = scratch_for(factor, small);
        ThreadTeam team(1);
        downsample_forward(team, factor, large, small, scratch.data());
        for (int x = 2; x < 10; ++x)
            REQUIRE(double{*small.map().at(0, x)} == Approx((x + 0.5) * factor - 0.5).epsilon(1e-5));
    }
}

TEST_CASE("resampling gives the same bits for any number of threads", "[resample]") {
    std::vector<std::vector<float>> down, up, wide;
    for (const int threads : {1, 2, 4}) {
        ThreadTeam team(threads);
        TestMap large(200, 60, 3), small(50, 15, 3), back(200, 60, 3);
        std::vector<float> scratch = scratch_for(4, small);
        downsample_forward(team, 4, large.randomise(1), small, scratch.data());
        down.push_back(small.values());
        downsample_backward(team, 4, small, back, scratch.data());
        up.push_back(back.values());
        enlarge(team, Interpolation::kLanczos3, 4, small, back, scratch.data());
        wide.push_back(back.values());
    }
    for (const auto* results : {&down, &up, &wide}) {
        REQUIRE((*results)[0] == (*results)[1]);
        REQUIRE((*results)[0] == (*results)[2]);
    }
}

TEST_CASE("enlarging keeps constants and ramps, and factor 1 the image", "[resample]") {
    const Interpolation kind = GENERATE(Interpolation::kBicubic, Interpolation::kLanczos2, Interpolation::kLanczos3);
    ThreadTeam team(2);
    for (const int factor : {1, 2, 3, 4, 8}) {
        TestMap small(7, 12, 3, 2), large(7 * factor, 12 * factor, 3, 1);
        std::vector<float> scratch(enlarge_scratch(factor, 7, 12, 3));
        small.fill(0.3f);
        enlarge(team, kind, factor, small, large, scratch.data());
        REQUIRE(largest_difference(large.values(), std::vector<float>(large.size(), 0.3f)) < 1e-6);
        REQUIRE(large.marks() == large.memory() - large.size());
        if (factor == 1) {
            small.randomise(1);
            enlarge(team, kind, factor, small, large, scratch.data());
            REQUIRE(largest_difference(large.values(), small.values()) < 1e-6);
        }
    }
    // Keys's kernel reproduces quadratics, the sinc windows a ramp roughly.
    TestMap small(1, 12, 1), large(4, 48, 1);
    for (int x = 0; x < 12; ++x) *small.map().at(0, x) = static_cast<float>(x);
    std::vector<float> scratch(enlarge_scratch(4, 1, 12, 1));
    enlarge(team, kind, 4, small, large, scratch.data());
    for (int x = 12; x < 36; ++x) {
        const double exact = (x + 0.5) / 4 - 0.5;
        REQUIRE(double{*large.map().at(2, x)} == Approx(exact).margin(kind == Interpolation::kBicubic ? 1e-5 : 0.05));
    }
}

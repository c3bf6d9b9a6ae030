#include "ops/resample/upsample.h"

#include <algorithm>
#include <array>

#include "ops/resample/interpolation.h"
#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

TEST_CASE("upsampling agrees with its reference, is the transpose of its gradient and keeps inside", "[upsample]") {
    const Upsampling kind = GENERATE(Upsampling::kNearest, Upsampling::kBilinear);
    for (const int channels : {1, 2, 3, 4, 7, 16, 21, 128, 132})
        for (const auto& [height, width] : std::vector<std::array<int, 2>>{{1, 1}, {1, 4}, {5, 1}, {7, 6}, {66, 3}})
            for (const int extra : {0, 4}) {
                INFO(height << " x " << width << " x " << channels << " extra " << extra);
                TestMap src(height, width, channels, extra), dst(2 * height, 2 * width, channels, extra),
                    dst_ref(2 * height, 2 * width, channels), diff(2 * height, 2 * width, channels, extra),
                    diff_src(height, width, channels, extra), diff_ref(height, width, channels);
                src.randomise(1);
                diff.randomise(2);
                ThreadTeam team(2);
                upsample_forward(team, kind, src, dst);
                upsample_backward(team, kind, diff, diff_src);
                ref::upsample_forward(kind, src, dst_ref);
                ref::upsample_backward(kind, diff, diff_ref);
                REQUIRE(largest_difference(dst.values(), dst_ref.values()) < 5e-7);
                REQUIRE(largest_difference(diff_src.values(), diff_ref.values()) < 2e-6);
                REQUIRE(dot(dst.values(), diff.values()) ==
                        Approx(dot(src.values(), diff_src.values())).epsilon(1e-5).margin(1e-4));
                REQUIRE(dst.marks() == dst.memory() - dst.size());
                REQUIRE(diff_src.marks() == diff_src.memory() - diff_src.size());
            }
}

TEST_CASE("upsampling gives the same bits for any number of threads", "[upsample]") {
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
        ThreadTeam team(threads);
        TestMap src(67, 5, 20), dst(134, 10, 20), back(67, 5, 20);
        upsample_forward(team, Upsampling::kBilinear, src.randomise(1), dst);
        upsample_backward(team, Upsampling::kBilinear, dst, back);
        results.push_back(back.values());
    }
    REQUIRE(results[0] == results[1]);
    REQUIRE(results[0] == results[2]);
}

TEST_CASE("nearest upsampling repeats pixels", "[upsample]") {
    TestMap src(1, 2, 1), dst(2, 4, 1);
    src.set({3, 8});
    ThreadTeam team(1);
    upsample_forward(team, Upsampling::kNearest, src, dst);
    REQUIRE(dst.values() == std::vector<float>{3, 3, 8, 8, 3, 3, 8, 8});
    upsample_backward(team, Upsampling::kNearest, dst, src);
    REQUIRE(src.values() == std::vector<float>{12, 32});
}

TEST_CASE("bilinear upsampling gives PyTorch's numbers", "[upsample]") {
    TestMap src(2, 3, 1), dst(4, 6, 1), diff(4, 6, 1), diff_src(2, 3, 1);
    set_pattern(src, kSrcPattern);
    set_pattern(diff, kDiffPattern);
    ThreadTeam team(1);
    upsample_forward(team, Upsampling::kBilinear, src, dst);
    upsample_backward(team, Upsampling::kBilinear, diff, diff_src);
    // torch.nn.functional.interpolate(scale_factor=2, mode="bilinear", align_corners=False), PyTorch 1.13.
    REQUIRE(dst.values() == std::vector<float>{-1.25f,   -0.9375f,   -0.3125f,   0.3125f,  0.9375f,  1.25f,
                                               -0.8125f, -0.671875f, -0.390625f, 0.0625f,  0.6875f,  1.0f,
                                               0.0625f,  -0.140625f, -0.546875f, -0.4375f, 0.1875f,  0.5f,
                                               0.5f,     0.125f,     -0.625f,    -0.6875f, -0.0625f, 0.25f});
    REQUIRE(diff_src.values() == std::vector<float>{-1.84375f, -0.625f, 1.46875f, 1.21875f, -1.5f, -0.71875f});
}

TEST_CASE("the filter of an enlargement agrees with its reference and is the transpose of its gradient", "[upsample]") {
    const Upsampling kind = GENERATE(Upsampling::kNearest, Upsampling::kBilinear);
    for (const int channels : {1, 3, 16, 21, 128})
        for (const auto& [height, width] : std::vector<std::array<int, 2>>{{1, 1}, {2, 5}, {9, 8}, {3, 71}, {66, 3}})
            for (const int extra : {0, 4}) {
                INFO(height << " x " << width << " x " << channels << " extra " << extra);
                TestMap src(height + 3, width + 3, channels, extra), dst(height, width, channels, extra),
                    dst_ref(height, width, channels), diff(height, width, channels, extra),
                    diff_src(height + 3, width + 3, channels, extra), diff_ref(height + 3, width + 3, channels);
                src.randomise(1);
                diff.randomise(2);
                dst.randomise(3);
                dst_ref.randomise(3);
                const std::vector<float> start = dst.values();
                ThreadTeam team(2);
                interpolate_forward(team, kind, src, dst);
                interpolate_backward(team, kind, diff, diff_src);
                ref::interpolate_forward(kind, src, dst_ref);
                ref::interpolate_backward(kind, diff, diff_ref);
                REQUIRE(largest_difference(dst.values(), dst_ref.values()) < 2e-6);
                REQUIRE(largest_difference(diff_src.values(), diff_ref.values()) < 2e-6);
                REQUIRE(dot(dst.values(), diff.values()) - dot(start, diff.values()) ==
                        Approx(dot(src.values(), diff_src.values())).epsilon(1e-5).margin(1e-4));
                REQUIRE(dst.marks() == dst.memory() - dst.size());
                REQUIRE(diff_src.marks() == diff_src.memory() - diff_src.size());
            }
}

TEST_CASE("the filter of an enlargement completes zeros between pixels", "[upsample]") {
    const Upsampling kind = GENERATE(Upsampling::kNearest, Upsampling::kBilinear);
    // Pixels with their edges repeated once, zeros between them: pixel i of src lies at 2i + 2 of the spread map.
    TestMap src(3, 5, 2), spread(9, 13, 2), dst(6, 10, 2), expected(6, 10, 2);
    src.randomise(1);
    spread.fill(0);
    dst.fill(0);
    for (int y = -1; y <= 3; ++y)
        for (int x = -1; x <= 5; ++x) {
            const float* from = src.map().at(std::clamp(y, 0, 2), std::clamp(x, 0, 4));
            std::copy_n(from, 2, spread.map().at(2 * y + 2, 2 * x + 2));
        }
    ThreadTeam team(1);
    interpolate_forward(team, kind, spread, dst);
    ref::upsample_forward(kind, src, expected);
    REQUIRE(largest_difference(dst.values(), expected.values()) < 1e-6);
}

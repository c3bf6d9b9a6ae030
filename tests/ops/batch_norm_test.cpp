#include "ops/batch_norm/batch_norm.h"

#include <array>

#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

namespace {

struct Result {
    std::vector<float> mean, inv_std, dst, diff_src, diff_gamma, diff_beta;
};

struct Layer {
    int height, width, channels, extra;
    float slope = 0.2f;
    float offset = 0;  // added to src
    std::vector<float> gamma, beta;

    Layer(int h, int w, int c, int e)
        : height(h),
          width(w),
          channels(c),
          extra(e),
          gamma(random_values(static_cast<std::size_t>(c), 5, 3)),
          beta(random_values(static_cast<std::size_t>(c), 6)) {}

    TestMap& prepare(TestMap& map, std::uint64_t stream, float add) const {
        std::vector<float> values = random_values(map.size(), stream, 2);
        for (float& value : values) value += add;
        map.set(values);
        return map;
    }
    Result run(int threads, bool in_place = false) const { return compute(threads, in_place); }
    Result run_ref() const { return compute(0, false); }

  private:
    Result compute(int threads, bool in_place) const {
        TestMap src(height, width, channels, extra), diff_dst(height, width, channels, extra),
            dst(height, width, channels, 3 * extra), diff_src(height, width, channels, extra);
        prepare(src, 1, offset);
        prepare(diff_dst, 2, 0.25f);
        const auto count = static_cast<std::size_t>(channels);
        Result r;
        for (auto* v : {&r.mean, &r.inv_std, &r.diff_gamma, &r.diff_beta}) v->assign(count, kMark);
        const BatchNormState state{r.mean.data(), r.inv_std.data()};
        TestMap& diff_out = in_place ? diff_dst : diff_src;
        if (threads == 0) {
            ref::batch_norm_forward(src, gamma.data(), beta.data(), slope, state, dst);
            ref::batch_norm_backward(src, diff_dst, gamma.data(), beta.data(), slope, state, diff_out,
                                     r.diff_gamma.data(), r.diff_beta.data());
        } else {
            ThreadTeam team(threads);
            std::vector<float> scratch(batch_norm_scratch(height, width, channels));
            batch_norm_forward(team, src, gamma.data(), beta.data(), slope, state, dst, scratch.data());
            scratch.assign(scratch.size(), kMark);
            TestMap again(height, width, channels, 3 * extra);
            batch_norm_repeat(team, src, gamma.data(), beta.data(), slope, state, again, scratch.data());
            REQUIRE(again.values() == dst.values());
            scratch.assign(scratch.size(), kMark);
            batch_norm_backward(team, src, diff_dst, gamma.data(), beta.data(), slope, state, diff_out,
                                r.diff_gamma.data(), r.diff_beta.data(), scratch.data());
        }
        r.dst = dst.values();
        r.diff_src = diff_out.values();
        REQUIRE(dst.marks() == dst.memory() - dst.size());
        REQUIRE(diff_out.marks() == diff_out.memory() - diff_out.size());
        return r;
    }
};

void require_same(const Result& a, const Result& b) {
    REQUIRE(a.mean == b.mean);
    REQUIRE(a.inv_std == b.inv_std);
    REQUIRE(a.dst == b.dst);
    REQUIRE(a.diff_src == b.diff_src);
    REQUIRE(a.diff_gamma == b.diff_gamma);
    REQUIRE(a.diff_beta == b.diff_beta);
}

// Flat maps: random numbers of variance 1/3, or nothing to normalise at a single pixel.
void require_near(const Result& a, const Result& b, double pixels) {
    REQUIRE(largest_difference(a.mean, b.mean) < 1e-6);
    REQUIRE(largest_difference(a.inv_std, b.inv_std) < 1e-5);
    REQUIRE(largest_difference(a.dst, b.dst) < 2e-5);
    REQUIRE(largest_difference(a.diff_src, b.diff_src) < 5e-5);
    REQUIRE(largest_difference(a.diff_gamma, b.diff_gamma) < 1e-6 * pixels + 1e-4);
    REQUIRE(largest_difference(a.diff_beta, b.diff_beta) < 1e-6 * pixels + 1e-6);
}

}  // namespace

TEST_CASE("batch norm agrees with its reference on awkward shapes", "[batch_norm]") {
    for (const int channels : {1, 2, 3, 4, 5, 16, 19, 64, 128, 132})
        for (const auto& [height, width] : std::vector<std::array<int, 2>>{{7, 5}, {65, 3}, {130, 9}})
            for (const int extra : {0, 4}) {
                INFO(height << " x " << width << " x " << channels << " extra " << extra);
                const Layer layer(height, width, channels, extra);
                require_near(layer.run(2), layer.run_ref(), height * width);
            }
}

TEST_CASE("batch norm of one pixel is beta, and no gradient goes through it", "[batch_norm]") {
    const Layer layer(1, 1, 21, 2);
    const Result result = layer.run(1);
    for (std::size_t c = 0; c < 21; ++c) {
        const float beta = layer.beta[c];
        REQUIRE(double{result.dst[c]} == Approx(double{beta > 0 ? beta : layer.slope * beta}).margin(1e-4));
        REQUIRE(std::abs(result.diff_src[c]) < 1e-2f);
    }
}

TEST_CASE("batch norm keeps its accuracy where the mean is large", "[batch_norm]") {
    Layer layer(70, 33, 20, 0);
    layer.offset = 300;
    const Result simd = layer.run(2), ref = layer.run_ref();
    REQUIRE(largest_difference(simd.mean, ref.mean) < 4e-5);
    REQUIRE(largest_difference(simd.inv_std, ref.inv_std) < 2e-5);
    REQUIRE(largest_difference(simd.dst, ref.dst) < 1e-3);
}

TEST_CASE("batch norm gives the same bits for any number of threads, in place or not", "[batch_norm]") {
    const Layer layer(129, 17, 132, 4);
    const Result one = layer.run(1);
    require_same(one, layer.run(2));
    require_same(one, layer.run(4));
    require_same(one, layer.run(2, true));
}

TEST_CASE("batch norm's gradients are those of finite differences", "[batch_norm]") {
    constexpr int kHeight = 4, kWidth = 3, kChannels = 2;
    std::vector<float> gamma = {1.3f, -0.7f}, beta = {0.1f, -0.2f}, state(4), scratch(batch_norm_scratch(4, 3, 2));
    ThreadTeam team(1);
    TestMap src(kHeight, kWidth, kChannels), dst(kHeight, kWidth, kChannels), diff(kHeight, kWidth, kChannels),
        diff_src(kHeight, kWidth, kChannels);
    src.randomise(3);
    diff.randomise(4);
    const float slope = GENERATE(1.0f, 0.9f);  // near 1, a kink between two differences hardly shows
    const BatchNormState memory{state.data(), state.data() + 2};
    const auto loss = [&] {
        batch_norm_forward(team, src, gamma.data(), beta.data(), slope, memory, dst, scratch.data());
        return dot(dst.values(), diff.values());
    };
    loss();
    std::vector<float> diff_gamma(2), diff_beta(2);
    batch_norm_backward(team, src, diff, gamma.data(), beta.data(), slope, memory, diff_src, diff_gamma.data(),
                        diff_beta.data(), scratch.data());
    const auto require_slope = [&](float& at, float gradient) {
        constexpr float kStep = 1.0f / 256;
        const float before = at;
        at = before + kStep;
        const double up = loss();
        at = before - kStep;
        const double down = loss();
        at = before;
        REQUIRE((up - down) / double{2 * kStep} == Approx(double{gradient}).epsilon(0.01).margin(2e-3));
    };
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            for (int c = 0; c < kChannels; ++c) require_slope(src.map().at(y, x)[c], diff_src.map().at(y, x)[c]);
    for (std::size_t c = 0; c < 2; ++c) {
        require_slope(gamma[c], diff_gamma[c]);
        require_slope(beta[c], diff_beta[c]);
    }
}

TEST_CASE("batch norm and LeakyReLU give PyTorch's numbers", "[batch_norm]") {
    TestMap src(3, 4, 2), dst(3, 4, 2), diff(3, 4, 2);
    set_pattern(src, kSrcPattern);
    set_pattern(diff, kDiffPattern);
    const std::vector<float> gamma = {1.5f, -0.5f}, beta = {0.25f, 0.1f};
    std::vector<float> state(4), diff_gamma(2), diff_beta(2), scratch(batch_norm_scratch(3, 4, 2));
    ThreadTeam team(1);
    const BatchNormState memory{state.data(), state.data() + 2};
    batch_norm_forward(team, src, gamma.data(), beta.data(), 0.2f, memory, dst, scratch.data());
    batch_norm_backward(team, src, diff, gamma.data(), beta.data(), 0.2f, memory, diff, diff_gamma.data(),
                        diff_beta.data(), scratch.data());
    // torch.nn.functional.batch_norm and leaky_relu in double precision, PyTorch 1.13.
    const std::vector<float> expected = {-0.3709026f, 0.5103139f,  0.5279546f,  -0.0567684f, 2.9104222f,  0.6691451f,
                                         0.051461f,   -0.0250022f, 1.4809416f,  -0.1203009f, -0.2756039f, 0.3514827f,
                                         1.0044481f,  -0.0885346f, -0.3709026f, 0.5103139f,  -0.0850065f, 0.0338203f,
                                         1.9574352f,  0.9868074f,  -0.1803052f, 0.1926515f,  1.4809416f,  -0.1203009f};
    const std::vector<float> expected_diff = {
        -0.689463f,  -0.2309809f, 0.8426623f,  0.197634f,   -2.008953f,  -0.4945947f, 1.7941802f,  0.18815f,
        -0.1073864f, 0.1530695f,  -0.6879938f, -0.2850293f, 0.8441315f,  0.1435855f,  -0.4988656f, -0.5486432f,
        0.4585291f,  -0.0754639f, -0.1059172f, 1.201814f,   -0.6865246f, -0.3390778f, 0.8456007f,  0.089537f};
    REQUIRE(largest_difference(dst.values(), expected) < 2e-6);
    REQUIRE(largest_difference(diff.values(), expected_diff) < 2e-6);
    REQUIRE(largest_difference(diff_gamma, {-0.02911905f, -3.21368417f}) < 2e-6);
    REQUIRE(largest_difference(diff_beta, {0.7f, 5.0f}) < 2e-6);
}

TEST_CASE("batch norm of an enlargement is that of the enlarged map", "[batch_norm]") {
    const Upsampling kind = GENERATE(Upsampling::kNearest, Upsampling::kBilinear);
    for (const int channels : {1, 3, 16, 21, 132})
        for (const auto& [height, width] : std::vector<std::array<int, 2>>{{1, 1}, {1, 6}, {7, 5}, {66, 3}})
            for (const float offset : {0.0f, 20.0f}) {
                INFO(height << " x " << width << " x " << channels << " offset " << offset);
                const auto count = static_cast<std::size_t>(channels);
                const std::vector<float> gamma = random_values(count, 5, 3), beta = random_values(count, 6);
                TestMap src(height, width, channels, 4), dst(height, width, channels, 8),
                    diff(height, width, channels, 4), diff_src(height, width, channels, 4);
                TestMap large(2 * height, 2 * width, channels), large_dst(2 * height, 2 * width, channels),
                    large_diff(2 * height, 2 * width, channels), large_diff_src(2 * height, 2 * width, channels),
                    enlarged_dst(2 * height, 2 * width, channels), expected_diff_src(height, width, channels);
                std::vector<float> values = random_values(src.size(), 1, 2);
                for (float& value : values) value += offset;
                src.set(values);
                large_diff.randomise(2);

                std::vector<float> mean(count), inv_std(count), expected_mean(count), expected_inv_std(count);
                std::vector<float> diff_gamma(count), diff_beta(count), expected_gamma(count), expected_beta(count);
                const BatchNormState expected{expected_mean.data(), expected_inv_std.data()};
                ref::upsample_forward(kind, src, large);
                ref::batch_norm_forward(large, gamma.data(), beta.data(), 1, expected, large_dst);
                ref::batch_norm_backward(large, large_diff, gamma.data(), beta.data(), 1, expected, large_diff_src,
                                         expected_gamma.data(), expected_beta.data());
                ref::upsample_backward(kind, large_diff_src, expected_diff_src);

                ThreadTeam team(2);
                std::vector<float> scratch(batch_norm_scratch(height, width, channels), kMark);
                const BatchNormState state{mean.data(), inv_std.data()};
                batch_norm_upsampled_forward(team, kind, src, gamma.data(), beta.data(), state, dst, scratch.data());
                ref::upsample_forward(kind, dst, enlarged_dst);
                ref::upsample_backward(kind, large_diff, diff);
                scratch.assign(scratch.size(), kMark);
                batch_norm_upsampled_backward(team, kind, src, diff, gamma.data(), beta.data(), state, diff_src,
                                              diff_gamma.data(), diff_beta.data(), scratch.data());
                const double pixels = 4.0 * height * width;
                REQUIRE(largest_difference(mean, expected_mean) < 5e-6);
                // One pixel leaves no variance but that of rounding.
                const double scale = height * width == 1 ? 0.1 : 1e-4;
                REQUIRE(largest_difference(inv_std, expected_inv_std) < scale);
                REQUIRE(largest_difference(enlarged_dst.values(), large_dst.values()) < 5 * scale);
                REQUIRE(largest_difference(diff_src.values(), expected_diff_src.values()) < 10 * scale);
                REQUIRE(largest_difference(diff_gamma, expected_gamma) < scale + 1e-5 * pixels);
                REQUIRE(largest_difference(diff_beta, expected_beta) < 1e-6 * pixels + 1e-6);
                REQUIRE(dst.marks() == dst.memory() - dst.size());
                REQUIRE(diff_src.marks() == diff_src.memory() - diff_src.size());
                // In place, and for any number of threads, the same bits.
                ThreadTeam alone(1);
                batch_norm_upsampled_backward(alone, kind, src, diff, gamma.data(), beta.data(), state, diff,
                                              diff_gamma.data(), diff_beta.data(), scratch.data());
                REQUIRE(diff.values() == diff_src.values());
            }
}

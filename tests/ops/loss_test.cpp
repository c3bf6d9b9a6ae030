#include <functional>
#include <vector>

#include "ops/loss/pair_loss.h"
#include "ops/loss/recorruption_loss.h"
#include "ops/pair_downsample/pair_downsample.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"
#include "tests/support/xtensor.h"

using namespace twofold;

namespace {

constexpr int kHeight = 3, kWidth = 4, kChannels = 2, kRow = kWidth * kChannels;

// Central differences of `value` with respect to each entry of `at`.
void check_gradient(std::vector<float>& at, const std::vector<float>& gradient, const std::function<double()>& value) {
    for (std::size_t i = 0; i < at.size(); ++i) {
        constexpr float kStep = 1.0f / 128;
        const float before = at[i];
        at[i] = before + kStep;
        const double above = value();
        at[i] = before - kStep;
        const double below = value();
        at[i] = before;
        REQUIRE(gradient[i] == Approx((above - below) / (2.0 * kStep)).margin(2e-4));
    }
}

}  // namespace

TEST_CASE("the pair downsampler averages the diagonals of each block") {
    const float block[] = {1, 2, 3, 4};
    float d1 = 0, d2 = 0;
    ops::pair_downsample_ref(1, 1, 1, {block, 2}, {&d1, 1}, {&d2, 1});
    REQUIRE(d1 == 2.5f);
    REQUIRE(d2 == 2.5f);
    const float edge[] = {1, 0, 0, 1};
    ops::pair_downsample_ref(1, 1, 1, {edge, 2}, {&d1, 1}, {&d2, 1});
    REQUIRE(d1 == 0);
    REQUIRE(d2 == 1);
}

TEST_CASE("the pair downsampler is what its formula says on whole images") {
    const std::vector<float> src = test::random_values(4 * kHeight * kRow, 7);
    std::vector<float> d1(kHeight * kRow), d2(kHeight * kRow);
    ops::pair_downsample_ref(kHeight, kWidth, kChannels, {src.data(), 2 * kRow}, {d1.data(), kRow}, {d2.data(), kRow});
    using xt::range;
    using xt::placeholders::_;
    const std::vector<std::size_t> shape = {2 * kHeight, 2 * kWidth, kChannels}, half = {kHeight, kWidth, kChannels};
    const auto y = xt::adapt(src, shape);
    const auto a = xt::view(y, range(0, _, 2), range(0, _, 2)), b = xt::view(y, range(0, _, 2), range(1, _, 2));
    const auto c = xt::view(y, range(1, _, 2), range(0, _, 2)), d = xt::view(y, range(1, _, 2), range(1, _, 2));
    REQUIRE(xt::allclose(xt::adapt(d1, half), (b + c) / 2.0f, 1e-6, 1e-6));
    REQUIRE(xt::allclose(xt::adapt(d2, half), (a + d) / 2.0f, 1e-6, 1e-6));
}

TEST_CASE("the downsampler's backward pass is its transpose") {
    const std::vector<float> src = test::random_values(4 * kHeight * kRow, 1),
                             g1 = test::random_values(kHeight * kRow, 2), g2 = test::random_values(kHeight * kRow, 3);
    std::vector<float> d1(g1.size()), d2(g2.size()), back(src.size());
    ops::pair_downsample_ref(kHeight, kWidth, kChannels, {src.data(), 2 * kRow}, {d1.data(), kRow}, {d2.data(), kRow});
    ops::pair_downsample_backward_ref(kHeight, kWidth, kChannels, {g1.data(), kRow}, {g2.data(), kRow},
                                      {back.data(), 2 * kRow});
    double there = 0, here = 0;
    for (std::size_t i = 0; i < g1.size(); ++i) there += double{d1[i]} * g1[i] + double{d2[i]} * g2[i];
    for (std::size_t i = 0; i < src.size(); ++i) here += double{src[i]} * back[i];
    REQUIRE(there == Approx(here).epsilon(1e-5));
}

TEST_CASE("the pair loss has the gradient that finite differences show") {
    std::vector<std::vector<float>> v;
    for (std::uint64_t i = 0; i < 6; ++i) v.push_back(test::random_values(kHeight * kRow, 10 + i));
    std::vector<std::vector<float>> g(4, std::vector<float>(kHeight * kRow));
    for (const float consistency : {0.0f, 0.7f}) {
        const auto value = [&] {
            std::vector<float> unused(kHeight * kRow);
            const auto map = [](const std::vector<float>& values) { return ops::ConstMap(values.data(), kRow); };
            const ops::PairLossInput in{kHeight,   kWidth,    kChannels, map(v[0]), map(v[1]),  map(v[2]),
                                        map(v[3]), map(v[4]), map(v[5]), 1.3f,      consistency};
            return ops::pair_loss_ref(
                in, {{g[0].data(), kRow}, {g[1].data(), kRow}, {g[2].data(), kRow}, {g[3].data(), kRow}});
        };
        value();
        const auto expected = g;
        check_gradient(v[2], expected[0], value);
        check_gradient(v[3], expected[1], value);
        if (consistency > 0) {
            check_gradient(v[4], expected[2], value);
            check_gradient(v[5], expected[3], value);
        }
    }
}

TEST_CASE("the recorruption loss has the gradient that finite differences show") {
    const std::vector<float> noise = test::random_values(kHeight * kRow, 20);
    std::vector<float> predicted = test::random_values(kHeight * kRow, 21), gradient(kHeight * kRow);
    const auto value = [&] {
        return ops::recorruption_loss_ref(kHeight, kWidth, kChannels, {noise.data(), kRow}, {predicted.data(), kRow},
                                          2.5f, 0.8f, {gradient.data(), kRow});
    };
    double expected = 0;
    for (std::size_t i = 0; i < noise.size(); ++i) {
        const double error = 2.5 * double{noise[i]} - double{predicted[i]};
        expected += 0.8 * error * error;
    }
    REQUIRE(value() == Approx(expected).epsilon(1e-5));
    const std::vector<float> analytic = gradient;
    check_gradient(predicted, analytic, value);
}

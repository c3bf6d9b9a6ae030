#include <array>

#include "ops/activation/add.h"
#include "ops/activation/bias.h"
#include "ops/activation/sigmoid.h"
#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

TEST_CASE("the sigmoid agrees with its reference", "[activation]") {
    for (const int channels : {1, 3, 4, 17})
        for (const int extra : {0, 3}) {
            ThreadTeam team(2);
            TestMap src(67, 5, channels, extra), dst(67, 5, channels, extra), expected(67, 5, channels);
            src.randomise(1, 30);
            sigmoid_forward(team, src, dst);
            ref::sigmoid_forward(src, expected);
            REQUIRE(largest_difference(dst.values(), expected.values()) < 3e-7);
            REQUIRE(dst.marks() == dst.memory() - dst.size());

            TestMap diff(67, 5, channels, extra), diff_src(67, 5, channels), diff_expected(67, 5, channels);
            sigmoid_backward(team, dst, diff.randomise(2), diff_src);
            ref::sigmoid_backward(dst, diff, diff_expected);
            REQUIRE(largest_difference(diff_src.values(), diff_expected.values()) < 1e-7);
            sigmoid_backward(team, dst, diff, diff);
            REQUIRE(diff.values() == diff_src.values());
            sigmoid_forward(team, src, src);
            REQUIRE(src.values() == dst.values());
        }
}

TEST_CASE("the sigmoid is right at its ends and its gradient that of finite differences", "[activation]") {
    ThreadTeam team(1);
    TestMap src(1, 19, 1), dst(1, 19, 1);
    std::vector<float> values(19, 0.5f);
    values[0] = -1000;
    values[1] = 1000;
    values[2] = 0;
    values[18] = -88;  // the tail of the run
    src.set(values);
    sigmoid_forward(team, src, dst);
    REQUIRE(dst.values()[0] < 1e-30f);
    REQUIRE(dst.values()[1] == 1);
    REQUIRE(dst.values()[2] == 0.5f);
    REQUIRE(double{dst.values()[3]} == Approx(0.6224593312));
    REQUIRE(dst.values()[18] < 1e-30f);

    TestMap diff(1, 19, 1), up(1, 19, 1), down(1, 19, 1);
    diff.fill(1);
    sigmoid_backward(team, dst, diff, diff);
    for (float& value : values) value += 1.0f / 128;
    src.set(values);
    sigmoid_forward(team, src, up);
    for (float& value : values) value -= 2.0f / 128;
    src.set(values);
    sigmoid_forward(team, src, down);
    for (std::size_t i = 0; i < values.size(); ++i)
        REQUIRE(double{up.values()[i] - down.values()[i]} * 64 == Approx(double{diff.values()[i]}).margin(1e-4));
}

TEST_CASE("maps are added", "[activation]") {
    for (const auto& [extra, other] : std::vector<std::array<int, 2>>{{0, 0}, {4, 0}, {0, 3}, {2, 2}}) {
        ThreadTeam team(2);
        TestMap src(66, 7, 5, extra), dst(66, 7, 5, other);
        const std::vector<float> a = src.randomise(1).values(), b = dst.randomise(2).values();
        add(team, src, dst);
        const std::vector<float> sum = dst.values();
        for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(sum[i] == a[i] + b[i]);
        REQUIRE(dst.marks() == dst.memory() - dst.size());
    }
}

TEST_CASE("a bias is put everywhere, and its gradient is the sum of all", "[activation]") {
    for (const int extra : {0, 3}) {
        TestMap dst(130, 7, 5, extra), diff(130, 7, 5, extra);
        const std::vector<float> bias = random_values(5, 1);
        diff.randomise(2);
        ThreadTeam team(2);
        bias_forward(team, bias.data(), dst);
        std::vector<double> expected(5);
        for (int y = 0; y < 130; ++y)
            for (int x = 0; x < 7; ++x)
                for (int c = 0; c < 5; ++c) {
                    REQUIRE(dst.map().at(y, x)[c] == bias[static_cast<std::size_t>(c)]);
                    expected[static_cast<std::size_t>(c)] += double{diff.map().at(y, x)[c]};
                }
        REQUIRE(dst.marks() == dst.memory() - dst.size());
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 4}) {
            ThreadTeam other(threads);
            std::vector<float> sums(5), scratch(bias_scratch(130, 5), kMark);
            bias_backward(other, diff, sums.data(), scratch.data());
            results.push_back(sums);
        }
        for (std::size_t c = 0; c < 5; ++c) REQUIRE(double{results[0][c]} == Approx(expected[c]).margin(1e-3));
        REQUIRE(results[1] == results[0]);
        REQUIRE(results[2] == results[0]);
    }
}

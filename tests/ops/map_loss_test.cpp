#include "ops/loss/squared_error.h"
#include "ops/loss/total_variation.h"
#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

namespace {

constexpr FeatureMap kNoGradient{nullptr, 0, 0, 0, 0, 0};

template <typename Loss>
void require_gradient(TestMap& src, const TestMap& diff, const Loss& loss) {
    constexpr float kStep = 1.0f / 1024;
    for (int y = 0; y < src.map().height; ++y)
        for (int x = 0; x < src.map().width; ++x)
            for (int c = 0; c < src.map().channels; ++c) {
                float& at = src.map().at(y, x)[c];
                const float before = at;
                at = before + kStep;
                const double up = loss();
                at = before - kStep;
                const double down = loss();
                at = before;
                REQUIRE((up - down) / double{2 * kStep} ==
                        Approx(double{diff.map().at(y, x)[c]}).epsilon(2e-3).margin(2e-5));
            }
}

}  // namespace

TEST_CASE("the squared error of a small case is that worked out by hand", "[map_loss]") {
    TestMap src(1, 2, 2), target(1, 2, 2), mask(1, 2, 1), diff(1, 2, 2);
    src.set({1, 2, 3, 4});
    target.set({0, 0, 1, 1});
    mask.set({1, 0.5f});
    ThreadTeam team(1);
    REQUIRE(squared_error(team, src, target, no_map(), diff) == Approx((1 + 4 + 4 + 9) / 4.0));
    REQUIRE(largest_difference(diff.values(), {0.5f, 1, 1, 1.5f}) < 1e-6);
    REQUIRE(squared_error(team, src, target, mask, diff) == Approx((5 + 0.5 * 13) / 3));
    REQUIRE(largest_difference(diff.values(), {2.0f / 3, 4.0f / 3, 2.0f / 3, 1}) < 1e-6);
    REQUIRE(squared_error(team, src, target, mask, kNoGradient) == Approx(11.5 / 3));
    TestMap shift(1, 2, 2);
    shift.set({1, 1, 0, 1});
    REQUIRE(squared_error(team, src, target, no_map(), diff, shift) == Approx((0 + 1 + 4 + 4) / 4.0));
    REQUIRE(largest_difference(diff.values(), {0, 0.5f, 1, 1}) < 1e-6);
    mask.fill(0);
    REQUIRE(squared_error(team, src, target, mask, diff) == 0);
    REQUIRE(diff.values() == std::vector<float>(4, 0.0f));
}

TEST_CASE("the squared error has the gradient of finite differences and the same bits for all teams", "[map_loss]") {
    TestMap src(5, 4, 3, 2), target(5, 4, 3), mask(5, 4, 1, 1), diff(5, 4, 3, 1);
    mask.randomise(3);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 4; ++x) *mask.map().at(y, x) = *mask.map().at(y, x) > 0 ? 1.0f : 0.0f;
    src.randomise(1);
    target.randomise(2);
    ThreadTeam team(2);
    squared_error(team, src, target, mask, diff);
    require_gradient(src, diff, [&] { return squared_error(team, src, target, mask, kNoGradient); });
    REQUIRE(diff.marks() == diff.memory() - diff.size());

    TestMap a(131, 9, 3), b(131, 9, 3);
    a.randomise(4);
    b.randomise(5);
    ThreadTeam one(1), four(4);
    const double loss = squared_error(one, a, b, no_map(), kNoGradient);
    REQUIRE(squared_error(team, a, b, no_map(), kNoGradient) == loss);
    REQUIRE(squared_error(four, a, b, no_map(), kNoGradient) == loss);
}

TEST_CASE("the total variation of a small case is that worked out by hand", "[map_loss]") {
    TestMap src(2, 2, 1), diff(2, 2, 1);
    src.set({0, 3, 4, 4});
    ThreadTeam team(1);
    diff.fill(1);
    // |3| + |4| + |1| + |0|, of four pixels
    REQUIRE(total_variation(team, TotalVariation::kAnisotropic, 0, src, 4, diff) == Approx(2));
    REQUIRE(diff.values() == std::vector<float>{1 - 2, 1 + 1 - 1, 1 + 1, 1 + 1});
    diff.fill(0);
    REQUIRE(total_variation(team, TotalVariation::kIsotropic, 0, src, 4, diff) == Approx((5 + 1) / 4.0));
    REQUIRE(largest_difference(diff.values(), {-1.4f, 0.6f - 1, 0.8f, 1}) < 1e-6);
    src.fill(0.5f);
    diff.fill(0);
    REQUIRE(total_variation(team, TotalVariation::kIsotropic, 0.01f, src, 1, diff) == 0);
    REQUIRE(diff.values() == std::vector<float>(4, 0.0f));
}

TEST_CASE("the total variation has the gradient of finite differences and the same bits for all teams", "[map_loss]") {
    const TotalVariation kind = GENERATE(TotalVariation::kAnisotropic, TotalVariation::kIsotropic);
    TestMap src(5, 4, 3, 2), diff(5, 4, 3, 1);
    src.randomise(1);
    diff.fill(0);
    ThreadTeam team(2);
    total_variation(team, kind, 0.1f, src, 1, diff);
    require_gradient(src, diff, [&] { return total_variation(team, kind, 0.1f, src, 1, kNoGradient); });

    std::vector<std::vector<float>> results;
    std::vector<double> values;
    for (const int threads : {1, 2, 4}) {
        ThreadTeam other(threads);
        TestMap large(131, 9, 3), gradient(131, 9, 3);
        gradient.fill(0);
        values.push_back(total_variation(other, kind, 0.01f, large.randomise(4), 2, gradient));
        results.push_back(gradient.values());
    }
    REQUIRE(values == std::vector<double>(3, values[0]));
    REQUIRE(results[0] == results[1]);
    REQUIRE(results[0] == results[2]);
}

TEST_CASE("the total variation agrees with its reference on awkward shapes", "[map_loss]") {
    const TotalVariation kind = GENERATE(TotalVariation::kAnisotropic, TotalVariation::kIsotropic);
    ThreadTeam team(2);
    for (const int channels : {1, 3, 4, 17})
        for (const int width : {1, 2, 3, 40})
            for (const int height : {1, 2, 66})
                for (const int extra : {0, 2}) {
                    INFO(height << " x " << width << " x " << channels << " extra " << extra);
                    TestMap src(height, width, channels, extra), diff(height, width, channels, extra),
                        expected(height, width, channels);
                    src.randomise(1);
                    // Neighbours that are equal: no derivative.
                    for (int c = 0; c < channels; ++c) src.map().at(0, width - 1)[c] = src.map().at(0, 0)[c];
                    diff.fill(0);
                    expected.fill(0);
                    const auto weight = static_cast<float>(src.size());
                    const float epsilon = width == 3 ? 0.0f : 0.05f;
                    const double value = ref::total_variation(kind, epsilon, src, weight, expected);
                    REQUIRE(total_variation(team, kind, epsilon, src, weight, diff) ==
                            Approx(value).epsilon(1e-6).margin(1e-7));
                    REQUIRE(largest_difference(diff.values(), expected.values()) < 2e-5);
                    REQUIRE(diff.marks() == diff.memory() - diff.size());
                }
}

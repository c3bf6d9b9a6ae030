// Whole-map convolutions: every algorithm against the reference, the reference against finite differences.
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ops/conv2d/conv2d_layer.h"
#include "platform/aligned_memory.h"
#include "platform/cpu.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;
using ops::ConvLayerShape;

namespace {

struct Result {
    std::vector<float> dst, diff_src, diff_weights, diff_bias;
    bool operator==(const Result&) const = default;
};

struct Problem {
    ConvLayerShape shape;
    int gap;  // floats at the end of each row that belong to nobody
    std::vector<float> src, weights, bias, diff;

    explicit Problem(const ConvLayerShape& s, int row_gap = 0) : shape(s), gap(row_gap) {
        src = test::random_values(static_cast<std::size_t>(s.src_height() * src_row()), 1);
        weights = test::random_values(s.weights(), 2);
        bias = test::random_values(static_cast<std::size_t>(s.out), 3);
        diff = test::random_values(static_cast<std::size_t>(s.height * dst_row()), 4);
    }
    int src_row() const { return shape.src_width() * shape.in + gap; }
    int dst_row() const { return shape.width * shape.out + gap; }
};

constexpr float kUntouched = -77;

Result run(const Problem& problem, const std::string& implementation, int threads = 2) {
    const ConvLayerShape& s = problem.shape;
    ThreadTeam team(threads);
    const ops::Conv2dLayer layer(s, implementation, threads);
    const auto packed_memory = platform::allocate_aligned(layer.packed_size() * sizeof(float));
    const auto scratch_memory = platform::allocate_aligned(layer.scratch_size() * sizeof(float));
    auto* packed = reinterpret_cast<float*>(packed_memory.get());
    auto* scratch = reinterpret_cast<float*>(scratch_memory.get());
    // Scratch memory may hold anything, also what is no number.
    std::fill_n(scratch, layer.scratch_size(), std::nanf(""));
    Result r;
    r.dst.assign(problem.diff.size(), kUntouched);
    r.diff_src.assign(problem.src.size(), kUntouched);
    r.diff_weights.assign(s.weights(), kUntouched);
    r.diff_bias.assign(static_cast<std::size_t>(s.out), kUntouched);
    layer.pack(team, problem.weights.data(), packed);
    layer.forward(team, {problem.src.data(), problem.src_row()}, packed, problem.bias.data(),
                  {r.dst.data(), problem.dst_row()}, scratch);
    layer.backward_data(team, {problem.diff.data(), problem.dst_row()}, packed, {r.diff_src.data(), problem.src_row()},
                        scratch);
    layer.backward_weights(team, {problem.src.data(), problem.src_row()}, {problem.diff.data(), problem.dst_row()},
                           r.diff_weights.data(), r.diff_bias.data(), scratch);
    return r;
}

// The largest difference, relative to the largest expected value.
double difference(const std::vector<float>& actual, const std::vector<float>& expected) {
    REQUIRE(actual.size() == expected.size());
    double largest = 0, scale = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(std::isfinite(actual[i]));
        REQUIRE((actual[i] == kUntouched) == (expected[i] == kUntouched));
        if (expected[i] == kUntouched) continue;
        largest = std::max(largest, std::abs(double{actual[i]} - double{expected[i]}));
        scale = std::max(scale, std::abs(double{expected[i]}));
    }
    return scale > 0 ? largest / scale : largest;
}

void require_close(const Result& actual, const Result& expected, double tolerance) {
    REQUIRE(difference(actual.dst, expected.dst) <= tolerance);
    REQUIRE(difference(actual.diff_src, expected.diff_src) <= tolerance);
    REQUIRE(difference(actual.diff_weights, expected.diff_weights) <= tolerance);
    REQUIRE(difference(actual.diff_bias, expected.diff_bias) <= tolerance);
}

std::string text(const ConvLayerShape& s) {
    return std::to_string(s.kernel) + "x" + std::to_string(s.kernel) + " /" + std::to_string(s.stride) + " " +
           std::to_string(s.in) + "->" + std::to_string(s.out) + " on " + std::to_string(s.height) + "x" +
           std::to_string(s.width);
}

// {kernel, stride, in, out, height, width}: every kernel, stride and awkward channel count of the networks.
const std::vector<ConvLayerShape> kShapes = {
    {1, 1, 1, 1, 1, 1},     {1, 1, 128, 4, 5, 19},  {1, 1, 128, 3, 40, 9}, {1, 1, 132, 2, 3, 7}, {1, 1, 128, 128, 9, 8},
    {1, 2, 16, 5, 6, 7},    {1, 2, 132, 4, 3, 5},   {3, 1, 1, 1, 1, 1},    {3, 1, 3, 16, 7, 5},  {3, 1, 32, 128, 6, 10},
    {3, 1, 132, 128, 5, 9}, {3, 1, 128, 132, 5, 9}, {3, 1, 4, 4, 70, 3},   {3, 1, 2, 33, 3, 66}, {3, 2, 32, 128, 6, 9},
    {3, 2, 128, 128, 5, 5}, {3, 2, 1, 3, 8, 1},     {3, 2, 3, 64, 33, 40}, {5, 1, 2, 3, 4, 5},   {5, 1, 16, 17, 1, 12},
    {5, 1, 32, 64, 9, 7},   {3, 1, 4, 128, 70, 21}, {5, 1, 3, 64, 9, 40},  {3, 1, 8, 65, 1, 1},  {5, 2, 2, 16, 5, 3},
    {5, 2, 16, 32, 1, 1},   {5, 2, 20, 8, 7, 9}};

void check_winograd(const std::vector<ConvLayerShape>& shapes) {
    for (const ConvLayerShape& shape : shapes)
        for (const int gap : {0, 24}) {
            INFO(text(shape) << " gap " << gap);
            const Problem problem(shape, gap);
            require_close(run(problem, "winograd"), run(problem, "ref"), 1e-5);
        }
}

}  // namespace

TEST_CASE("the direct layer agrees with the reference", "[conv2d_layer]") {
    for (const ConvLayerShape& shape : kShapes)
        for (const int gap : {0, 24}) {
            INFO(text(shape) << " gap " << gap);
            const Problem problem(shape, gap);
            // Sums of up to some thousand products of numbers below 1/2.
            require_close(run(problem, "direct"), run(problem, "ref"), 5e-6);
        }
}

TEST_CASE("the Winograd layer agrees with the reference", "[conv2d_layer]") {
    // Partial tiles on both sides, maps smaller than a tile, channels that end within a vector, blocks of channels.
    check_winograd({{3, 1, 16, 16, 1, 1},
                    {3, 1, 32, 32, 4, 4},
                    {3, 1, 17, 16, 5, 3},
                    {3, 1, 132, 128, 9, 10},
                    {3, 1, 100, 48, 7, 33},
                    {3, 1, 36, 80, 18, 6}});
}

TEST_CASE("the Winograd layer of stride 2 agrees with the reference", "[conv2d_layer]") {
    check_winograd({{3, 2, 16, 16, 1, 1},
                    {3, 2, 32, 32, 3, 3},
                    {3, 2, 17, 16, 4, 2},
                    {3, 2, 132, 128, 7, 8},
                    {3, 2, 100, 48, 5, 31},
                    {3, 2, 36, 80, 14, 6}});
}

TEST_CASE("the Winograd layer agrees with the reference on larger shapes", "[conv2d_layer][slow]") {
    check_winograd({{3, 1, 20, 144, 64, 35},
                    {3, 1, 256, 256, 6, 7},
                    {3, 1, 128, 128, 24, 22},
                    {3, 2, 20, 144, 64, 35},
                    {3, 2, 256, 256, 6, 7}});
}

TEST_CASE("the Winograd layer's rounding errors stay near those of sums of products", "[conv2d_layer][slow]") {
    // 128 channels of numbers that do not average out to zero, as activations do: the hard case.
    for (const int stride : {1, 2}) {
        Problem problem({3, stride, 128, 128, 32, 32});
        for (float& value : problem.src) value += 0.5f;
        const Result expected = run(problem, "ref"), winograd = run(problem, "winograd");
        require_close(winograd, expected, stride == 1 ? 2e-5 : 5e-6);
    }
}

TEST_CASE("a layer's bits do not depend on the number of threads", "[conv2d_layer][slow]") {
    for (const std::string implementation : {"ref", "direct", "winograd"})
        for (const ConvLayerShape& shape : {ConvLayerShape{3, 1, 32, 48, 37, 70},
                                            {3, 2, 20, 33, 40, 41},
                                            {3, 2, 20, 48, 40, 41},
                                            {5, 1, 3, 16, 64, 33},
                                            {3, 1, 4, 64, 70, 41},
                                            {1, 1, 64, 4, 50, 99}}) {
            if (implementation == "winograd" && (shape.kernel != 3 || shape.in < 16 || shape.out % 16 != 0)) continue;
            INFO(implementation << " " << text(shape));
            const Problem problem(shape);
            const Result one = run(problem, implementation, 1);
            REQUIRE(run(problem, implementation, 2) == one);
            REQUIRE(run(problem, implementation, 4) == one);
        }
}

TEST_CASE("every instruction set of this machine computes the same layers", "[conv2d_layer]") {
    // Register tiles have other sizes where there are other registers.
    const Problem direct({5, 2, 20, 35, 9, 21}), winograd({3, 1, 36, 80, 18, 21}), halving({3, 2, 36, 80, 9, 11});
    const Result expected_direct = run(direct, "ref"), expected_winograd = run(winograd, "ref"),
                 expected_halving = run(halving, "ref");
    for (std::int64_t rest = platform::simd_targets(); rest != 0; rest &= rest - 1) {
        const std::int64_t target = rest & -rest;
        INFO(hwy::TargetName(target));
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(target);
        const Result actual_direct = run(direct, "direct"), actual_winograd = run(winograd, "winograd"),
                     actual_halving = run(halving, "winograd");
        hwy::SetSupportedTargetsForTest(0);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        require_close(actual_direct, expected_direct, 5e-6);
        require_close(actual_winograd, expected_winograd, 1e-5);
        require_close(actual_halving, expected_halving, 5e-6);
    }
}

TEST_CASE("the reference layer's gradients agree with finite differences", "[conv2d_layer]") {
    for (const ConvLayerShape& shape : {ConvLayerShape{3, 1, 2, 3, 3, 4}, {3, 2, 2, 2, 2, 3}, {5, 2, 1, 2, 2, 2}}) {
        INFO(text(shape));
        Problem problem(shape);
        const Result gradients = run(problem, "ref");
        // The sum of dst * diff, whose gradients the backward passes are.
        const auto objective = [&] {
            const Result r = run(problem, "ref", 1);
            double sum = 0;
            for (std::size_t i = 0; i < r.dst.size(); ++i) sum += double{r.dst[i]} * double{problem.diff[i]};
            return sum;
        };
        const auto check = [&](std::vector<float>& values, const std::vector<float>& gradient) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                constexpr float kStep = 1.0f / 64;  // the objective is linear, so the step may be large
                const float before = values[i];
                values[i] = before + kStep;
                const double above = objective();
                values[i] = before - kStep;
                const double below = objective();
                values[i] = before;
                REQUIRE(double{gradient[i]} == Approx((above - below) / (2.0 * double{kStep})).margin(1e-4));
            }
        };
        check(problem.src, gradients.diff_src);
        check(problem.weights, gradients.diff_weights);
        check(problem.bias, gradients.diff_bias);
    }
}

TEST_CASE("a named algorithm is the one that is used", "[conv2d_layer]") {
    const ConvLayerShape shape{3, 1, 64, 64, 40, 40};
    for (const std::string name : {"winograd", "direct", "ref"})
        REQUIRE(ops::Conv2dLayer(shape, name, 1).algorithm() == name);
    for (const std::string name : {"auto", "simd"}) {
        REQUIRE(ops::Conv2dLayer(shape, name, 1).algorithm() == std::string("winograd"));
        REQUIRE(ops::Conv2dLayer({3, 1, 64, 64, 8, 8}, name, 1).algorithm() == std::string("direct"));
        REQUIRE(ops::Conv2dLayer({3, 2, 64, 64, 40, 40}, name, 1).algorithm() == std::string("winograd"));
        REQUIRE(ops::Conv2dLayer({3, 2, 16, 64, 40, 40}, name, 1).algorithm() == std::string("direct"));
        REQUIRE(ops::Conv2dLayer({5, 2, 3, 7, 40, 40}, name, 1).algorithm() == std::string("direct"));
    }
    REQUIRE_THROWS_AS(ops::Conv2dLayer(shape, "no such kernel", 1), Error);
    REQUIRE_THROWS_AS(ops::Conv2dLayer({3, 2, 64, 60, 40, 40}, "winograd", 1), Error);
    REQUIRE_THROWS_AS(ops::Conv2dLayer({1, 1, 64, 64, 40, 40}, "winograd", 1), Error);
    REQUIRE_THROWS_AS(ops::Conv2dLayer({3, 1, 3, 64, 40, 40}, "winograd", 1), Error);
}

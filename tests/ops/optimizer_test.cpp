#include <cmath>
#include <vector>

#include "ops/optimizer/adam.h"
#include "ops/optimizer/muon.h"
#include "platform/aligned_memory.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;

TEST_CASE("Adam's first steps are what the paper's algorithm gives") {
    // g = 0.5 then -0.25, by hand: m = 0.05, v = 0.00025; corrected 0.5 and 0.25; step 0.1 * 0.5 / 0.5.
    float parameter = 1, first = 0, second = 0;
    const float g1 = 0.5f, g2 = -0.25f;
    ops::adam_step(1, 1, 0.1, {}, &g1, &first, &second, &parameter);
    REQUIRE(parameter == Approx(0.9).margin(1e-6));
    ops::adam_step(1, 2, 0.1, {}, &g2, &first, &second, &parameter);
    // m = 0.02, v = 0.00031225; corrected 0.02 / 0.19 and 0.00031225 / 0.001999.
    const double expected = 0.9 - 0.1 * (0.02 / 0.19) / std::sqrt(0.00031225 / 0.001999);
    REQUIRE(parameter == Approx(expected).margin(1e-6));
}

TEST_CASE("Adam finds the minimum of a bowl") {
    std::vector<float> x = {3, -2}, first(2), second(2), gradient(2);
    for (int step = 1; step <= 2000; ++step) {
        gradient = {2 * (x[0] - 1), 20 * (x[1] + 0.5f)};
        ops::adam_step(2, step, 0.02, {}, gradient.data(), first.data(), second.data(), x.data());
    }
    REQUIRE(x[0] == Approx(1).margin(1e-2));
    REQUIRE(x[1] == Approx(-0.5).margin(1e-2));
}

TEST_CASE("Muon agrees with its plain form on every layer's shape") {
    for (const ops::MuonShape shape :
         {ops::MuonShape{27, 48}, {432, 48}, {48, 3}, {9, 16}, {48, 1}, {576, 64}, {900, 16}}) {
        INFO(shape.rows << "x" << shape.columns);
        std::vector<float> weights = test::random_values(shape.size(), 1), expected = weights;
        std::vector<float> momentum(shape.size()), expected_momentum(shape.size());
        const auto scratch = platform::allocate_aligned(ops::Muon(shape).scratch_size() * sizeof(float));
        for (std::uint64_t step = 0; step < 3; ++step) {
            const std::vector<float> gradient = test::random_values(shape.size(), 2 + step);
            ops::muon_step(shape, 0.1, 0.95,
                           {gradient.data(), momentum.data(), weights.data(), reinterpret_cast<float*>(scratch.get())});
            ops::muon_step_ref(shape, 0.1, 0.95, {gradient.data(), expected_momentum.data(), expected.data(), nullptr});
        }
        for (std::size_t i = 0; i < weights.size(); ++i) REQUIRE(weights[i] == Approx(expected[i]).margin(2e-4));
    }
}

TEST_CASE("Muon agrees with its plain form where singular values are far apart") {
    // Three directions that hold nearly all of the gradient, as in training, and what is a thousandth of them or
    // nothing.
    const ops::MuonShape shape{288, 64};
    for (const float small : {1e-3f, 1e-5f, 0.0f}) {
        INFO(small);
        std::vector<float> gradient = test::random_values(shape.size(), 1), momentum(shape.size()),
                           weights(shape.size()), expected_momentum(shape.size()), expected(shape.size());
        const std::vector<float> left = test::random_values(3 * 288, 2), right = test::random_values(3 * 64, 3);
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            gradient[i] *= small;
            for (std::size_t k = 0; k < 3; ++k) gradient[i] += left[3 * (i / 64) + k] * right[3 * (i % 64) + k];
        }
        const auto scratch = platform::allocate_aligned(ops::Muon(shape).scratch_size() * sizeof(float));
        ops::muon_step(shape, 1, 0.95,
                       {gradient.data(), momentum.data(), weights.data(), reinterpret_cast<float*>(scratch.get())});
        ops::muon_step_ref(shape, 1, 0.95, {gradient.data(), expected_momentum.data(), expected.data(), nullptr});
        double error = 0, size = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            error += std::pow(double{weights[i]} - double{expected[i]}, 2);
            size += std::pow(double{expected[i]}, 2);
        }
        REQUIRE(std::sqrt(error / size) < 1e-3);
    }
}

TEST_CASE("Muon's update has singular values near one") {
    const ops::MuonShape shape{64, 16};
    std::vector<float> weights(shape.size()), momentum(shape.size());
    const std::vector<float> gradient = test::random_values(shape.size(), 9);
    ops::muon_step_ref(shape, 1, 0, {gradient.data(), momentum.data(), weights.data(), nullptr});
    // Columns of an orthogonal matrix have unit length; Newton-Schulz stops within about a third of that.
    for (int c = 0; c < shape.columns; ++c) {
        double squares = 0;
        for (int r = 0; r < shape.rows; ++r) {
            const double value = weights[static_cast<std::size_t>(r * shape.columns + c)];
            squares += value * value;
        }
        REQUIRE(std::sqrt(squares) > 0.6);
        REQUIRE(std::sqrt(squares) < 1.35);
    }
}

// The parts of a fit: optimiser, learning rate, variance of the outputs, rules to stop.
#include <array>
#include <cmath>
#include <deque>
#include <vector>

#include "pipelines/common/prior/optimizer.h"
#include "pipelines/common/prior/output_variance.h"
#include "pipelines/common/prior/stop_rule.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::prior;

namespace {

// An optimiser with its memory, on parameters and gradients that are random numbers.
struct OptimizerBench {
    ThreadTeam team;
    ParameterOptimizer optimizer;
    Arena arena;
    std::vector<float> parameters;

    OptimizerBench(const ParameterLayout& layout, const Recipe& recipe, int threads)
        : team(threads), optimizer(layout, recipe), parameters(test::random_values(layout.size(), 1)) {
        ArenaPlan plan;
        optimizer.reserve(plan);
        arena = Arena(plan);
        optimizer.reset(arena);
    }
    void run(int steps, double rate) {
        for (int step = 1; step <= steps; ++step) {
            const auto gradient = test::random_values(parameters.size(), static_cast<std::uint64_t>(100 + step));
            optimizer.step(team, arena, step, rate, gradient.data(), parameters.data());
        }
    }
};

// More parameters than one task moves.
ParameterLayout layout_of_two_units() {
    ParameterLayout layout;
    layout.add_unit(3, 40, 30);
    layout.add_unit(1, 30, 50);
    return layout;
}

}  // namespace

TEST_CASE("the rate falls linearly to a twentieth after its share of the steps", "[prior]") {
    Recipe recipe;
    recipe.learning_rate = 0.4;
    for (const std::int64_t step : {0, 50, 99}) CHECK(learning_rate(recipe, step, 100) == 0.4);
    recipe.decay_from = 0.5;
    CHECK(learning_rate(recipe, 0, 100) == 0.4);
    CHECK(learning_rate(recipe, 50, 100) == 0.4);
    CHECK(learning_rate(recipe, 75, 100) == Approx(0.4 * 0.525));
    CHECK(learning_rate(recipe, 100, 100) == Approx(0.02));
    for (std::int64_t step = 51; step < 100; ++step)
        CHECK(learning_rate(recipe, step, 100) < learning_rate(recipe, step - 1, 100));
    CHECK(learning_rate(recipe, 0, 1) == 0.4);
}

TEST_CASE("Adam moves every parameter of a network by the formula", "[prior]") {
    const ParameterLayout layout = layout_of_two_units();
    const Recipe recipe;
    OptimizerBench bench(layout, recipe, 2);
    const std::vector<float> start = bench.parameters;
    bench.run(3, 0.01);
    std::array<std::vector<float>, 3> gradients;
    for (std::size_t k = 0; k < 3; ++k) gradients[k] = test::random_values(start.size(), 101 + k);
    double largest = 0;
    for (std::size_t i = 0; i < start.size(); ++i) {
        double first = 0, second = 0, expected = start[i];
        for (int step = 1; step <= 3; ++step) {
            const double gradient = gradients[static_cast<std::size_t>(step - 1)][i];
            first = 0.9 * first + 0.1 * gradient;
            second = 0.999 * second + 0.001 * gradient * gradient;
            expected -=
                0.01 * (first / (1 - std::pow(0.9, step))) / (std::sqrt(second / (1 - std::pow(0.999, step))) + 1e-8);
        }
        largest = std::max(largest, std::abs(expected - double{bench.parameters[i]}));
    }
    CHECK(largest < 1e-6);
}

TEST_CASE("Muon's update of weights is orthogonal, vectors move by Adam", "[prior]") {
    const ParameterLayout layout = layout_of_two_units();
    Recipe recipe;
    recipe.optimizer = Optimizer::kMuon;
    recipe.vector_rate = 0.25;
    OptimizerBench bench(layout, recipe, 2);
    const std::vector<float> start = bench.parameters;
    bench.run(1, 0.02);
    const auto gradient = test::random_values(start.size(), 101);
    for (const ParameterBlock& block : layout.blocks()) {
        const auto rows = static_cast<std::size_t>(block.rows), columns = static_cast<std::size_t>(block.columns);
        if (block.kind != ParameterBlock::Kind::kWeights) {
            // Adam's first step has the size of its rate.
            for (std::size_t i = block.offset; i < block.offset + block.size(); ++i)
                CHECK(start[i] - bench.parameters[i] == Approx(std::copysign(0.02 * 0.25, gradient[i])).epsilon(1e-3));
            continue;
        }
        const double scale = 0.02 * std::sqrt(std::max(1.0, double(columns) / double(rows)));
        const auto update = [&](std::size_t row, std::size_t column) {
            const std::size_t i = block.offset + row * columns + column;
            return (double{start[i]} - double{bench.parameters[i]}) / scale;
        };
        // The Gram matrix of the shorter side is near the identity, and it goes down the gradient.
        const bool tall = rows >= columns;
        const std::size_t side = std::min(rows, columns), length = std::max(rows, columns);
        double off = 0, along = 0;
        for (std::size_t a = 0; a < side; ++a)
            for (std::size_t b = 0; b < side; ++b) {
                double dot = 0;
                for (std::size_t k = 0; k < length; ++k)
                    dot += tall ? update(k, a) * update(k, b) : update(a, k) * update(b, k);
                if (a == b)
                    CHECK((dot > 0.4 && dot < 1.5));
                else
                    off += dot * dot;
            }
        for (std::size_t i = 0; i < block.size(); ++i)
            along += update(i / columns, i % columns) * double{gradient[block.offset + i]};
        INFO("off the diagonal " << off << " of " << side);
        CHECK(off < 0.1 * double(side));
        CHECK(along > 0);
    }
}

TEST_CASE("either optimiser gives the same bits for any number of threads, and forgets when told", "[prior][threads]") {
    const ParameterLayout layout = layout_of_two_units();
    Recipe recipe;
    recipe.optimizer = GENERATE(Optimizer::kAdam, Optimizer::kMuon);
    OptimizerBench one(layout, recipe, 1);
    one.run(3, 0.01);
    for (const int threads : {2, 3}) {
        OptimizerBench more(layout, recipe, threads);
        more.run(2, 0.1);
        more.optimizer.reset(more.arena);
        more.parameters = test::random_values(layout.size(), 1);
        more.run(3, 0.01);
        CHECK(more.parameters == one.parameters);
    }
}

TEST_CASE("the variance of a window is the mean squared distance to its mean", "[prior]") {
    constexpr int kWindow = 7;
    constexpr std::size_t kValues = 50;
    OutputVariance variance(kValues, kWindow, 3);
    ArenaPlan plan;
    variance.reserve(plan);
    const Arena arena(plan);
    for (int round = 0; round < 2; ++round) {
        std::deque<std::vector<float>> last;
        variance.reset();
        for (int step = 0; step < 30; ++step) {
            auto output = test::random_values(kValues, static_cast<std::uint64_t>(step), step < 15 ? 2 : 0.01);
            for (float& value : output) value += 0.5f;
            last.push_back(output);
            if (last.size() > kWindow) last.pop_front();
            double measured = -1;
            const bool full = variance.add(arena, output.data(), &measured);
            REQUIRE(full == (last.size() == kWindow));
            if (!full) continue;
            double plain = 0;
            for (std::size_t i = 0; i < kValues; ++i) {
                double mean = 0;
                for (const auto& one : last) mean += double{one[i]} / kWindow;
                for (const auto& one : last) plain += std::pow(one[i] - mean, 2) / (kWindow * double(kValues));
            }
            CAPTURE(step, round);
            CHECK(measured == Approx(plain).epsilon(1e-5));
        }
    }
}

TEST_CASE("the variance of large outputs is that of a sample of bounded memory", "[prior]") {
    constexpr std::size_t kValues = 200000;
    OutputVariance small(1 << 15, 3, 3), large(kValues, 3, 3), huge(std::int64_t{1} << 33, 3, 3);
    ArenaPlan small_plan, plan, huge_plan;
    small.reserve(small_plan);
    large.reserve(plan);
    huge.reserve(huge_plan);
    CHECK(plan.size() == small_plan.size());
    CHECK(huge_plan.size() == small_plan.size());
    const Arena arena(plan);
    double measured = 0;
    for (int step = 0; step < 3; ++step) {
        const auto output = test::random_values(kValues, static_cast<std::uint64_t>(step), 2);
        large.add(arena, output.data(), &measured);
    }
    // Uniform in [-1, 1): variance 1/3, of which a window of three shows two thirds.
    CHECK(measured == Approx(2. / 9).epsilon(0.02));
}

TEST_CASE("patience ends so many steps after the lowest value", "[prior]") {
    Patience patience(3);
    CHECK_FALSE(patience.exhausted(1000));
    CHECK(patience.step() == -1);
    CHECK(patience.lowest(10, 5.0));
    CHECK_FALSE(patience.lowest(11, 5.0));
    CHECK(patience.lowest(12, 4.0));
    CHECK_FALSE(patience.lowest(13, 4.5));
    CHECK_FALSE(patience.exhausted(14));
    CHECK(patience.exhausted(15));
    CHECK(patience.step() == 12);
}

TEST_CASE("rules to stop follow choice, recipe and noise", "[prior]") {
    NoiseModel noise;
    noise.measured = true;
    noise.mean_sigma = 0.1;
    using Kind = StopRule::Kind;
    CHECK(make_stop_rule(StopChoice::kAuto, RecipeName::kPaper, noise).kind == Kind::kNone);
    for (const RecipeName recipe : {RecipeName::kFast, RecipeName::kBest}) {
        CHECK(make_stop_rule(StopChoice::kAuto, recipe, noise).kind == Kind::kVariance);
        CHECK(make_stop_rule(StopChoice::kAuto, recipe).kind == Kind::kVariance);
        CHECK(make_stop_rule(StopChoice::kNone, recipe, noise).kind == Kind::kNone);
    }
    CHECK(make_stop_rule(StopChoice::kVariance, RecipeName::kPaper).kind == Kind::kVariance);
    const StopRule by_noise = make_stop_rule(StopChoice::kNoise, RecipeName::kFast, noise);
    CHECK(by_noise.kind == Kind::kNoise);
    CHECK(by_noise.noise_variance == Approx(0.01));
    noise.measured = false;
    const auto unmeasured = test::refusal([&] { make_stop_rule(StopChoice::kNoise, RecipeName::kFast, noise); });
    CHECK(unmeasured == ErrorCode::kUnsupported);
    CHECK(unmeasured.sentence.find("too small") != std::string::npos);
    const auto other_task = test::refusal([&] { make_stop_rule(StopChoice::kNoise, RecipeName::kFast); });
    CHECK(other_task == ErrorCode::kUnsupported);
    CHECK(other_task.sentence.find("denoising") != std::string::npos);
}

TEST_CASE("an image bears as many halvings as its coarsest maps can be mirrored", "[prior]") {
    CHECK(possible_scales(1, 1, 3, 5) == 0);
    CHECK(possible_scales(2, 500, 3, 5) == 0);
    CHECK(possible_scales(3, 500, 3, 5) == 1);
    CHECK(possible_scales(4, 4, 3, 5) == 1);
    CHECK(possible_scales(5, 9, 3, 5) == 2);
    CHECK(possible_scales(33, 33, 3, 5) == 5);
    CHECK(possible_scales(512, 512, 3, 5) == 5);
    CHECK(possible_scales(4, 500, 5, 6) == 0);
    CHECK(possible_scales(5, 5, 5, 6) == 1);
    CHECK(possible_scales(129, 129, 5, 6) == 6);
}

// The gradient of the whole loss: against finite differences, and against values computed once with PyTorch from the
// paper's equations in double precision.
#include <cmath>
#include <vector>

#include "pipelines/zsn2n/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

constexpr int kWidth = 10, kHeight = 12, kChannels = 3;

test::FloatImage wave_image() {
    test::FloatImage image(kWidth, kHeight, kChannels);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            for (int c = 0; c < kChannels; ++c)
                image.at(x, y, c) = static_cast<float>(0.5 + 0.3 * std::sin(0.7 * x + 1.3 * c) * std::cos(0.5 * y) +
                                                       0.1 * std::sin(12.9898 * (y * kWidth + x) + 78.233 * c));
    return image;
}

// A trainer with everything that it refers to.
struct Bench {
    test::FloatImage image = wave_image();
    NoiseModel noise;
    ops::NormalTable normals;
    NoiseTexture texture;
    ThreadTeam team{2};
    Network network;
    Trainer trainer;
    Arena arena;

    // With `correlated` the noise that is added is alike in neighbouring pixels.
    explicit Bench(const Recipe& recipe, const char* implementation = "auto", bool correlated = false)
        : texture(test::noisy_scene(32, 32, kChannels, 0.1).view(), {}),
          network({kChannels, recipe.width, recipe.depth, recipe.fold}, implementation),
          trainer(network, recipe, {image.view(), {}, 7, &noise, &normals, correlated ? &texture : nullptr}, team) {
        for (auto& knots : noise.sigma) knots.fill(0.1f);
        ArenaPlan plan;
        trainer.reserve(plan);
        arena = Arena(plan);
        trainer.reset(arena);
    }

    // 0.15 sin(0.37 i + layer) for weights, 0.05 cos(0.9 i + layer) for biases.
    void set_waves() {
        for (int l = 0; l < network.shape().layers(); ++l) {
            const LayerShape layer = network.shape().layer(l);
            float* p = trainer.parameters(arena).data() + layer.offset;
            for (std::size_t i = 0; i < layer.weights(); ++i)
                p[i] = static_cast<float>(0.15 * std::sin(0.37 * static_cast<double>(i) + l));
            for (int i = 0; i < layer.out; ++i)
                p[layer.weights() + static_cast<std::size_t>(i)] = static_cast<float>(0.05 * std::cos(0.9 * i + l));
        }
    }
};

Recipe paper_in_one_patch(int patch) {
    Recipe recipe = make_recipe(RecipeName::kPaper);
    recipe.patch = patch;
    return recipe;
}

double norm(const float* values, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += double{values[i]} * double{values[i]};
    return std::sqrt(sum);
}

}  // namespace

TEST_CASE("loss and gradient equal those of the PyTorch reference") {
    struct Expected {
        double norm, first, last, bias_norm;
    };
    const Expected expected[] = {{6.10094365e-03, -4.64175551e-04, -3.46888388e-05, 3.06782146e-03},
                                 {2.69767707e-02, -7.14924592e-05, -3.19265019e-05, 3.76892392e-02},
                                 {9.79956303e-03, -1.82993857e-04, -1.66093116e-03, 5.06964802e-02}};
    // One patch, and patches of four pixels whose halos overlap: the same sums in another order.
    for (const int patch : {64, 4})
        for (const char* implementation : {"auto", "simd", "ref"}) {
            INFO(patch << " " << implementation);
            Bench bench(paper_in_one_patch(patch), implementation);
            bench.set_waves();
            REQUIRE(bench.trainer.gradient(bench.arena, 0) == Approx(0.0032746094).epsilon(1e-5));
            const float* gradient = bench.trainer.gradient_sum(bench.arena).data();
            for (int l = 0; l < 3; ++l) {
                const LayerShape layer = bench.network.shape().layer(l);
                const float* g = gradient + layer.offset;
                const Expected& e = expected[l];
                REQUIRE(norm(g, layer.weights()) == Approx(e.norm).epsilon(1e-4));
                REQUIRE(g[0] == Approx(e.first).epsilon(1e-3));
                REQUIRE(g[layer.weights() - 1] == Approx(e.last).epsilon(1e-3));
                REQUIRE(norm(g + layer.weights(), static_cast<std::size_t>(layer.out)) ==
                        Approx(e.bias_norm).epsilon(1e-4));
            }
        }
}

TEST_CASE("the gradient of every loss agrees with finite differences") {
    // Weights of the terms: the paper's, the recorruption alone, and all together; the recorruption also of blocks.
    struct Case {
        LossTerms terms;
        int fold;
        bool correlated;
    };
    const Case cases[] = {{{1, 1, 0, 0.5f}, 1, false},    {{0, 0, 1, 0.5f}, 1, false}, {{1, 0, 0.5f, 1.0f}, 1, false},
                          {{0.5f, 1, 1, 0.7f}, 1, false}, {{0, 0, 1, 0.8f}, 2, false}, {{0, 0, 1, 1.0f}, 2, true}};
    for (const Case& c : cases)
        for (const bool whole : {true, false}) {
            const LossTerms& t = c.terms;
            Recipe recipe = make_recipe(RecipeName::kFast);
            recipe.width = 16;
            recipe.depth = 2;
            recipe.fold = c.fold;
            recipe.loss = t;
            recipe.whole_image = whole;
            recipe.patch = 6;
            recipe.patches = 3;
            Bench bench(recipe, "ref", c.correlated);
            bench.trainer.gradient(bench.arena, 5);
            const std::span<const float> sum = bench.trainer.gradient_sum(bench.arena);
            const std::vector<float> gradient(sum.begin(), sum.end());
            const std::span<float> parameters = bench.trainer.parameters(bench.arena);
            const double length = norm(gradient.data(), gradient.size());
            // Along random directions, where the rounding of a float loss does not drown the difference; LeakyReLU's
            // kinks are what the tolerance is for.
            for (std::uint64_t k = 0; k < 8; ++k) {
                const std::vector<float> direction = test::random_values(gradient.size(), 100 + k, 2);
                const std::vector<float> before(parameters.begin(), parameters.end());
                const double step = 5e-4;
                const auto loss_at = [&](double s) {
                    for (std::size_t i = 0; i < before.size(); ++i)
                        parameters[i] = before[i] + static_cast<float>(s) * direction[i];
                    return bench.trainer.gradient(bench.arena, 5);
                };
                const double numeric = (loss_at(step) - loss_at(-step)) / (2 * step);
                std::copy(before.begin(), before.end(), parameters.begin());
                double analytic = 0;
                for (std::size_t i = 0; i < gradient.size(); ++i)
                    analytic += double{gradient[i]} * double{direction[i]};
                INFO("length " << length << " terms " << t.residual << " " << t.consistency << " " << t.recorruption
                               << " whole " << whole);
                CHECK(numeric == Approx(analytic).margin(0.02 * length).epsilon(0.02));
            }
        }
}

TEST_CASE("a training step is the same for any number of threads") {
    Recipe recipe = make_recipe(RecipeName::kFast);
    recipe.patch = 8;
    recipe.patches = 5;
    std::vector<float> first;
    for (const int threads : {1, 2, 4}) {
        const test::FloatImage image = wave_image();
        NoiseModel noise;
        for (auto& knots : noise.sigma) knots.fill(0.1f);
        const ops::NormalTable normals;
        ThreadTeam team(threads);
        Network network({kChannels, recipe.width, recipe.depth}, "auto");
        Trainer trainer(network, recipe, {image.view(), {}, 7, &noise, &normals}, team);
        ArenaPlan plan;
        trainer.reserve(plan);
        const Arena arena(plan);
        trainer.reset(arena);
        double loss = 0;
        for (int step = 0; step < 10; ++step)
            REQUIRE(trainer.step(
                arena, step, 10, [] { return false; }, &loss));
        const std::span<const float> result = trainer.parameters(arena);
        const std::vector<float> values(result.begin(), result.end());
        if (first.empty()) first = values;
        REQUIRE(values == first);
    }
}

TEST_CASE("a step over a whole large image can be given up between rounds of a few patches") {
    // 256 patches: 32 runs of eight.
    Recipe recipe = paper_in_one_patch(4);
    recipe.width = 16;
    test::FloatImage image = test::noisy_scene(64, 64, 1, 0.1);
    const NoiseModel noise;
    const ops::NormalTable normals;
    std::vector<float> first;
    for (const int threads : {1, 2, 4}) {
        ThreadTeam team(threads);
        Network network({1, recipe.width, recipe.depth}, "auto");
        Trainer trainer(network, recipe, {image.view(), {}, 7, &noise, &normals}, team);
        ArenaPlan plan;
        trainer.reserve(plan);
        const Arena arena(plan);
        trainer.reset(arena);
        const std::span<const float> parameters = trainer.parameters(arena);
        const std::vector<float> start(parameters.begin(), parameters.end());
        double loss = 0;
        int asked = 0;
        CHECK_FALSE(trainer.step(
            arena, 0, 10, [&] { return ++asked == 5; }, &loss));
        CHECK(asked == 5);
        CHECK(std::equal(start.begin(), start.end(), parameters.begin()));
        asked = 0;
        CHECK(trainer.step(
            arena, 0, 10, [&] { return ++asked > 1000; }, &loss));
        // Never more than four patches for each thread in between.
        CHECK(asked == 256 / (4 * threads) - 1);
        const std::vector<float> values(parameters.begin(), parameters.end());
        CHECK(values != start);
        if (first.empty()) first = values;
        CHECK(values == first);
    }
}

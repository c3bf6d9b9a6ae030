// The hourglass network against an independent implementation (PyTorch, double precision) on the same weights, and its
// gradient against differences of its loss.
#include <cmath>
#include <vector>

#include "ops/loss/squared_error.h"
#include "pipelines/common/prior/hourglass.h"
#include "pipelines/common/prior/recipe.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::prior;

namespace {

HourglassShape small_shape() {
    HourglassShape shape;
    shape.height = 16;
    shape.width = 24;
    shape.in = 3;
    shape.out = 3;
    shape.scales = equal_scales(2, 6, 2);
    return shape;
}

// A network with its memory, on a wave as input and another as target.
struct Bench {
    ThreadTeam team;
    Hourglass network;
    Arena arena;
    std::vector<float> parameters, gradient, target;

    explicit Bench(const HourglassShape& shape, int threads = 1, const char* implementation = "auto")
        : team(threads), network(shape, implementation, threads) {
        ArenaPlan plan;
        network.reserve(plan);
        arena = Arena(plan);
        parameters.assign(network.parameters().size(), 0);
        gradient.assign(network.parameters().size(), 0);
        // Values by the place among all parameters, without the gaps between blocks.
        std::size_t place = 0;
        for (const ParameterBlock& block : network.parameters().blocks())
            for (std::size_t i = 0; i < block.size(); ++i, ++place)
                parameters[block.offset + i] =
                    static_cast<float>((block.kind == ParameterBlock::Kind::kGamma ? 1 : 0) +
                                       0.3 * std::sin(0.7 * static_cast<double>(place) + 0.1));
        for (int y = 0; y < shape.height; ++y)
            for (int x = 0; x < shape.width; ++x)
                for (int c = 0; c < shape.out; ++c)
                    target.push_back(
                        static_cast<float>(0.5 + 0.4 * std::cos(0.2 * ((y * shape.width + x) * shape.out + c))));
    }

    double loss() {
        const HourglassShape& shape = network.shape();
        const ops::FeatureMap input = network.input(arena);
        for (int y = 0; y < shape.height; ++y)
            for (int x = 0; x < shape.width; ++x)
                for (int c = 0; c < shape.in; ++c)
                    input.at(y, x)[c] =
                        static_cast<float>(0.5 * std::sin(0.3 * ((y * shape.width + x) * shape.in + c)));
        network.forward(team, arena, parameters.data());
        return ops::squared_error(team, network.output(arena),
                                  ops::dense_map(target.data(), shape.height, shape.width, shape.out), ops::no_map(),
                                  network.output_gradient(arena));
    }
    double loss_and_gradient() {
        const double value = loss();
        network.backward(team, arena, parameters.data(), gradient.data());
        return value;
    }
};

double norm(const Bench& bench, std::size_t block) {
    const ParameterBlock& b = bench.network.parameters().blocks()[block];
    double sum = 0;
    for (std::size_t i = 0; i < b.size(); ++i) sum += std::pow(bench.gradient[b.offset + i], 2);
    return std::sqrt(sum);
}

double middle(const Bench& bench, std::size_t block) {
    const ParameterBlock& b = bench.network.parameters().blocks()[block];
    return bench.gradient[b.offset + b.size() / 2];
}

}  // namespace

TEST_CASE("the hourglass equals an independent implementation on the same weights", "[hourglass]") {
    const char* implementation = GENERATE("auto", "ref");
    CAPTURE(implementation);
    Bench bench(small_shape(), 1, implementation);
    CHECK(bench.loss_and_gradient() == Approx(0.085163623).epsilon(1e-5));
    const ops::FeatureMap output = bench.network.output(bench.arena);
    CHECK(output.at(0, 0)[0] == Approx(0.3704631).margin(2e-6));
    CHECK(output.at(7, 11)[1] == Approx(0.4127652).margin(2e-6));
    CHECK(output.at(15, 23)[2] == Approx(0.4419607).margin(2e-6));
    // Of some blocks of parameters: the gradient's norm and the element in the middle.
    struct Expected {
        std::size_t block;
        double norm, middle;
    };
    const Expected expected[] = {
        {0, 1.934022e-01, 1.399443e-02},    // scale 0: first down convolution
        {4, 3.525158e-02, 2.028153e-04},    // second down convolution
        {8, 1.935831e-03, 9.355813e-04},    // gamma after the concatenation
        {10, 1.685676e-02, -2.874150e-04},  // up convolution
        {14, 7.274883e-04, 3.508928e-04},   // skip convolution
        {18, 1.478461e-02, -4.000422e-03},  // 1x1 up convolution
        {21, 5.863487e-03, 1.254225e-03},   // its beta
        {22, 2.065983e-02, 1.910748e-04},   // scale 1: first down convolution
        {26, 9.471401e-03, -5.327871e-05}, {32, 1.429714e-02, 9.439606e-04},
        {40, 1.661324e-02, -5.216091e-03}, {44, 1.458860e-02, 5.955150e-03},  // last convolution
        {45, 1.469442e-02, -9.611977e-03},                                    // its bias
    };
    for (const Expected& e : expected) {
        CAPTURE(e.block);
        CHECK(norm(bench, e.block) == Approx(e.norm).epsilon(2e-3));
        CHECK(middle(bench, e.block) == Approx(e.middle).epsilon(2e-3).margin(2e-7));
    }
}

TEST_CASE("the hourglass' gradient agrees with differences of its loss", "[hourglass]") {
    HourglassShape shape = small_shape();
    SECTION("as in denoising") {}
    SECTION("nearest, without skips") {
        shape.upsampling = ops::Upsampling::kNearest;
        shape.scales = {{4, 5, 0}, {6, 7, 0}};
    }
    SECTION("kernel 5, without 1x1 convolutions") {
        shape.height = shape.width = 32;
        shape.down_kernel = 5;
        shape.up_1x1 = false;
        shape.in = 1;
    }
    SECTION("wide skips, one channel out") {
        shape.scales = {{6, 6, 9}, {5, 5, 3}};
        shape.out = 1;
    }
    SECTION("skips of kernel 3") {
        shape.scales = {{6, 6, 9}, {5, 5, 3}, {4, 4, 2}};
        shape.skip_kernel = 3;
    }
    SECTION("kernel 5, skips of kernel 3") {
        shape.height = shape.width = 32;
        shape.down_kernel = 5;
        shape.skip_kernel = 3;
    }
    SECTION("no scale at all") { shape.scales.clear(); }
    Bench bench(shape);
    bench.loss_and_gradient();
    const std::vector<float> centre = bench.parameters;
    // A direction for each kind of parameter: single precision leaves no more than sums over many.
    for (const auto kind :
         {ParameterBlock::Kind::kWeights, ParameterBlock::Kind::kGamma, ParameterBlock::Kind::kBeta}) {
        double slope = 0, length = 0;
        for (const ParameterBlock& block : bench.network.parameters().blocks())
            if (block.kind == kind)
                for (std::size_t i = block.offset; i < block.offset + block.size(); ++i)
                    slope += double(bench.gradient[i]) * bench.gradient[i], length += 1;
        if (length == 0) continue;
        const double step = 1e-5 / std::sqrt(std::max(slope, 1e-12));
        const auto shifted = [&](double sign) {
            bench.parameters = centre;
            for (const ParameterBlock& block : bench.network.parameters().blocks())
                if (block.kind == kind)
                    for (std::size_t i = block.offset; i < block.offset + block.size(); ++i)
                        bench.parameters[i] += static_cast<float>(sign * step * bench.gradient[i]);
            return bench.loss();
        };
        const double difference = (shifted(1) - shifted(-1)) / (2 * step);
        CAPTURE(static_cast<int>(kind), slope);
        CHECK(difference == Approx(slope).epsilon(0.05));
    }
}

TEST_CASE("the hourglass gives the same bits for any number of threads", "[hourglass][threads]") {
    HourglassShape shape = small_shape();
    shape.height = 64;
    shape.scales = equal_scales(3, 16, 4);
    Bench one(shape, 1);
    one.loss_and_gradient();
    for (const int threads : {2, 4}) {
        Bench more(shape, threads);
        more.loss_and_gradient();
        CHECK(more.gradient == one.gradient);
    }
}

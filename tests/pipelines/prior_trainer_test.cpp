// The training of the prior: that it learns, and that it can be repeated and interrupted.
#include "pipelines/rendered_prior/prior_trainer.h"

#include <cstring>
#include <string>

#include "pipelines/common/noise_network/grey_weights.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::rendered;

namespace {

TrainingRecipe small_recipe(std::int64_t steps) {
    TrainingRecipe recipe = TrainingRecipe::of(PriorSize::kSmall);
    recipe.steps = steps;
    return recipe;
}

using Bytes = std::vector<std::byte>;

Bytes stored(const Checkpoint& checkpoint) {
    Bytes bytes(stored_size(checkpoint));
    store_checkpoint(checkpoint, bytes.data());
    return bytes;
}

ErrorCode refusal(const Bytes& bytes) {
    try {
        load_checkpoint(bytes.data(), bytes.size());
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("training on rendered scenes is repeatable, for any number of threads and across an interruption",
          "[rendered][threads]") {
    PriorTrainer straight(small_recipe(4), 2), begun(small_recipe(4), 1);
    std::vector<double> losses;
    while (!straight.finished()) losses.push_back(straight.step());
    REQUIRE(losses.size() == 4);
    CHECK(begun.step() == losses[0]);
    CHECK(begun.step() == losses[1]);
    const Bytes bytes = stored(begun.checkpoint());
    PriorTrainer resumed(load_checkpoint(bytes.data(), bytes.size()), 0, 2);
    CHECK(resumed.steps_done() == 2);
    CHECK(resumed.step() == losses[2]);
    CHECK(resumed.step() == losses[3]);
    CHECK(resumed.step() == 0);
    CHECK(resumed.weights().values == straight.weights().values);
    CHECK(stored(resumed.checkpoint()) == stored(straight.checkpoint()));
}

TEST_CASE("some steps on rendered scenes take noise away", "[rendered]") {
    TrainingRecipe recipe = small_recipe(60);
    recipe.patch = 48;
    recipe.warm_up = 5;
    recipe.learning_rate = 0.02;
    recipe.decay = 0.4;
    PriorTrainer trainer(recipe, 2);
    while (!trainer.finished()) trainer.step();
    const Validation validation = trainer.validate();
    CHECK(validation.noisy[Validation::kSigma25] == Approx(20.5).margin(0.6));
    CHECK(validation.denoised[Validation::kSigma25] > validation.noisy[Validation::kSigma25] + 1);
    CHECK(validation.denoised[Validation::kSigma50] > validation.noisy[Validation::kSigma50] + 1);
    CHECK(validation.denoised[Validation::kPhotons25] > validation.noisy[Validation::kPhotons25] + 1);
}

TEST_CASE("the rate of a training rises, stays if it is to, and falls to zero", "[rendered]") {
    TrainingRecipe recipe = TrainingRecipe::of(PriorSize::kLarge);
    recipe.steps = 1000;
    CHECK(recipe.rate(0) == Approx(recipe.learning_rate / 100));
    CHECK(recipe.rate(100) == Approx(0.9 * recipe.learning_rate));
    CHECK(recipe.rate(500) == Approx(recipe.learning_rate / 2));
    CHECK(recipe.rate(1000) == 0);
    recipe = TrainingRecipe::of(PriorSize::kStart);
    recipe.steps = 1000;
    CHECK(recipe.rate(99) == recipe.learning_rate);
    CHECK(recipe.rate(600) == Approx(recipe.learning_rate));
    CHECK(recipe.rate(800) == Approx(recipe.learning_rate / 2));
    CHECK(recipe.rate(1000) == 0);
}

TEST_CASE("a training can be made longer, and shorter by what it has not done", "[rendered]") {
    Checkpoint checkpoint;
    checkpoint.recipe = small_recipe(10);
    checkpoint.step = 5;
    CHECK(with_steps(checkpoint, 20).recipe.steps == 20);
    CHECK(with_steps(checkpoint, 20).recipe.seed == checkpoint.recipe.seed);
    CHECK(with_steps(checkpoint, 0).recipe.steps == 10);
    CHECK(with_steps(checkpoint, 5).recipe.steps == 5);
    CHECK_THROWS_AS(with_steps(checkpoint, 4), Error);
}

TEST_CASE("damaged checkpoints are refused", "[rendered]") {
    Checkpoint checkpoint;
    checkpoint.recipe = small_recipe(10);
    checkpoint.step = 3;
    const std::size_t count = checkpoint.recipe.shape().parameters();
    checkpoint.parameters.assign(count, 0.5f);
    checkpoint.first.assign(count, 0.25f);
    checkpoint.second.assign(count, 0.125f);
    const Bytes bytes = stored(checkpoint);
    const Checkpoint loaded = load_checkpoint(bytes.data(), bytes.size());
    CHECK(loaded.step == 3);
    CHECK(loaded.recipe.steps == 10);
    CHECK(loaded.recipe.size == PriorSize::kSmall);
    CHECK(loaded.second == checkpoint.second);

    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{20}, bytes.size() - 1}) {
        const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(refusal(cut) == ErrorCode::kCorruptData);
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK(refusal(longer) == ErrorCode::kCorruptData);
    for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{12}, std::size_t{17}, std::size_t{30},
                                 std::size_t{36}, std::size_t{1000}, bytes.size() - 1}) {
        Bytes flipped = bytes;
        flipped[at] ^= std::byte{4};
        CAPTURE(at);
        CHECK(refusal(flipped) == ErrorCode::kCorruptData);
    }
    checkpoint.first[5] = std::numeric_limits<float>::quiet_NaN();
    CHECK(refusal(stored(checkpoint)) == ErrorCode::kCorruptData);
}

TEST_CASE("a network for colour becomes one for grey that says the same", "[rendered]") {
    Weights weights;
    weights.shape = small_recipe(1).shape();
    weights.values = test::random_values(weights.shape.parameters(), 3, 0.2);
    const Weights grey = grey_weights(weights);
    REQUIRE(grey.shape.channels == 1);
    REQUIRE(grey.values.size() == grey.shape.parameters());

    constexpr std::int64_t kWidth = 45, kHeight = 38;
    test::FloatImage single(kWidth, kHeight, 1), triple(kWidth, kHeight, 3);
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x)
            for (int c = 0; c < 3; ++c)
                triple.at(x, y, c) = single.at(x, y, 0) =
                    0.5f + 0.3f * std::sin(0.3f * static_cast<float>(x * x + 7 * y)) * std::cos(static_cast<float>(y));
    test::FloatImage grey_result(kWidth, kHeight, 1), result(kWidth, kHeight, 3);
    const auto denoise = [](const Weights& network, const test::FloatImage& input, const test::FloatImage& output) {
        zsn2n::Settings settings;
        settings.input = input.view();
        settings.output = output.view();
        settings.weights = &network;
        settings.white = 1;
        settings.threads = 2;
        settings.refine = false;
        zsn2n::Denoiser(settings).run(nullptr, nullptr);
    };
    denoise(weights, triple, result);
    denoise(grey, single, grey_result);
    double largest = 0;
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x) {
            const float mean = (result.at(x, y, 0) + result.at(x, y, 1) + result.at(x, y, 2)) / 3;
            largest = std::max(largest, std::abs(double{mean} - double{grey_result.at(x, y, 0)}));
        }
    CHECK(largest < 1e-5);
    CHECK(grey_result.pixels() != single.pixels());
}

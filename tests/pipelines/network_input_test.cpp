// What the networks of the priors see, above all the image with more noise, or with fewer pixels.
#include "pipelines/common/prior/network_input.h"

#include <array>
#include <memory>

#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::prior;

namespace {

constexpr int kWidth = 45, kHeight = 37, kChannels = 3;

// Noise of the same strength everywhere but in the last channel, where it grows with brightness.
NoiseModel noise_model(float sigma) {
    NoiseModel noise;
    noise.measured = true;
    noise.mean_sigma = double{sigma};
    for (std::size_t c = 0; c < kChannels; ++c)
        for (std::size_t k = 0; k < noise.sigma[c].size(); ++k)
            noise.sigma[c][k] = c == 2 ? sigma * static_cast<float>(k) / NoiseModel::kIntervals : sigma;
    return noise;
}

// A task that keeps the pixels marked in `known`, rows of the image's width; all where that is empty.
class KeepingTerm final : public DataTerm {
  public:
    std::vector<float> known;

    void reserve(ArenaPlan&) override {}
    void begin(ThreadTeam&, const Arena&) override {}
    double evaluate(ThreadTeam&, const Arena&, const FitStep&, ops::ConstFeatureMap, ops::FeatureMap) override {
        return 0;
    }
    const float* kept_row(const Arena&, int y) const override {
        return known.empty() ? nullptr : known.data() + std::ptrdiff_t{y} * kWidth;
    }
};

struct Setup {
    test::FloatImage image = test::noisy_scene(kWidth, kHeight, kChannels, 0.03);
    Recipe recipe;
    NoiseModel noise = noise_model(0.1f);
    KeepingTerm term;
    HourglassShape shape;
    ThreadTeam team{2};
    std::unique_ptr<NetworkInput> input;
    Arena arena;

    explicit Setup(InputKind kind = InputKind::kRecorrupted) {
        recipe.input = kind;
        recipe.recorruption = 0.5;
    }
    void begin() {
        shape.height = 64;
        shape.width = 48;
        input = make_network_input(recipe, shape.height, shape.width, image.view(), 1.0f, noise, 5);
        shape.in = input->channels();
        ArenaPlan plan;
        input->reserve(plan);
        arena = Arena(plan);
        input->begin(team, arena, term);
    }
    std::vector<float> write(std::int64_t step) {
        std::vector<float> values(static_cast<std::size_t>(shape.height * shape.width * shape.in), -7.0f);
        input->write(team, arena, step, ops::dense_map(values.data(), shape.height, shape.width, shape.in));
        return values;
    }
    float seen(const std::vector<float>& values, int x, int y, int c) const {
        return values[static_cast<std::size_t>((y * shape.width + x) * shape.in + c)];
    }
};

}  // namespace

TEST_CASE("a recorrupted input and its target's shift are one noise, scaled two ways", "[network_input]") {
    Setup setup;
    setup.recipe.recorruption = GENERATE(0.5, 1.0);
    const double a = setup.recipe.recorruption;
    setup.begin();
    CHECK(setup.shape.in == kChannels);
    const std::vector<float> first = setup.write(0), second = setup.write(1);
    CHECK(setup.write(0) == first);
    setup.write(1);
    const ops::ConstFeatureMap shift = setup.input->target_shift(setup.arena);
    REQUIRE((shift.height == kHeight && shift.width == kWidth && shift.channels == kChannels));
    double squares = 0, of_steps = 0, flat = 0;
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            for (int c = 0; c < kChannels; ++c) {
                const float pixel = setup.image.at(x, y, c);
                const double added = double(setup.seen(second, x, y, c) - pixel), s = double(shift.at(y, x)[c]);
                REQUIRE(s == Approx(-added / (a * a)).margin(1e-5));
                squares += s * s;
                of_steps += added * double(setup.seen(first, x, y, c) - pixel);
                if (c < 2) flat += added * added;
            }
    // What is mirrored beyond the edges has the noise of its pixel, of the strength measured there.
    for (const int x : {45, 47})
        for (const int y : {30, 37, 63}) {
            const int from_x = 88 - x, from_y = y < kHeight ? y : 72 - y;
            for (int c = 0; c < 2; ++c)
                REQUIRE(setup.seen(second, x, y, c) == Approx(setup.seen(second, from_x, from_y, c)).margin(1e-5));
        }
    constexpr double kCount = double(kHeight) * kWidth * kChannels;
    // Standard deviations of these means are a few percent.
    CHECK(flat / (kCount * 2 / 3) == Approx(a * a * 0.01).epsilon(0.1));
    CHECK(squares / kCount == Approx(setup.input->shift_variance()).epsilon(0.1));
    CHECK(std::abs(of_steps / kCount) < 0.1 * a * a * 0.01);
}

TEST_CASE("the noises of a recorrupted input and of its target are independent", "[network_input]") {
    Setup setup;
    // Nothing but noise around the middle of the scale, of the strength that the model says.
    setup.image = test::FloatImage(kWidth, kHeight, kChannels);
    std::vector<float> noise = test::random_values(setup.image.pixels().size(), 9, 0.1 * 3.4641016151);
    for (int y = 0, i = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            for (int c = 0; c < kChannels; ++c, ++i)
                setup.image.at(x, y, c) = 0.5f + noise[static_cast<std::size_t>(i)];
    setup.begin();
    double product = 0, image_product = 0;
    constexpr int kSteps = 20;
    for (int step = 0; step < kSteps; ++step) {
        const std::vector<float> seen = setup.write(step);
        const ops::ConstFeatureMap shift = setup.input->target_shift(setup.arena);
        for (int y = 0; y < kHeight; ++y)
            for (int x = 0; x < kWidth; ++x)
                for (int c = 0; c < 2; ++c) {
                    const double of_input = double(setup.seen(seen, x, y, c)) - 0.5;
                    const double of_image = double(setup.image.at(x, y, c)) - 0.5;
                    product += of_input * (of_image + double(shift.at(y, x)[c]));
                    image_product += of_input * of_image;
                }
    }
    constexpr double kCount = double(kHeight) * kWidth * 2 * kSteps;
    CHECK(image_product / kCount == Approx(0.01).epsilon(0.1));
    CHECK(std::abs(product / kCount) < 0.001);
}

TEST_CASE("beyond its edges the recorrupted image is mirrored, and held to what a sigmoid reaches", "[network_input]") {
    Setup setup;
    setup.noise = noise_model(0);
    setup.image.at(4, 3, 1) = 1.5f;
    setup.image.at(5, 3, 1) = -0.5f;
    setup.begin();
    const std::vector<float> seen = setup.write(0);
    CHECK(setup.seen(seen, 4, 3, 1) == 1);
    CHECK(setup.seen(seen, 5, 3, 1) == 0);
    // What the first row and column beyond the edge, and the last, show.
    for (const int x : {44, 45, 47})
        for (const int y : {36, 37, 63})
            for (int c = 0; c < kChannels; ++c)
                CHECK(setup.seen(seen, x, y, c) == setup.image.at(x < 45 ? x : 88 - x, y < 37 ? y : 72 - y, c));
    CHECK(setup.input->shift_variance() == 0);
}

TEST_CASE("a thinned image shows most known pixels, and of the others what is around them", "[network_input]") {
    Setup setup(InputKind::kThinned);
    setup.recipe.dropped = 0.25;
    const auto known = [&](int x, int y) -> float& {
        return setup.term.known[static_cast<std::size_t>(y * kWidth + x)];
    };
    setup.term.known.assign(std::size_t{kWidth} * kHeight, 1.0f);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) known(x, y) = (x * 7 + y * 3) % 4 == 0 || (x < 10 && y < 10) ? 0.0f : 1.0f;
    setup.begin();
    REQUIRE(setup.shape.in == kChannels + 1);
    const std::vector<float> seen = setup.write(3);
    double shown = 0, count = 0;
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            const float mark = setup.seen(seen, x, y, kChannels);
            REQUIRE((mark == 0 || (mark == 1 && known(x, y) == 1)));
            count += double{known(x, y)};
            shown += double{mark};
            if (mark == 0) continue;
            for (int c = 0; c < kChannels; ++c)
                REQUIRE(setup.seen(seen, x, y, c) == std::clamp(setup.image.at(x, y, c), 0.0f, 1.0f));
        }
    // What is mirrored beyond the edges is taken away with its pixel: it would tell the network what that was.
    for (int y = 0; y < setup.shape.height; ++y)
        for (int x = 0; x < setup.shape.width; ++x)
            REQUIRE(setup.seen(seen, x, y, kChannels) ==
                    setup.seen(seen, x < kWidth ? x : 88 - x, y < kHeight ? y : 72 - y, kChannels));
    CHECK(shown / count == Approx(0.75).margin(0.04));
    // Deep in a hole there is nothing to take a mean of.
    CHECK(setup.seen(seen, 4, 4, 0) == 0);
    // Elsewhere a pixel gets the weighted mean of what is shown within two pixels of it.
    const int at_x = 20, at_y = 20;  // (20 * 7 + 20 * 3) % 4 == 0
    REQUIRE(known(at_x, at_y) == 0);
    constexpr std::array<float, 5> kWeights{1, 4, 6, 4, 1};
    float sum = 0, weights = 0;
    for (int v = -2; v <= 2; ++v)
        for (int u = -2; u <= 2; ++u) {
            const float weight = kWeights[static_cast<std::size_t>(v + 2)] * kWeights[static_cast<std::size_t>(u + 2)] *
                                 setup.seen(seen, at_x + u, at_y + v, kChannels);
            weights += weight;
            sum += weight * setup.seen(seen, at_x + u, at_y + v, 1);
        }
    CHECK(setup.seen(seen, at_x, at_y, 1) == Approx(sum / weights));
    // Another step leaves out other pixels; the same step the same ones.
    CHECK(setup.write(4) != seen);
    CHECK(setup.write(3) == seen);
    // What is unknown does not show.
    setup.image.at(at_x, at_y, 1) += 0.3f;
    setup.begin();
    CHECK(setup.write(3) == seen);
    CHECK(setup.input->target_shift(setup.arena).data == nullptr);
}

TEST_CASE("other inputs leave the target alone", "[network_input]") {
    Setup numbers(InputKind::kNoise), grid(InputKind::kMeshGrid);
    for (Setup* setup : {&numbers, &grid}) {
        setup->recipe.input_noise = 0;
        setup->begin();
        CHECK(setup->input->target_shift(setup->arena).data == nullptr);
        CHECK(setup->input->shift_variance() == 0);
    }
    CHECK(numbers.shape.in == numbers.recipe.in);
    for (const float value : numbers.write(0)) REQUIRE((value >= 0 && value <= 0.1f));
    CHECK(grid.shape.in == 2);
    const std::vector<float> seen = grid.write(0);
    CHECK(grid.seen(seen, 47, 0, 0) == 1);
    CHECK(grid.seen(seen, 0, 63, 1) == 1);
    CHECK(grid.seen(seen, 0, 63, 0) == 0);
}

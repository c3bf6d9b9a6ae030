// The data terms of the priors: their values by plain formulas, their gradients by finite differences.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipelines/common/prior/image_term.h"
#include "pipelines/two_stage/two_stage_term.h"
#include "pipelines/upscale/reduction_term.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;
using prior::DataTerm;
using prior::FitStep;

namespace {

// A term with its memory and an output to judge.
struct TermBench {
    ThreadTeam team{2};
    DataTerm& term;
    Arena arena;
    int height, width, channels;
    std::vector<float> output, diff;

    TermBench(DataTerm& t, int h, int w, int c)
        : term(t), height(h), width(w), channels(c), diff(static_cast<std::size_t>(h * w * c)) {
        ArenaPlan plan;
        term.reserve(plan);
        arena = Arena(plan);
        term.begin(team, arena);
        output = test::random_values(diff.size(), 5, 0.8);
        for (float& value : output) value += 0.5f;
    }
    double evaluate(std::int64_t index = 0, std::int64_t steps = 90, const float* average = nullptr) {
        return term.evaluate(team, arena, {index, steps, average},
                             ops::dense_map(output.data(), height, width, channels),
                             ops::dense_map(diff.data(), height, width, channels));
    }
    // Loss along random directions against the gradient.
    void require_gradient(double step = 1e-3) {
        evaluate();
        const std::vector<float> gradient = diff, centre = output;
        for (std::uint64_t stream = 50; stream < 54; ++stream) {
            const auto direction = test::random_values(output.size(), stream, 2);
            double slope = 0;
            for (std::size_t i = 0; i < direction.size(); ++i) slope += double{gradient[i]} * double{direction[i]};
            const auto shifted = [&](double sign) {
                for (std::size_t i = 0; i < output.size(); ++i)
                    output[i] = centre[i] + static_cast<float>(sign * step) * direction[i];
                return evaluate();
            };
            const double difference = (shifted(1) - shifted(-1)) / (2 * step);
            output = centre;
            CHECK(difference == Approx(slope).epsilon(5e-3).margin(2e-5));
        }
    }
};

double lanczos2(double t) {
    const auto sinc = [](double u) { return u == 0 ? 1 : std::sin(std::numbers::pi * u) / (std::numbers::pi * u); };
    return std::abs(t) < 2 ? sinc(t) * sinc(t / 2) : 0;
}

// One axis of the reduction: small[j] = sum of large[k] L((k - c) / factor), c = (j + 1/2) factor - 1/2, normalised;
// edges repeated.
std::vector<double> reduced_axis(const std::vector<double>& large, int factor) {
    const int size = static_cast<int>(large.size());
    std::vector<double> small;
    for (int j = 0; j < size / factor; ++j) {
        const double centre = (j + 0.5) * factor - 0.5;
        double sum = 0, weights = 0;
        for (int k = static_cast<int>(centre) - 2 * factor - 1; k <= centre + 2 * factor + 1; ++k) {
            const double weight = lanczos2((k - centre) / factor);
            weights += weight;
            sum += weight * large[static_cast<std::size_t>(std::clamp(k, 0, size - 1))];
        }
        small.push_back(sum / weights);
    }
    return small;
}

// Both axes, one channel of an interleaved map.
std::vector<double> reduced(const std::vector<float>& map, int height, int width, int channels, int channel,
                            int factor) {
    std::vector<std::vector<double>> rows;
    for (int y = 0; y < height; ++y) {
        std::vector<double> row;
        for (int x = 0; x < width; ++x)
            row.push_back(map[static_cast<std::size_t>((y * width + x) * channels + channel)]);
        rows.push_back(reduced_axis(row, factor));
    }
    std::vector<double> result(static_cast<std::size_t>((height / factor) * (width / factor)));
    for (int x = 0; x < width / factor; ++x) {
        std::vector<double> column;
        for (int y = 0; y < height; ++y)
            column.push_back(rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]);
        const auto small = reduced_axis(column, factor);
        for (int y = 0; y < height / factor; ++y)
            result[static_cast<std::size_t>(y * (width / factor) + x)] = small[static_cast<std::size_t>(y)];
    }
    return result;
}

two_stage::Settings two_stage_settings(const test::TypedImage<float>& image) {
    two_stage::Settings settings;
    settings.input = settings.output = image.view();
    return settings;
}

}  // namespace

TEST_CASE("the image term is the mean squared distance, with its gradient", "[prior]") {
    test::TypedImage<float> image(9, 7, 3);
    image.samples[4] = 3;  // beyond what the network can reach: cut off
    prior::ImageTerm term(image.view(), 1);
    TermBench bench(term, 7, 9, 3);
    double plain = 0;
    for (std::size_t i = 0; i < image.samples.size(); ++i)
        plain += std::pow(bench.output[i] - std::min(1.0f, image.samples[i]), 2) / double(image.samples.size());
    CHECK(bench.evaluate() == Approx(plain));
    bench.require_gradient();
    CHECK(term.kept_row(bench.arena, 0) == nullptr);
    CHECK(term.lambda() == 0);
}

TEMPLATE_TEST_CASE("a mask of any type counts from half of white on", "[prior]", std::uint8_t, std::uint16_t, float) {
    const test::TypedImage<float> image(6, 5, 2);
    test::TypedImage<TestType> mask(6, 5, 1, false, false);
    const auto white = static_cast<double>(test::TypedImage<TestType>::kWhite);
    const bool is_float = std::is_same_v<TestType, float>;
    for (std::size_t i = 0; i < mask.samples.size(); ++i) {
        const double level = i % 4 == 0   ? 0
                             : i % 4 == 1 ? 0.5 * white + (is_float ? 0 : 0.5)
                             : i % 4 == 2 ? white
                                          : 0.5 * white - (is_float ? 1e-3 : 0.5);
        mask.samples[i] = static_cast<TestType>(level);
    }
    prior::ImageTerm term(image.view(), 1, mask.view());
    TermBench bench(term, 5, 6, 2);
    double plain = 0, count = 0;
    for (std::size_t i = 0; i < mask.samples.size(); ++i) {
        const bool known = i % 4 == 1 || i % 4 == 2;
        CHECK((term.kept_row(bench.arena, static_cast<int>(i / 6))[i % 6] != 0) == known);
        if (!known) continue;
        for (std::size_t c = 0; c < 2; ++c, ++count)
            plain += std::pow(bench.output[2 * i + c] - image.samples[2 * i + c], 2);
    }
    CHECK(bench.evaluate() == Approx(plain / count));
    for (std::size_t i = 0; i < mask.samples.size(); ++i)
        if (i % 4 == 0 || i % 4 == 3) CHECK((bench.diff[2 * i] == 0 && bench.diff[2 * i + 1] == 0));
    bench.require_gradient();
}

TEST_CASE("stage 1 adds the total variation, stage 2 does not", "[prior]") {
    const test::TypedImage<float> image(8, 10, 3);
    two_stage::Settings settings = two_stage_settings(image);
    settings.lambda = 0.05;
    settings.kind = GENERATE(ops::TotalVariation::kAnisotropic, ops::TotalVariation::kIsotropic);
    const bool anisotropic = settings.kind == ops::TotalVariation::kAnisotropic;
    two_stage::TwoStageTerm term(settings, 1, 0);
    TermBench bench(term, 10, 8, 3);
    const auto at = [&](int y, int x, int c) {
        return double{bench.output[static_cast<std::size_t>((y * 8 + x) * 3 + c)]};
    };
    double error = 0, variation = 0;
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 8; ++x)
            for (int c = 0; c < 3; ++c) {
                error +=
                    std::pow(at(y, x, c) - double{image.samples[static_cast<std::size_t>((y * 8 + x) * 3 + c)]}, 2);
                const double dx = x < 7 ? at(y, x + 1, c) - at(y, x, c) : 0;
                const double dy = y < 9 ? at(y + 1, x, c) - at(y, x, c) : 0;
                variation += anisotropic ? std::abs(dx) + std::abs(dy) : std::sqrt(dx * dx + dy * dy);
            }
    // Twice 1/2 |u - y|^2 + lambda TV(u), over the number of values.
    CHECK(bench.evaluate() == Approx((error + 2 * 0.05 * variation) / 240).epsilon(2e-3));
    bench.require_gradient(anisotropic ? 1e-4 : 1e-3);
    CHECK(term.lambda() == 0.05);
    CHECK(bench.evaluate(29) > 1.05 * error / 240);
    CHECK(bench.evaluate(30) == Approx(error / 240));
    CHECK(bench.evaluate(89) == Approx(error / 240));
    // A deadline that turns out to be later does not bring stage 1 back; a new run does.
    CHECK(bench.evaluate(31, 3000) == Approx(error / 240));
    term.begin(bench.team, bench.arena);
    CHECK(bench.evaluate(31, 3000) > 1.05 * error / 240);
}

TEST_CASE("lambda goes where the residual becomes that of the noise", "[prior]") {
    const test::TypedImage<float> image(20, 20, 1);
    two_stage::Settings settings = two_stage_settings(image);
    const double sigma = 0.1;
    two_stage::TwoStageTerm term(settings, 1, sigma * sigma);
    TermBench bench(term, 20, 20, 1);
    const double first = term.lambda();
    CHECK(first == Approx(0.5 * sigma));
    for (int step = 0; step < 50; ++step) bench.evaluate(step, 3000);
    CHECK(term.lambda() == first);  // the network has to settle
    // Far from the image: less smoothing, down to a bound.
    for (int step = 50; step < 60; ++step) bench.evaluate(step, 3000);
    CHECK(term.lambda() < first);
    for (int step = 60; step < 900; ++step) bench.evaluate(step, 3000);
    CHECK(term.lambda() == Approx(first / 20));
    // The very image: more, up to a bound.
    bench.output = image.samples;
    for (int step = 100; step < 900; ++step) bench.evaluate(step, 3000);
    CHECK(term.lambda() == Approx(first * 20));
    // As far as the noise: it stays.
    for (std::size_t i = 0; i < bench.output.size(); ++i) bench.output[i] += i % 2 ? 0.1f : -0.1f;
    const double before = term.lambda();
    bench.evaluate(950, 3000);
    CHECK(term.lambda() == Approx(before).epsilon(1e-4));

    two_stage::TwoStageTerm unknown(settings, 1, 0);
    TermBench other(unknown, 20, 20, 1);
    for (int step = 0; step < 100; ++step) other.evaluate(step, 3000);
    CHECK(unknown.lambda() == 0.02);
}

TEST_CASE("stage 2 fits the noisy image, the result of stage 1 or their mean", "[prior]") {
    const test::TypedImage<float> image(6, 6, 3);
    two_stage::Settings settings = two_stage_settings(image);
    const double share = GENERATE(0.0, 0.5, 1.0);
    settings.detail = share == 0  ? two_stage::Detail::kNoisy
                      : share < 1 ? two_stage::Detail::kBlend
                                  : two_stage::Detail::kStage1;
    two_stage::TwoStageTerm term(settings, 1, 0);
    TermBench bench(term, 6, 6, 3);
    std::vector<float> average(image.samples.size(), 0.4f), later(image.samples.size(), 0.9f);
    double expected = 0;
    for (std::size_t i = 0; i < average.size(); ++i)
        expected += std::pow(bench.output[i] - (share * average[i] + (1 - share) * image.samples[i]), 2);
    CHECK(bench.evaluate(30, 90, average.data()) == Approx(expected / double(average.size())));
    // Decided once.
    CHECK(bench.evaluate(31, 90, later.data()) == Approx(expected / double(average.size())));
}

TEST_CASE("enlarging with a weight for the total variation adds that to the objective and to its gradient", "[prior]") {
    const int factor = 4, h = 3, w = 4, channels = 3;
    const test::TypedImage<float> image(w, h, channels);
    const double lambda = 0.05;
    upscale::ReductionTerm plain(image.view(), 1, factor, 0, prior::Range::kSigmoid),
        smoothing(image.view(), 1, factor, lambda, prior::Range::kSigmoid);
    TermBench without(plain, factor * h, factor * w, channels), bench(smoothing, factor * h, factor * w, channels);
    const ops::FeatureMap output = ops::dense_map(bench.output.data(), factor * h, factor * w, channels);
    const double variation = ops::ref::total_variation(ops::TotalVariation::kIsotropic, 0.01f, output, 0, {});
    REQUIRE(variation > 0.1);
    CHECK(bench.evaluate() == Approx(without.evaluate() + 2 * lambda * variation).epsilon(1e-5));
    CHECK(smoothing.lambda() == lambda);
    bench.require_gradient();
}

TEST_CASE("the reduction is Lanczos-2 with phase 1/2, and its gradient the transpose", "[prior]") {
    const int factor = GENERATE(2, 3, 4, 8);
    CAPTURE(factor);
    const int h = 5, w = 6, channels = 3;
    const test::TypedImage<float> image(w, h, channels);
    upscale::ReductionTerm term(image.view(), 1, factor, 0, prior::Range::kSigmoid);
    const int height = factor * h, width = factor * w;
    TermBench bench(term, height, width, channels);
    // Residuals by the plain formula.
    const double count = h * w * channels;
    std::vector<std::vector<double>> residual;
    double plain = 0;
    for (int c = 0; c < channels; ++c) {
        residual.push_back(reduced(bench.output, height, width, channels, c, factor));
        for (std::size_t i = 0; i < residual.back().size(); ++i) {
            residual.back()[i] -= image.samples[i * channels + static_cast<std::size_t>(c)];
            plain += std::pow(residual.back()[i], 2) / count;
        }
    }
    CHECK(bench.evaluate() == Approx(plain).epsilon(1e-4));
    // <gradient, v> = 2 / count <D u - y, D v> for any v.
    for (std::uint64_t stream = 70; stream < 73; ++stream) {
        const auto direction = test::random_values(bench.output.size(), stream, 2);
        double left = 0, right = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) left += double{bench.diff[i]} * double{direction[i]};
        for (int c = 0; c < channels; ++c) {
            const auto small = reduced(direction, height, width, channels, c, factor);
            for (std::size_t i = 0; i < small.size(); ++i)
                right += 2 / count * small[i] * residual[static_cast<std::size_t>(c)][i];
        }
        CHECK(left == Approx(right).epsilon(1e-4).margin(1e-6));
    }
    bench.require_gradient();
}

// TV denoising: known solutions, the gap against an independent evaluation, and the fast solver against the reference.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "ops/tv/tv_solver.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;
using ops::TvCertificate;
using ops::TvKind;
using ops::TvShape;
using ops::TvStorage;

namespace {

struct Solution {
    std::vector<float> pixels;
    TvCertificate certificate;
};

std::ptrdiff_t row_of(const TvShape& shape) { return shape.width * shape.channels; }

struct Pixels final : ops::TvImage {
    const TvShape& shape;
    const std::vector<float>& values;

    Pixels(const TvShape& s, const std::vector<float>& v) : shape(s), values(v) {}
    void load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* to) const override {
        REQUIRE((0 <= x && x + width <= shape.width && 0 <= y && y < shape.height));
        std::copy_n(values.data() + y * row_of(shape) + x * shape.channels, width * shape.channels, to);
    }
};

// Rounds until the recomputed certificate holds.
Solution solve(const TvShape& shape, const std::vector<float>& noisy, double tolerance,
               const std::vector<float>& lambdas, int threads = 2, TvStorage storage = TvStorage::kAccelerated) {
    ThreadTeam team(threads);
    const std::unique_ptr<ops::TvSolver> made = ops::TvSolver::make(shape, storage, team);
    ops::TvSolver& solver = *made;
    ArenaPlan plan;
    solver.reserve(plan);
    const Arena arena(plan);
    const Pixels image(shape, noisy);
    solver.load(arena, image);
    Solution solution;
    for (const float lambda : lambdas) {
        solver.start(arena, lambda);
        for (int round = 0; round < 4000; ++round) {
            solver.round(arena);
            solution.certificate = solver.measure(arena);
            if (solution.certificate.gap > 0.9 * tolerance * solution.certificate.primal) continue;
            solution.certificate = solver.finish(arena);
            if (solution.certificate.gap <= tolerance * solution.certificate.primal) break;
        }
    }
    solution.pixels.resize(noisy.size());
    for (std::ptrdiff_t y = 0; y < shape.height; ++y)
        solver.get_row(arena, y, solution.pixels.data() + y * row_of(shape));
    return solution;
}

double objective(const TvShape& shape, const std::vector<float>& noisy, const std::vector<float>& u, double lambda) {
    double sum = 0;
    for (std::size_t i = 0; i < u.size(); ++i)
        sum += (double{u[i]} - double{noisy[i]}) * (double{u[i]} - double{noisy[i]});
    return sum / 2 + lambda * ops::tv_value_ref(shape, {u.data(), row_of(shape)});
}

// An edge and noise on it.
std::vector<float> noisy_edge(const TvShape& shape) {
    std::vector<float> values = test::random_values(static_cast<std::size_t>(row_of(shape) * shape.height), 5, 0.4);
    for (std::ptrdiff_t y = 0; y < shape.height; ++y)
        for (std::ptrdiff_t i = 0; i < row_of(shape); ++i)
            values[static_cast<std::size_t>(y * row_of(shape) + i)] += 2 * i + y > row_of(shape) ? 0.7f : 0.3f;
    return values;
}

std::vector<TvShape> models(std::ptrdiff_t width, std::ptrdiff_t height, int channels) {
    std::vector<TvShape> shapes;
    for (const TvKind kind : {TvKind::kAnisotropic, TvKind::kIsotropic})
        for (const bool coupled : {false, true}) shapes.push_back({width, height, channels, kind, coupled});
    return shapes;
}

struct Size {
    std::ptrdiff_t width, height;
    int channels;
};

constexpr TvStorage kBoth[] = {TvStorage::kAccelerated, TvStorage::kDual};

void check_against_reference(const std::vector<Size>& sizes) {
    for (const Size size : sizes)
        for (const TvShape& shape : models(size.width, size.height, size.channels)) {
            const std::vector<float> noisy = noisy_edge(shape);
            const float lambda = 0.1f;
            const double tolerance = 1e-4;
            std::vector<float> exact(noisy.size());
            const TvCertificate reference = ops::tv_denoise_ref(
                shape, double{lambda}, 1e-6, 20000, {noisy.data(), row_of(shape)}, {exact.data(), row_of(shape)});
            for (const TvStorage storage : kBoth) {
                const Solution fast = solve(shape, noisy, tolerance, {lambda}, 2, storage);
                const double primal = objective(shape, noisy, fast.pixels, double{lambda});
                INFO(size.width << "x" << size.height << "x" << size.channels << " coupled " << shape.coupled
                                << " isotropic " << (shape.kind == TvKind::kIsotropic) << " dual alone "
                                << (storage == TvStorage::kDual));
                const double rounding = 2e-6 * primal;
                CHECK(reference.gap <= 1e-6 * reference.primal);
                CHECK(fast.certificate.gap <= tolerance * fast.certificate.primal);
                CHECK(std::fabs(fast.certificate.primal - primal) <= rounding);
                // Above the minimum by no more than the gap, and the dual objective below it.
                CHECK(primal - (reference.primal - reference.gap) <= fast.certificate.gap + reference.gap + rounding);
                CHECK(fast.certificate.primal - fast.certificate.gap <= reference.primal + rounding);
                double squares = 0;
                for (std::size_t i = 0; i < exact.size(); ++i)
                    squares +=
                        (double{exact[i]} - double{fast.pixels[i]}) * (double{exact[i]} - double{fast.pixels[i]});
                CHECK(std::sqrt(squares / 2) <= std::sqrt(fast.certificate.gap) + std::sqrt(reference.gap + rounding));
            }
        }
}

}  // namespace

TEST_CASE("TV of a small image is what one counts by hand") {
    // 0 3
    // 4 4
    const std::vector<float> u = {0, 3, 4, 4};
    CHECK(ops::tv_value_ref({2, 2, 1, TvKind::kAnisotropic, true}, {u.data(), 2}) == Approx(8));
    CHECK(ops::tv_value_ref({2, 2, 1, TvKind::kIsotropic, true}, {u.data(), 2}) == Approx(6));
    // One difference of two channels: together 5, alone 3 + 4.
    const std::vector<float> pair = {0, 0, 3, 4};
    CHECK(ops::tv_value_ref({2, 1, 2, TvKind::kIsotropic, true}, {pair.data(), 4}) == Approx(5));
    CHECK(ops::tv_value_ref({2, 1, 2, TvKind::kIsotropic, false}, {pair.data(), 4}) == Approx(7));
}

TEST_CASE("the TV loss has the gradient that finite differences show") {
    for (const TvShape& shape : models(4, 3, 2)) {
        std::vector<float> pixels = test::random_values(24, 9), gradient(24), unused(24);
        ops::tv_loss_ref(shape, {pixels.data(), 8}, 0.7f, 0.1f, {gradient.data(), 8});
        const auto value = [&] { return ops::tv_loss_ref(shape, {pixels.data(), 8}, 0.7f, 0.1f, {unused.data(), 8}); };
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            const float before = pixels[i];
            pixels[i] = before + 0x1p-10f;
            const double above = value();
            pixels[i] = before - 0x1p-10f;
            const double below = value();
            pixels[i] = before;
            CHECK(gradient[i] == Approx((above - below) * 512).margin(2e-4));
        }
        // Without epsilon it is TV itself, and flat pixels have no gradient.
        std::vector<float> flat(24, 0.5f), none(24);
        CHECK(ops::tv_loss_ref(shape, {flat.data(), 8}, 1, 0, {none.data(), 8}) == 0);
        CHECK(none == std::vector<float>(24));
        CHECK(ops::tv_loss_ref(shape, {pixels.data(), 8}, 1, 0, {none.data(), 8}) ==
              Approx(ops::tv_value_ref(shape, {pixels.data(), 8})));
    }
}

TEST_CASE("a step loses lambda over its length on either side") {
    // What single precision reaches on every processor: with vectors of 8 it stays at 1.4e-5, with those of 16 below
    // 1e-5.
    constexpr double kTolerance = 2e-5;
    constexpr std::ptrdiff_t kLeft = 37, kRight = 20, kRows = 3;
    const float lambda = 1.5f;
    for (const int channels : {1, 3})
        for (const bool upright : {false, true})
            for (TvShape shape : models(kLeft + kRight, kRows, channels)) {
                if (upright) std::swap(shape.width, shape.height);
                const float heights[] = {0.6f, -0.3f, 0.2f};
                std::vector<float> noisy(static_cast<std::size_t>(row_of(shape) * shape.height)), expected = noisy;
                for (std::ptrdiff_t y = 0; y < shape.height; ++y)
                    for (std::ptrdiff_t x = 0; x < shape.width; ++x)
                        for (int c = 0; c < channels; ++c) {
                            const bool right = (upright ? y : x) >= kLeft;
                            const float step = heights[c];
                            // The jump's direction: over all channels if they are coupled.
                            const float length = shape.coupled && channels == 3 ? 0.7f : std::fabs(step);
                            const float pull = lambda * step / length;
                            const auto i = static_cast<std::size_t>((y * shape.width + x) * channels + c);
                            noisy[i] = right ? step : 0;
                            expected[i] = right ? step - pull / kRight : pull / kLeft;
                        }
                const Solution solution = solve(shape, noisy, kTolerance, {lambda});
                double worst = 0;
                for (std::size_t i = 0; i < noisy.size(); ++i)
                    worst = std::max(worst, std::fabs(double{solution.pixels[i]} - double{expected[i]}));
                INFO("channels " << channels << " coupled " << shape.coupled << " upright " << upright);
                CHECK(solution.certificate.relative() <= kTolerance);
                CHECK(worst < 3e-3);
            }
}

TEST_CASE("lambda 0, flat images and a huge lambda", "[slow]") {
    for (const TvShape& shape : models(33, 18, 3)) {
        const std::vector<float> noisy = noisy_edge(shape), flat(noisy.size(), 0.4f);
        for (const TvStorage storage : kBoth) CHECK(solve(shape, noisy, 1e-6, {0}, 2, storage).pixels == noisy);
        const Solution same = solve(shape, flat, 1e-6, {3});
        CHECK(same.pixels == flat);
        CHECK(same.certificate.gap == 0);
        const Solution mean = solve(shape, noisy, 1e-6, {1000});
        for (int c = 0; c < 3; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < noisy.size(); i += 3) sum += double{noisy[i + static_cast<std::size_t>(c)]};
            for (std::size_t i = 0; i < noisy.size(); i += 3)
                REQUIRE(mean.pixels[i + static_cast<std::size_t>(c)] ==
                        Approx(3 * sum / double(noisy.size())).margin(1e-3));
        }
    }
}

TEST_CASE("the fast solver and the reference agree, and the gap is no lie") {
    check_against_reference({{1, 1, 1}, {1, 9, 3}, {2, 2, 2}, {3, 1, 4}, {17, 33, 1}, {31, 5, 3}});
}

TEST_CASE("the fast solver and the reference agree on several tiles", "[slow]") {
    check_against_reference({{32, 64, 1}, {65, 66, 3}, {130, 131, 2}, {40, 30, 4}, {260, 3, 1}, {2, 300, 1}});
}

TEST_CASE("any number of threads and any start give the same solution", "[slow]") {
    for (const TvStorage storage : kBoth)
        for (const TvShape& shape : models(301, 203, 3)) {
            const std::vector<float> noisy = noisy_edge(shape);
            const Solution one = solve(shape, noisy, 1e-3, {0.15f}, 1, storage);
            for (const int threads : {2, 5}) {
                const Solution many = solve(shape, noisy, 1e-3, {0.15f}, threads, storage);
                CHECK(many.pixels == one.pixels);
                CHECK(many.certificate.gap == one.certificate.gap);
            }
            // A start from another lambda's dual: other bits, the same minimum.
            const Solution warm = solve(shape, noisy, 1e-3, {0.5f, 0.05f, 0.15f}, 2, storage);
            CHECK(warm.certificate.relative() <= 1e-3);
            CHECK(warm.certificate.primal == Approx(one.certificate.primal).epsilon(1e-3));
        }
}

TEST_CASE("the dual alone takes a third of the memory") {
    ThreadTeam team(2);
    const TvShape shape{1920, 1080, 3};
    const auto bytes = [&](TvStorage storage) {
        ArenaPlan plan;
        ops::TvSolver::make(shape, storage, team)->reserve(plan);
        return plan.size();
    };
    const std::size_t dual = bytes(TvStorage::kDual);
    CHECK(dual < 55'000'000);
    CHECK(double(dual) * 2.8 < double(bytes(TvStorage::kAccelerated)));
}

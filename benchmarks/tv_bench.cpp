// The TV solver alone, timed: interleaved floats from a raw file in, one line of JSON out. compare_tv.py drives it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ops/tv/tv_solver.h"

namespace {

struct Raw final : twofold::ops::TvImage {
    const float* pixels;
    std::ptrdiff_t width;
    int channels;

    Raw(const float* samples, std::ptrdiff_t w, int c) : pixels(samples), width(w), channels(c) {}
    void load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t count, float* to) const override {
        std::copy_n(pixels + (y * width + x) * channels, count * channels, to);
    }
};

struct Options {
    std::string input, output, kind = "isotropic";
    std::int64_t width = 0, height = 0;
    int channels = 1, threads = 2, repeats = 1;
    std::int64_t rounds = 2000;
    double lambda = 0.1, tolerance = 0, objective = 0;
    bool separate = false, dual = false;
};

void run(const Options& options) {
    using namespace twofold;
    const std::size_t row = static_cast<std::size_t>(options.width) * static_cast<std::size_t>(options.channels);
    std::vector<float> pixels(row * static_cast<std::size_t>(options.height));
    std::ifstream file(options.input, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(4 * pixels.size())))
        throw std::runtime_error("the input is shorter than its size says");
    ThreadTeam team(options.threads);
    const auto kind = options.kind == "isotropic" ? ops::TvKind::kIsotropic : ops::TvKind::kAnisotropic;
    const auto storage = options.dual ? ops::TvStorage::kDual : ops::TvStorage::kAccelerated;
    const std::unique_ptr<ops::TvSolver> made =
        ops::TvSolver::make({options.width, options.height, options.channels, kind, !options.separate}, storage, team);
    ops::TvSolver& solver = *made;
    ArenaPlan plan;
    solver.reserve(plan);
    const Raw image(pixels.data(), options.width, options.channels);
    std::vector<float> result(pixels.size());
    const Arena arena(plan);
    double best = 1e300, total = 0;
    std::int64_t rounds = 0;
    ops::TvCertificate certificate;
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        const auto seconds = [&] {
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        };
        solver.load(arena, image);
        solver.start(arena, static_cast<float>(options.lambda));
        for (rounds = 1; rounds <= options.rounds; ++rounds) {
            solver.round(arena);
            certificate = solver.measure(arena);
            if (certificate.gap <= options.tolerance * certificate.primal) break;
            if (certificate.primal <= options.objective) break;
        }
        certificate = solver.finish(arena);
        if (repeat + 1 == options.repeats)
            team.run(options.height, [&](std::int64_t y, int) {
                solver.get_row(arena, y, result.data() + static_cast<std::size_t>(y) * row);
            });
        best = std::min(best, seconds());
        total += seconds();
    }
    if (!options.output.empty())
        std::ofstream(options.output, std::ios::binary)
            .write(reinterpret_cast<const char*>(result.data()), static_cast<std::streamsize>(4 * result.size()));
    std::printf(
        "{\"seconds\": %.6f, \"mean_seconds\": %.6f, \"rounds\": %lld, \"objective\": %.9g, \"gap\": %.4g, "
        "\"residual\": %.9g, \"bytes\": %zu}\n",
        best, total / options.repeats, static_cast<long long>(rounds), certificate.primal, certificate.gap,
        certificate.residual, plan.size());
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times the TV solver.");
    app.add_option("input", options.input, "interleaved float32 pixels, without a header")->required();
    app.add_option("--width", options.width)->required();
    app.add_option("--height", options.height)->required();
    app.add_option("--channels", options.channels)->check(CLI::Range(1, 4));
    app.add_option("--tv", options.kind)->check(CLI::IsMember({"isotropic", "anisotropic"}));
    app.add_flag("--separate", options.separate, "channels do not share their edges");
    app.add_flag("--dual", options.dual, "keep nothing but the dual");
    app.add_option("--lambda", options.lambda);
    app.add_option("--tolerance", options.tolerance, "stop at this gap, as a share of the objective");
    app.add_option("--objective", options.objective, "stop at this objective");
    app.add_option("--rounds", options.rounds, "stop after so many rounds");
    app.add_option("--threads", options.threads);
    app.add_option("--repeats", options.repeats);
    app.add_option("--output", options.output, "where to write the result, raw");
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

// Time of a training step of the hourglass network: forward, loss, backward and Adam, on a square image.
//
//     twofold_hourglass_bench --threads 2 --size 512 --channels 128 --skip 4 --steps 5
//
// Convolutions are counted as direct ones, so the share of the peak can pass 100 %. Each step is followed by a
// measurement of the peak, so that what disturbs the machine disturbs both.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "ops/loss/squared_error.h"
#include "ops/peak/peak.h"
#include "pipelines/common/prior/hourglass.h"
#include "pipelines/common/prior/optimizer.h"
#include "pipelines/common/prior/recipe.h"
#include "platform/cpu.h"
#include "platform/processors.h"
#include "runtime/random.h"

namespace {

using namespace twofold;

// Seconds that pass, and those that processors spend on it.
struct Duration {
    double elapsed, processor;
};

Duration measure(const std::function<void()>& work) {
    const std::clock_t used = std::clock();
    const auto start = std::chrono::steady_clock::now();
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            double(std::clock() - used) / CLOCKS_PER_SEC};
}

double peak_operations(ThreadTeam& team) {
    std::vector<double> done(static_cast<std::size_t>(team.size()));
    team.run(team.size(), [&](std::int64_t task, int) {
        float sink[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        done[static_cast<std::size_t>(task)] = ops::run_multiply_adds(4'000'000, sink);
    });
    double sum = 0;
    for (const double operations : done) sum += operations;
    return sum;
}

void fill(const ops::FeatureMap& map, std::uint64_t stream) {
    for (int y = 0; y < map.height; ++y)
        for (int x = 0; x < map.width; ++x)
            for (int c = 0; c < map.channels; ++c) {
                const auto at = static_cast<std::uint64_t>((y * map.width + x) * map.channels + c);
                map.at(y, x)[c] = static_cast<float>(0.1 * uniform_open(random_block(1, stream, at / 4)[at % 4]));
            }
}

// The best of many: disturbances only add.
struct Best {
    double elapsed = 1e30, processor = 1e30;
    std::vector<double> all;

    void add(const Duration& duration) {
        elapsed = std::min(elapsed, duration.elapsed);
        processor = std::min(processor, duration.processor);
        all.push_back(duration.elapsed);
    }
    double median() {
        std::ranges::sort(all);
        return all[all.size() / 2];
    }
};

void bench(const prior::HourglassShape& shape, const std::string& implementation, int threads, int steps) {
    ThreadTeam team(threads);
    prior::Hourglass network(shape, implementation, threads);
    prior::ParameterOptimizer optimizer(network.parameters(), prior::Recipe{});
    ArenaPlan plan;
    network.reserve(plan);
    optimizer.reserve(plan);
    const auto parameters = plan.reserve<float>(network.parameters().size());
    const auto gradient = plan.reserve<float>(network.parameters().size());
    const auto target = plan.reserve<float>(static_cast<std::size_t>(shape.height * shape.width * shape.out));
    const Arena arena(plan);
    network.parameters().initialise(1, arena[parameters].data());
    optimizer.reset(arena);
    const ops::FeatureMap wanted = ops::dense_map(arena[target].data(), shape.height, shape.width, shape.out);
    fill(wanted, 2);
    fill(network.input(arena), 3);
    std::printf("%s, %s, %d threads; %dx%d, %zu parameters, %.1f GFLOP a step, arena %.0f MB\n",
                platform::cpu_name().c_str(), platform::isa_name(), threads, shape.height, shape.width,
                network.parameters().size(), network.flops() / 1e9, double(plan.size()) / 1e6);

    Best step, forward, backward, peak;
    double operations = 0;
    for (int i = 0; i <= steps; ++i) {
        const Duration f = measure([&] { network.forward(team, arena, arena[parameters].data()); });
        const Duration loss = measure([&] {
            ops::squared_error(team, network.output(arena), wanted, ops::no_map(), network.output_gradient(arena));
        });
        const Duration b =
            measure([&] { network.backward(team, arena, arena[parameters].data(), arena[gradient].data()); });
        const Duration update = measure(
            [&] { optimizer.step(team, arena, i + 1, 0.001, arena[gradient].data(), arena[parameters].data()); });
        const Duration p = measure([&] { operations = peak_operations(team); });
        if (i == 0) continue;  // caches and clock are not warm yet
        forward.add(f);
        backward.add(b);
        step.add({f.elapsed + loss.elapsed + b.elapsed + update.elapsed,
                  f.processor + loss.processor + b.processor + update.processor});
        peak.add(p);
    }
    const auto line = [&](const char* name, Best& best, double flops) {
        std::printf("%-9s best %.4f s, median %.4f s", name, best.elapsed, best.median());
        std::printf(", %.0f GFLOP/s, %.0f %% of the peak; processors %.4f s, %.0f %%\n", flops / best.elapsed / 1e9,
                    100 * flops / best.elapsed / (operations / peak.elapsed), best.processor,
                    100 * flops / best.processor / (operations / peak.processor));
    };
    line("step", step, network.flops());
    std::printf("forward   best %.4f s, processors %.4f s\nbackward  best %.4f s, processors %.4f s\n", forward.elapsed,
                forward.processor, backward.elapsed, backward.processor);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak %.0f GFLOP/s, peak memory %.0f MB\n", operations / peak.elapsed / 1e9,
                double(usage.ru_maxrss) / 1e3);
}

}  // namespace

int main(int argc, char** argv) try {
    CLI::App app("Time of a training step of the hourglass network");
    int threads = platform::usable_processors(), size = 512, channels = 128, skip = 4, scales = 5, steps = 5;
    bool up_1x1 = true;
    std::string implementation = "auto";
    app.add_option("--threads", threads)->capture_default_str();
    app.add_option("--size", size, "height and width of the image")->capture_default_str();
    app.add_option("--channels", channels, "of every scale")->capture_default_str();
    app.add_option("--skip", skip, "channels of the skip branches")->capture_default_str();
    app.add_option("--scales", scales)->capture_default_str();
    app.add_flag("!--no-1x1", up_1x1, "without the 1x1 convolutions on the way up");
    app.add_option("--implementation", implementation)->capture_default_str();
    app.add_option("--steps", steps, "that are counted")->capture_default_str()->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);

    prior::HourglassShape shape;
    shape.height = shape.width = size;
    shape.scales = prior::equal_scales(static_cast<std::size_t>(scales), channels, skip);
    shape.up_1x1 = up_1x1;
    bench(shape, implementation, threads, steps);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "twofold_hourglass_bench: %s\n", error.what());
    return 1;
}

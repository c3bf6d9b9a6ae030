// Speed of whole-map convolutions: GFLOP/s per layer shape, algorithm and pass, and the share of the float32 peak that
// the same threads reach. Winograd is counted as the direct convolution that it replaces, so it can pass 100 %.
//
//     twofold_layer_bench --threads 2 --size 512 --channels 128,128 --kernel 3 --seconds 1
//
// Algorithms and the peak take turns, so that what disturbs the machine disturbs all of them; the best time counts.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "ops/conv2d/conv2d_layer.h"
#include "ops/peak/peak.h"
#include "platform/aligned_memory.h"
#include "platform/cpu.h"
#include "platform/processors.h"
#include "runtime/error.h"
#include "runtime/random.h"

namespace {

using namespace twofold;
using ops::ConvLayerShape;

// Elapsed time, or processor time per thread: what a busy machine would have given us had it been idle.
class Stopwatch {
  public:
    Stopwatch(bool processor_time, int threads) : processor_time_(processor_time), threads_(threads) {}
    double seconds_of(const std::function<void()>& work) const {
        const std::clock_t used = std::clock();
        const auto start = std::chrono::steady_clock::now();
        work();
        if (processor_time_) return double(std::clock() - used) / CLOCKS_PER_SEC / threads_;
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

  private:
    bool processor_time_;
    int threads_;
};

class Buffer {
  public:
    explicit Buffer(std::size_t count) : count_(count), memory_(platform::allocate_aligned(count * sizeof(float))) {}
    float* data() const { return reinterpret_cast<float*>(memory_.get()); }
    void fill(std::uint64_t stream) const {
        for (std::size_t i = 0; i < count_; ++i)
            data()[i] = static_cast<float>(uniform_open(random_block(1, stream, i / 4)[i % 4]) - 0.5);
    }

  private:
    std::size_t count_;
    platform::AlignedMemory memory_;
};

double peak_gflops(ThreadTeam& team, const Stopwatch& watch) {
    std::vector<double> done(static_cast<std::size_t>(team.size()));
    const double seconds = watch.seconds_of([&] {
        team.run(team.size(), [&](std::int64_t task, int) {
            float sink[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
            done[static_cast<std::size_t>(task)] = ops::run_multiply_adds(2'000'000, sink);
        });
    });
    double sum = 0;
    for (const double operations : done) sum += operations;
    return sum / seconds / 1e9;
}

struct Contender {
    std::string name;
    ops::Conv2dLayer layer;
    Buffer packed, scratch;
    double best[4];  // seconds of pack and the three passes
};

void bench(ThreadTeam& team, const Stopwatch& watch, const ConvLayerShape& shape,
           const std::vector<std::string>& algorithms, double seconds) {
    const std::ptrdiff_t src_row = std::ptrdiff_t{shape.src_width()} * shape.in;
    const std::ptrdiff_t dst_row = std::ptrdiff_t{shape.width} * shape.out;
    const Buffer src(static_cast<std::size_t>(src_row * shape.src_height())),
        diff_src(static_cast<std::size_t>(src_row * shape.src_height())),
        dst(static_cast<std::size_t>(dst_row * shape.height)),
        diff_dst(static_cast<std::size_t>(dst_row * shape.height)), weights(shape.weights()),
        diff_weights(shape.weights()), bias(static_cast<std::size_t>(shape.out)),
        diff_bias(static_cast<std::size_t>(shape.out));
    src.fill(1);
    diff_dst.fill(2);
    weights.fill(3);
    std::vector<Contender> contenders;
    for (const std::string& name : algorithms) try {
            ops::Conv2dLayer layer(shape, name, team.size());
            Buffer packed(layer.packed_size()), scratch(layer.scratch_size());
            constexpr double kNever = std::numeric_limits<double>::max();
            contenders.push_back(
                {name, std::move(layer), std::move(packed), std::move(scratch), {kNever, kNever, kNever, kNever}});
        } catch (const Error&) {  // cannot do this shape
        }
    double peak = 0;
    const auto start = std::chrono::steady_clock::now();
    do {
        peak = std::max(peak, peak_gflops(team, watch));
        for (Contender& c : contenders) {
            float* scratch = c.scratch.data();
            const std::function<void()> passes[4] = {
                [&] { c.layer.pack(team, weights.data(), c.packed.data()); },
                [&] {
                    c.layer.forward(team, {src.data(), src_row}, c.packed.data(), bias.data(), {dst.data(), dst_row},
                                    scratch);
                },
                [&] {
                    c.layer.backward_data(team, {diff_dst.data(), dst_row}, c.packed.data(), {diff_src.data(), src_row},
                                          scratch);
                },
                [&] {
                    c.layer.backward_weights(team, {src.data(), src_row}, {diff_dst.data(), dst_row},
                                             diff_weights.data(), diff_bias.data(), scratch);
                }};
            for (int pass = 0; pass < 4; ++pass) c.best[pass] = std::min(c.best[pass], watch.seconds_of(passes[pass]));
        }
    } while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds);
    for (const Contender& c : contenders) {
        std::printf("%dx%d /%d %3d->%-3d %4dx%-4d %-9s", shape.kernel, shape.kernel, shape.stride, shape.in, shape.out,
                    shape.height, shape.width, c.name.c_str());
        for (int pass = 1; pass < 4; ++pass) {
            const double gflops = shape.flops() / c.best[pass] / 1e9;
            std::printf(" %7.1f %4.0f%%", gflops, 100 * gflops / peak);
        }
        std::printf("   pack %6.2f ms   peak %.0f\n", c.best[0] * 1e3, peak);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    CLI::App app("Speed of whole-map convolutions");
    int threads = platform::usable_processors(), size = 0, kernel = 3, stride = 1;
    double seconds = 1;
    bool processor_time = false;
    std::vector<int> channels;
    std::vector<std::string> algorithms{"winograd", "direct"};
    app.add_option("--threads", threads);
    app.add_option("--size", size,
                   "height and width of the result; without it, the layers of a network of 128 channels");
    app.add_option("--channels", channels, "in,out")->delimiter(',')->expected(2);
    app.add_option("--kernel", kernel);
    app.add_option("--stride", stride);
    app.add_option("--seconds", seconds, "for each shape");
    app.add_flag("--processor-time", processor_time,
                 "count the threads' processor time: for a machine with other work");
    app.add_option("--algorithms", algorithms)->delimiter(',');
    CLI11_PARSE(app, argc, argv);

    ThreadTeam team(threads);
    const Stopwatch watch(processor_time, threads);
    std::printf("%s, %s, %d threads; GFLOP/s and share of the peak: forward, backward data, backward weights\n",
                platform::cpu_name().c_str(), platform::isa_name(), threads);
    if (size > 0) {
        if (channels.empty()) channels = {128, 128};
        bench(team, watch, {kernel, stride, channels[0], channels[1], size, size}, algorithms, seconds);
        return 0;
    }
    for (const ConvLayerShape& shape : {ConvLayerShape{3, 1, 128, 128, 512, 512},
                                        {3, 1, 132, 128, 512, 512},
                                        {3, 2, 32, 128, 256, 256},
                                        {3, 2, 128, 128, 128, 128},
                                        {1, 1, 128, 128, 512, 512},
                                        {1, 1, 128, 4, 512, 512},
                                        {1, 1, 128, 3, 512, 512},
                                        {5, 1, 32, 32, 256, 256},
                                        {3, 1, 16, 16, 256, 256},
                                        {3, 1, 32, 32, 256, 256},
                                        {3, 1, 64, 64, 256, 256},
                                        {3, 1, 256, 256, 64, 64},
                                        {3, 1, 128, 128, 64, 64},
                                        {3, 1, 128, 128, 32, 32},
                                        {3, 1, 128, 128, 16, 16}})
        bench(team, watch, shape, algorithms, seconds);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "twofold_layer_bench: %s\n", error.what());
    return 1;
}

#include "pipelines/zsn2n/benchmark.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"
#include "ops/collaborative/nonlocal_bayes.h"
#include "ops/conv2d/conv2d_table.h"
#include "ops/peak/peak.h"
#include "pipelines/zsn2n/applier.h"
#include "pipelines/zsn2n/trainer.h"
#include "runtime/random.h"

namespace twofold::zsn2n {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPatch = 32;
constexpr int kImage = 512;

// Median seconds of a call, over as many as fit into the time, at least five.
template <typename Call>
double median_seconds(double budget, const Call& call) {
    call();  // fills caches and wakes the threads
    std::vector<double> times;
    const auto start = Clock::now();
    while (times.size() < 5 || std::chrono::duration<double>(Clock::now() - start).count() < budget) {
        const auto before = Clock::now();
        call();
        times.push_back(std::chrono::duration<double>(Clock::now() - before).count());
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

// Numbers in (-0.5, 0.5): zeros or denormals would flatter or slow a kernel.
void fill_random(std::span<float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const RandomBlock words = random_block(0, 0, i / 4);
        values[i] = static_cast<float>(uniform_open(words[i % 4]) - 0.5);
    }
}

class Benchmark {
  public:
    Benchmark(int threads, double seconds, void (*row)(const BenchmarkRow&, void*), void* user)
        : team_(threads), seconds_(seconds), row_(row), user_(user) {}

    void run() {
        measure_peak();
        constexpr int kWidth = 48;
        for (const ops::Conv2dShape shape : {ops::Conv2dShape{3, 3, kWidth}, {3, kWidth, kWidth}, {1, kWidth, 3}})
            for (const ops::Conv2dImplementation& implementation : ops::conv2d_implementations())
                measure_convolution(shape, implementation.name);
        for (const RecipeName name : {RecipeName::kFast, RecipeName::kBest}) measure_pipeline(name);
        measure_refinement();
    }

  private:
    void report(const std::string& name, const char* implementation, const std::string& shape, double seconds,
                double flops) {
        BenchmarkRow row;
        row.name = name.c_str();
        row.implementation = implementation;
        row.shape = shape.c_str();
        row.threads = team_.size();
        row.seconds = seconds;
        row.gflops = flops / seconds * 1e-9;
        if (peak_ == 0) peak_ = row.gflops;
        row.share_of_peak = row.gflops / peak_;
        row_(row, user_);
    }

    void measure_peak() {
        constexpr std::int64_t kRounds = 2'000'000;
        std::vector<std::array<float, 64>> sinks(static_cast<std::size_t>(team_.size()));
        for (auto& sink : sinks) fill_random(sink);
        std::vector<double> flops(sinks.size());
        // The best, not the median: what the machine can do when nobody disturbs it.
        double best = 1e300;
        for (int i = 0; i < 5; ++i)
            best = std::min(best, median_seconds(seconds_ / 5, [&] {
                                team_.run(team_.size(), [&](std::int64_t task, int) {
                                    const auto t = static_cast<std::size_t>(task);
                                    flops[t] = ops::run_multiply_adds(kRounds, sinks[t].data());
                                });
                            }));
        double sum = 0;
        for (const double value : flops) sum += value;
        report("peak", "", "multiply-adds in registers", best, sum);
    }

    // Each thread works on a patch of its own, as in training.
    void measure_convolution(const ops::Conv2dShape& shape, const char* implementation) {
        const std::unique_ptr<ops::Conv2d> conv = ops::make_conv2d(shape, implementation);
        if (!conv) return;
        conv->plan(kPatch, kPatch);
        const int kernel = shape.kernel, in = shape.in, out = shape.out;  // clang 14 captures no structured bindings
        const int ring = kernel - 1, padded = kPatch + ring, ringed = kPatch + 2 * ring;
        ArenaPlan plan;
        const auto reserve = [&](int side, int channels) {
            return plan.reserve<float>(static_cast<std::size_t>(side * side * channels));
        };
        const auto weights = plan.reserve<float>(shape.weights()),
                   bias = plan.reserve<float>(static_cast<std::size_t>(out)),
                   packed = plan.reserve<float>(conv->packed_size());
        struct Buffers {
            ArenaRange<float> src, dst, diff_dst, diff_src, diff_weights, diff_bias, scratch;
        };
        std::vector<Buffers> buffers;
        for (int i = 0; i < team_.size(); ++i)
            buffers.push_back({reserve(padded, in), reserve(kPatch, out), reserve(ringed, out), reserve(padded, in),
                               plan.reserve<float>(shape.weights()), plan.reserve<float>(static_cast<std::size_t>(out)),
                               plan.reserve<float>(conv->scratch_size(true))});
        const Arena arena(plan);
        for (const auto& range : {weights, bias}) fill_random(arena[range]);
        for (const Buffers& b : buffers)
            for (const auto& range : {b.src, b.diff_dst}) fill_random(arena[range]);
        conv->pack(arena[weights].data(), arena[packed].data());

        const auto measure = [&](const char* direction, double pixels, const auto& call) {
            const double seconds = median_seconds(seconds_, [&] {
                team_.run(team_.size(), [&](std::int64_t task, int) { call(buffers[static_cast<std::size_t>(task)]); });
            });
            report("conv2d " + std::to_string(kernel) + "x" + std::to_string(kernel) + " " + std::to_string(in) + "->" +
                       std::to_string(out) + " " + direction,
                   implementation, std::to_string(kPatch) + "x" + std::to_string(kPatch) + " per thread", seconds,
                   shape.flops(pixels) * team_.size());
        };
        measure("forward", kPatch * kPatch, [&](const Buffers& b) {
            conv->forward(kPatch, kPatch, {arena[b.src].data(), padded * in}, arena[packed].data(), arena[bias].data(),
                          kNegativeSlope, {arena[b.dst].data(), kPatch * out}, arena[b.scratch].data());
        });
        if (in >= 16)
            measure("backward data", padded * padded, [&](const Buffers& b) {
                conv->backward_data(kPatch, kPatch, {arena[b.diff_dst].data(), ringed * out}, arena[packed].data(),
                                    {arena[b.src].data(), padded * in}, kNegativeSlope,
                                    {arena[b.diff_src].data(), padded * in}, arena[b.scratch].data());
            });
        measure("backward weights", kPatch * kPatch, [&](const Buffers& b) {
            conv->backward_weights(kPatch, kPatch, {arena[b.src].data(), padded * in},
                                   {arena[b.diff_dst].data() + (ring * ringed + ring) * out, ringed * out},
                                   arena[b.diff_weights].data(), arena[b.diff_bias].data(), arena[b.scratch].data());
        });
    }

    void measure_pipeline(RecipeName name) {
        std::vector<float> pixels(static_cast<std::size_t>(kImage) * kImage * 3), result(pixels.size());
        fill_random(pixels);
        constexpr std::ptrdiff_t kPixel = 3 * sizeof(float);
        const ImageView view{reinterpret_cast<std::byte*>(pixels.data()),
                             kImage,
                             kImage,
                             3,
                             false,
                             DataType::kFloat32,
                             kPixel,
                             kImage * kPixel,
                             sizeof(float)};
        const char* recipe_name = name == RecipeName::kFast ? "fast" : "best";
        const NoiseModel noise = estimate_noise(view, {});
        const ops::NormalTable normals;
        const Recipe recipe = make_recipe(name);
        Network network({3, recipe.width, recipe.depth}, "auto");
        Trainer trainer(network, recipe, {view, {}, 0, &noise, &normals}, team_);
        constexpr int kTile = 64;
        ImageView output = view;
        output.data = reinterpret_cast<std::byte*>(result.data());
        Applier applier(network, view, output, {}, kTile, team_);
        ArenaPlan plan;
        trainer.reserve(plan);
        applier.reserve(plan, false);
        const Arena arena(plan);
        trainer.reset(arena);
        std::int64_t step = 0;
        double loss = 0;
        const double step_seconds = median_seconds(seconds_, [&] {
            trainer.step(
                arena, step++, 1'000'000, [] { return false; }, &loss);
        });
        report(std::string("training step, ") + recipe_name, network.implementation(),
               std::to_string(recipe.patches) + " patches of " + std::to_string(recipe.patch) + "x" +
                   std::to_string(recipe.patch) + ", optimiser included",
               step_seconds, trainer.flops_per_step());
        const double apply_seconds = median_seconds(seconds_, [&] {
            RunControl control(nullptr, nullptr, 0);
            applier.run(arena, trainer.parameters(arena), 1, nullptr, {}, control);
        });
        report(std::string("inference, ") + recipe_name, network.implementation(),
               std::to_string(kImage) + "x" + std::to_string(kImage) + " RGB", apply_seconds, applier.flops(1));
    }

    // Each thread filters groups of patches of an image of its own.
    void measure_refinement() {
        constexpr int kComponents = 3, kReach = ops::kCollaborativeReach, kPoints = ops::kCollaborativeCoefficients;
        constexpr int kSide = 2 * kReach + ops::kCollaborativePatch, kRow = kSide + ops::kCollaborativePadding;
        constexpr int kGroups = 64;  // a call
        ArenaPlan plan;
        const auto variance = plan.reserve<float>(kComponents * kPoints);
        std::vector<std::array<ArenaRange<float>, 4>> images(static_cast<std::size_t>(team_.size()));
        for (auto& image : images)
            for (auto& planes : image) planes = plan.reserve<float>(kComponents * kSide * kRow);
        const Arena arena(plan);
        std::ranges::fill(arena[variance], 0.01f);
        for (const auto& image : images)
            for (const auto& planes : image) fill_random(arena[planes]);
        const ops::CollaborativeWindow window{0, 0, 2 * kReach - 1, 2 * kReach - 1};
        const auto measure = [&](const char* name, double flops, const auto& filter) {
            const double seconds = median_seconds(seconds_, [&] {
                team_.run(team_.size(), [&](std::int64_t task, int) {
                    const auto& image = images[static_cast<std::size_t>(task)];
                    ops::CollaborativePlanes planes;
                    planes.components = kComponents;
                    planes.row = kRow;
                    for (std::size_t c = 0; c < kComponents; ++c) {
                        const std::size_t at = c * kSide * kRow;
                        planes.noisy[c] = arena[image[0]].data() + at;
                        planes.pilot[c] = arena[image[1]].data() + at;
                        planes.sum[c] = arena[image[2]].data() + at;
                        planes.weight[c] = arena[image[3]].data() + at;
                    }
                    for (int i = 0; i < kGroups; ++i) filter(planes, kReach, kReach, window, arena[variance].data());
                });
            });
            const double searched = 3.0 * 4 * kReach * kReach * kPoints;
            report(name, "simd", std::to_string(kGroups) + " groups of patches per thread", seconds,
                   (searched + kComponents * flops) * kGroups * team_.size());
        };
        constexpr double kBayes = ops::kBayesGroup, kFew = ops::kCollaborativeGroup;
        // Three products of patches with patches, the inverse and a product of two matrices of the group's size.
        measure("nonlocal Bayes", 2 * kBayes * kBayes * (3 * kPoints + 2 * kBayes), ops::nonlocal_bayes);
        // Three transforms of each patch, twice 8 rows by 8x8 numbers, and three across the group.
        measure("collaborative filter", 3 * kFew * kPoints * (4 * ops::kCollaborativePatch + 4),
                ops::collaborative_filter);
    }

    ThreadTeam team_;
    double seconds_;
    void (*row_)(const BenchmarkRow&, void*);
    void* user_;
    double peak_ = 0;
};

}  // namespace

void benchmark(int threads, double seconds, void (*row)(const BenchmarkRow& row, void* user), void* user) {
    Benchmark(threads, seconds, row, user).run();
}

}  // namespace twofold::zsn2n

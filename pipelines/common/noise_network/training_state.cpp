#include "pipelines/common/noise_network/training_state.h"

#include <algorithm>
#include <cmath>

#include "ops/optimizer/adam.h"
#include "runtime/random.h"

namespace twofold {
namespace {

constexpr std::uint64_t kInitialWeights = 1;  // stream of random numbers
constexpr std::size_t kReduceBlock = 2048;    // parameters summed by one task

}  // namespace

TrainingState::TrainingState(const NetworkShape& shape, std::int64_t slots, const OptimizerSettings& optimizer,
                             ThreadTeam& team)
    : shape_(shape), count_(shape.parameters()), slots_(slots), optimizer_(optimizer), team_(team) {}

void TrainingState::reserve(ArenaPlan& plan) {
    parameters_ = plan.reserve<float>(count_);
    gradient_sum_ = plan.reserve<float>(count_);
    first_ = plan.reserve<float>(count_);
    second_ = plan.reserve<float>(count_);
    gradients_ = plan.reserve<float>(count_ * static_cast<std::size_t>(slots_));
    if (optimizer_.kind != OptimizerKind::kMuon) return;
    for (int i = 0; i < shape_.layers(); ++i) {
        const LayerShape layer = shape_.layer(i);
        const ops::Muon& muon = muons_.emplace_back(ops::MuonShape{layer.kernel * layer.kernel * layer.in, layer.out});
        muon_scratch_.push_back(plan.reserve<float>(muon.scratch_size()));
        for (int chunk = 0; chunk < muon.chunks(); ++chunk) muon_tasks_.push_back({i, chunk});
    }
}

void TrainingState::reset(const Arena& arena, std::uint64_t seed) {
    const std::span<float> parameters = arena[parameters_];
    for (int i = 0; i < shape_.layers(); ++i) {
        const LayerShape layer = shape_.layer(i);
        // Uniform in +-1/sqrt(fan-in), weights and biases alike: what the reference starts from.
        const double bound = 1 / std::sqrt(double(layer.kernel * layer.kernel * layer.in));
        const std::size_t count = layer.weights() + static_cast<std::size_t>(layer.out);
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t index = layer.offset + j;
            const RandomBlock words = random_block(seed, kInitialWeights, index / 4);
            parameters[index] = static_cast<float>(bound * (2 * uniform_open(words[index % 4]) - 1));
        }
    }
    std::ranges::fill(arena[first_], 0.0f);
    std::ranges::fill(arena[second_], 0.0f);
}

void TrainingState::sum_gradients(const Arena& arena) {
    const std::span<float> gradients = arena[gradients_], total = arena[gradient_sum_];
    const auto blocks = static_cast<std::int64_t>((count_ + kReduceBlock - 1) / kReduceBlock);
    team_.run(blocks, [&](std::int64_t block, int) {
        const std::size_t begin = static_cast<std::size_t>(block) * kReduceBlock;
        const std::size_t size = std::min(kReduceBlock, count_ - begin);
        std::copy_n(gradients.data() + begin, size, total.data() + begin);
        for (std::int64_t slot = 1; slot < slots_; ++slot) {
            const float* add = gradients.data() + static_cast<std::size_t>(slot) * count_ + begin;
            for (std::size_t i = 0; i < size; ++i) total[begin + i] += add[i];
        }
    });
}

void TrainingState::update(const Arena& arena, std::int64_t step, double rate) {
    if (optimizer_.kind == OptimizerKind::kMuon) {
        update_muon(arena, step, rate);
        return;
    }
    ops::adam_step(count_, step + 1, rate, {}, arena[gradient_sum_].data(), arena[first_].data(), arena[second_].data(),
                   arena[parameters_].data());
}

void TrainingState::update_muon(const Arena& arena, std::int64_t step, double rate) {
    const std::span<float> parameters = arena[parameters_], gradient = arena[gradient_sum_], first = arena[first_],
                           second = arena[second_];
    for (int phase = 0; phase < ops::Muon::phases(); ++phase)
        team_.run(static_cast<std::int64_t>(muon_tasks_.size()), [&](std::int64_t task, int) {
            const auto [layer, chunk] = muon_tasks_[static_cast<std::size_t>(task)];
            const auto i = static_cast<std::size_t>(layer);
            const std::size_t offset = shape_.layer(layer).offset;
            muons_[i].run(phase, chunk, rate, optimizer_.momentum,
                          {gradient.data() + offset, first.data() + offset, parameters.data() + offset,
                           arena[muon_scratch_[i]].data()});
        });
    constexpr ops::AdamConstants kBias{0.9, 0.95, 1e-8};
    for (int i = 0; i < shape_.layers(); ++i) {
        const LayerShape layer = shape_.layer(i);
        const std::size_t bias = layer.offset + layer.weights();
        ops::adam_step(static_cast<std::size_t>(layer.out), step + 1, rate * optimizer_.bias_rate, kBias,
                       gradient.data() + bias, first.data() + bias, second.data() + bias, parameters.data() + bias);
    }
}

double TrainingState::flops() const {
    double sum = 0;
    for (const ops::Muon& muon : muons_) sum += muon.flops();
    return sum;
}

}  // namespace twofold

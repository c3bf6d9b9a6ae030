#include "pipelines/common/prior/optimizer.h"

#include <algorithm>
#include <span>

#include "ops/optimizer/adam.h"

namespace twofold::prior {
namespace {

constexpr std::size_t kRun = 8192;  // parameters moved by one task

}  // namespace

ParameterOptimizer::ParameterOptimizer(const ParameterLayout& layout, const Recipe& recipe)
    : recipe_(recipe), size_(layout.size()) {
    const auto add_runs = [&](std::size_t offset, std::size_t count) {
        for (std::size_t begin = 0; begin < count; begin += kRun)
            adam_runs_.push_back({offset + begin, std::min(kRun, count - begin)});
    };
    if (recipe.optimizer == Optimizer::kAdam) {
        add_runs(0, size_);
        return;
    }
    for (const ParameterBlock& block : layout.blocks()) {
        if (block.kind != ParameterBlock::Kind::kWeights) {
            add_runs(block.offset, block.size());
            continue;
        }
        const ops::Muon muon(ops::MuonShape{block.rows, block.columns});
        for (int chunk = 0; chunk < muon.chunks(); ++chunk) muon_tasks_.push_back({muon_blocks_.size(), chunk});
        muon_blocks_.push_back({muon, block.offset, {}});
    }
}

void ParameterOptimizer::reserve(ArenaPlan& plan) {
    first_ = plan.reserve<float>(size_);
    second_ = plan.reserve<float>(size_);
    for (MuonBlock& block : muon_blocks_) block.scratch = plan.reserve<float>(block.muon.scratch_size());
}

void ParameterOptimizer::reset(const Arena& arena) {
    std::ranges::fill(arena[first_], 0.0f);
    std::ranges::fill(arena[second_], 0.0f);
}

void ParameterOptimizer::step(ThreadTeam& team, const Arena& arena, std::int64_t step, double learning_rate,
                              const float* gradient, float* parameters) const {
    const std::span<float> first = arena[first_], second = arena[second_];
    if (!muon_tasks_.empty())
        for (int phase = 0; phase < ops::Muon::phases(); ++phase)
            team.run(static_cast<std::int64_t>(muon_tasks_.size()), [&](std::int64_t task, int) {
                const auto [index, chunk] = muon_tasks_[static_cast<std::size_t>(task)];
                const MuonBlock& block = muon_blocks_[index];
                block.muon.run(phase, chunk, learning_rate, recipe_.momentum,
                               {gradient + block.offset, first.data() + block.offset, parameters + block.offset,
                                arena[block.scratch].data()});
            });
    const double rate = recipe_.optimizer == Optimizer::kMuon ? learning_rate * recipe_.vector_rate : learning_rate;
    team.run(static_cast<std::int64_t>(adam_runs_.size()), [&](std::int64_t task, int) {
        const auto [offset, count] = adam_runs_[static_cast<std::size_t>(task)];
        ops::adam_step(count, step, rate, {}, gradient + offset, first.data() + offset, second.data() + offset,
                       parameters + offset);
    });
}

double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps) {
    const double begin = recipe.decay_from * static_cast<double>(steps);
    const auto at = static_cast<double>(step);
    if (at <= begin) return recipe.learning_rate;
    const double fraction = (at - begin) / std::max(1.0, static_cast<double>(steps) - begin);
    return recipe.learning_rate * (1 - 0.95 * fraction);
}

}  // namespace twofold::prior

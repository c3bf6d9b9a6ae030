// What a training of the network holds besides its data: parameters, their gradients and the state of the optimiser.
//
// Gradients are written into slots, which threads fill at the same time, and summed in the order of slots: the result
// does not depend on the number of threads.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_TRAINING_STATE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_TRAINING_STATE_H

#include <cstdint>
#include <span>
#include <vector>

#include "ops/optimizer/muon.h"
#include "pipelines/common/noise_network/network_shape.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold {

enum class OptimizerKind { kAdam, kMuon };

struct OptimizerSettings {
    OptimizerKind kind = OptimizerKind::kMuon;
    double momentum = 0.95;   // of Muon
    double bias_rate = 0.15;  // Muon: rate of Adam on the biases, relative to that of the weights
};

class TrainingState {
  public:
    // Keeps a reference to the team, which must outlive it.
    TrainingState(const NetworkShape& shape, std::int64_t slots, const OptimizerSettings& optimizer, ThreadTeam& team);

    void reserve(ArenaPlan& plan);

    // Random initial weights and zero optimiser state.
    void reset(const Arena& arena, std::uint64_t seed);
    std::span<float> parameters(const Arena& arena) const { return arena[parameters_]; }
    std::span<float> first_moment(const Arena& arena) const { return arena[first_]; }
    std::span<float> second_moment(const Arena& arena) const { return arena[second_]; }
    // To be filled with a gradient.
    std::span<float> slot(const Arena& arena, std::int64_t index) const {
        return arena[gradients_].subspan(static_cast<std::size_t>(index) * count_, count_);
    }
    std::span<const float> gradient_sum(const Arena& arena) const { return arena[gradient_sum_]; }
    void sum_gradients(const Arena& arena);
    // One step of the optimiser with the sum of the gradients; `step` from 0.
    void update(const Arena& arena, std::int64_t step, double rate);
    // Floating point operations of an update.
    double flops() const;

  private:
    void update_muon(const Arena& arena, std::int64_t step, double rate);

    NetworkShape shape_;
    std::size_t count_;  // of parameters
    std::int64_t slots_;
    OptimizerSettings optimizer_;
    ThreadTeam& team_;
    ArenaRange<float> parameters_, gradient_sum_, first_, second_, gradients_;
    std::vector<ops::Muon> muons_;  // one a layer
    std::vector<ArenaRange<float>> muon_scratch_;
    struct MuonTask {
        int layer, chunk;
    };
    std::vector<MuonTask> muon_tasks_;
};

}  // namespace twofold

#endif

// Training: patches in parallel, one gradient each, summed in the order of patches; then one optimiser step.
#ifndef TWOFOLD_PIPELINES_ZSN2N_TRAINER_H
#define TWOFOLD_PIPELINES_ZSN2N_TRAINER_H

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise_network/training_state.h"
#include "pipelines/zsn2n/patch_loss.h"
#include "pipelines/zsn2n/recipe.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

class Trainer {
  public:
    // Keeps references to network and team, which must outlive it. The image must be at least 2 x 2 pixels.
    Trainer(Network& network, const Recipe& recipe, const TrainingImage& image, ThreadTeam& team);

    void reserve(ArenaPlan& plan);

    // Random initial weights and zero optimiser state.
    void reset(const Arena& arena) { state_.reset(arena, image_.seed); }
    // One step of training; `steps` is the number planned, for the schedule. Between rounds, of a few patches for each
    // thread, `abandon` is asked whether to give up; then the result is false and the parameters are as before.
    template <typename Abandon>
    bool step(const Arena& arena, std::int64_t index, std::int64_t steps, const Abandon& abandon, double* loss) {
        if (!add_all_gradients(arena, index, abandon)) return false;
        *loss = sum_gradients(arena);
        state_.update(arena, index, learning_rate(recipe_, index, steps));
        return true;
    }
    // Loss and gradient of the current parameters without a step, for tests and benchmarks.
    double gradient(const Arena& arena, std::int64_t index) {
        add_all_gradients(arena, index, [] { return false; });
        return sum_gradients(arena);
    }
    // The weights, which are the result of training.
    std::span<float> parameters(const Arena& arena) const { return state_.parameters(arena); }
    std::span<const float> gradient_sum(const Arena& arena) const { return state_.gradient_sum(arena); }
    // Floating point operations of one step, optimiser included.
    double flops_per_step() const;

  private:
    // Patches of a slot between two looks at `abandon`: some hundredths of a second for patches of 64 x 64 pixels.
    static constexpr std::int64_t kRound = 4;

    PatchTask task(std::int64_t step, std::int64_t index) const;
    template <typename Abandon>
    bool add_all_gradients(const Arena& arena, std::int64_t step, const Abandon& abandon) {
        network_.pack(state_.parameters(arena).data(), arena[packed_].data());
        const std::int64_t longest = (tasks_ + slots_ - 1) / slots_;
        for (std::int64_t slot = 0; slot < slots_; slot += group_)
            for (std::int64_t patch = 0; patch < longest; patch += kRound) {
                if (slot + patch > 0 && abandon()) return false;
                add_gradients(arena, step, slot, std::min(slot + group_, slots_), patch);
            }
        return true;
    }
    // One round: the gradients of the slots [first, end), each over its patches [patch, patch + kRound), counted from
    // the slot's own first.
    void add_gradients(const Arena& arena, std::int64_t step, std::int64_t first, std::int64_t end, std::int64_t patch);
    // The sum over the slots, and that of the losses.
    double sum_gradients(const Arena& arena);

    Network& network_;
    Recipe recipe_;
    TrainingImage image_;
    ThreadTeam& team_;
    int patch_width_, patch_height_;
    std::int64_t columns_, rows_;  // of patches, when the whole image is used
    std::int64_t tasks_;
    std::int64_t slots_;  // gradients that are summed, each over a run of consecutive patches
    std::int64_t group_;  // slots that are filled at the same time
    TrainingState state_;
    PatchLoss patch_loss_;

    ArenaRange<float> packed_;
    ArenaRange<double> losses_;
    std::vector<PatchPlan> threads_;
};

}  // namespace twofold::zsn2n

#endif

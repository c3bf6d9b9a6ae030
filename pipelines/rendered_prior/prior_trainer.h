// Trains the prior: the network that predicts the noise, on rendered scenes with rendered noise instead of on one
// image.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_PRIOR_TRAINER_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_PRIOR_TRAINER_H

#include <array>
#include <string_view>
#include <vector>

#include "pipelines/common/noise_network/network.h"
#include "pipelines/common/noise_network/training_state.h"
#include "pipelines/common/noise_network/weights.h"
#include "pipelines/rendered_prior/checkpoint.h"
#include "pipelines/rendered_prior/patch_source.h"
#include "runtime/thread_team.h"

namespace twofold::rendered {

// Mean PSNR in dB on rendered scenes that are never trained on.
struct Validation {
    enum Kind { kSigma10, kSigma25, kSigma50, kPhotons25, kCamera, kKinds };
    static constexpr std::array<const char*, kKinds> kNames = {"sigma 10", "sigma 25", "sigma 50", "25 photons",
                                                               "camera"};
    std::array<double, kKinds> noisy{}, denoised{};
};

class PriorTrainer {
  public:
    // A new training. Throws Error kOutOfMemory; kUnsupported for an implementation (see conv2d_table.h) that is not
    // in this build.
    PriorTrainer(const TrainingRecipe& recipe, int threads, std::string_view implementation = "auto");
    // Goes on from a checkpoint, to the same bits as without the interruption; `steps` as for with_steps().
    PriorTrainer(const Checkpoint& checkpoint, std::int64_t steps, int threads,
                 std::string_view implementation = "auto");

    const TrainingRecipe& recipe() const { return recipe_; }
    std::int64_t steps_done() const { return step_; }
    bool finished() const { return step_ >= recipe_.steps; }
    // One step; returns its loss: the squared error over the strength of the noise, a mean over patches. Does nothing
    // and returns 0 when finished.
    double step();
    Validation validate();

    Checkpoint checkpoint() const;
    // In 12 bits, for images of three channels and any white.
    Weights weights() const;

  private:
    PriorTrainer(const TrainingRecipe& recipe, std::int64_t step, int threads, std::string_view implementation);
    int input_side() const;  // of a patch with its halo
    double add_gradient(const NoisyPatch& patch, int thread, std::span<float> gradient);
    // What the network predicts for the middle of a patch.
    void predict(const NoisyPatch& patch, const Pass& pass) const;
    // The middle of an image, input_side() pixels a side.
    std::vector<float> middle(const std::vector<float>& image) const;

    TrainingRecipe recipe_;
    std::int64_t step_;
    ThreadTeam team_;
    Network network_;
    TrainingState state_;
    PatchSource source_;
    std::vector<PassPlan> passes_;  // one a thread
    ArenaRange<float> packed_;
    Arena arena_;
    std::vector<double> losses_;
};

}  // namespace twofold::rendered

#endif

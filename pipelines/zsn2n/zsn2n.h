// Zero-Shot Noise2Noise (Mansour & Heckel, CVPR 2023, arXiv 2303.11253): the whole job, from a noisy image to a clean
// one. Constructing a Denoiser checks the settings and takes all memory; run() allocates nothing.
#ifndef TWOFOLD_PIPELINES_ZSN2N_ZSN2N_H
#define TWOFOLD_PIPELINES_ZSN2N_ZSN2N_H

#include <memory>
#include <optional>

#include "pipelines/common/noise_network/weights.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/zsn2n/recipe.h"

namespace twofold::zsn2n {

struct Settings : PipelineSettings {
    // What the noise is like. kAuto measures it; the recipe `paper` and given weights of one image leave no choice.
    NoiseKind noise = NoiseKind::kAuto;
    std::optional<float> filter_weight;      // of the noise in the collaborative filter; none: found (filter_weight.h)
    std::optional<RefinementEffort> effort;  // instead of the recipe's
    std::optional<Recipe> constants;         // instead of the named recipe's: for experiments
    const Weights* weights = nullptr;        // apply these instead of training; copied
    // Begin the training with these instead of random weights; copied. They are for independent noise, other noise asks
    // for another network and begins at random.
    const Weights* start = nullptr;
    // Train the given weights further, on three quarters of the image, and keep the outcome if its loss on the last
    // quarter is lower. Not for images of less than kSmallestAdapted pixels a side, which get the weights as they are.
    bool adapt = false;
    static constexpr std::int64_t kSmallestAdapted = 64;
};

// What the noise is taken for. Throws Error as the constructor of Denoiser.
NoiseKind noise_kind(const Settings& settings);

class Denoiser final : public Pipeline {
  public:
    // Throws Error: kInvalidArgument, kUnsupported (image too small to train on or to measure correlated noise, unknown
    // implementation), kNonFinite, kOutOfMemory, kOverBudget.
    explicit Denoiser(const Settings& settings);
    ~Denoiser() override;

    void run(ProgressCallback callback, void* user) override;
    const Report& report() const override;
    const Weights& weights() const;  // trained by the last run, or given
    // Of the noise when the last run refined its result by the collaborative filter; else 1.
    float filter_weight() const;
    // 0..1: by how much the last run corrected its result by that at half the size.
    float share_of_half() const;
    // False after a training that was cut off too early: its weights leave the image as it is.
    bool has_learned() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace twofold::zsn2n

#endif

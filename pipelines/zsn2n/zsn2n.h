// Zero-Shot Noise2Noise (Mansour & Heckel, CVPR 2023, arXiv 2303.11253): the whole job, from a noisy image to a clean
// one. Constructing a Denoiser checks the settings and takes all memory; run() allocates nothing.
#ifndef TWOFOLD_PIPELINES_ZSN2N_ZSN2N_H
#define TWOFOLD_PIPELINES_ZSN2N_ZSN2N_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pipelines/common/run_control.h"
#include "pipelines/zsn2n/recipe.h"
#include "pipelines/zsn2n/weights.h"
#include "runtime/image_view.h"

namespace twofold::zsn2n {

struct Settings {
    ImageView input;
    ImageView output;  // same size and channels as the input; may be the same memory
    RecipeName recipe = RecipeName::kFast;
    std::optional<Recipe> constants;  // instead of the named recipe's: for experiments
    std::int64_t steps = 0;           // 0: the recipe's
    std::uint64_t seed = 0;
    int threads = 1;
    std::uint64_t memory_budget = 0;      // bytes; 0: what the machine has free
    double deadline_seconds = 0;          // 0: none
    float white = 0;                      // float images: sample value of white; 0: automatic
    const Weights* weights = nullptr;     // apply these instead of training; copied
    std::string implementation = "auto";  // "auto", "simd", "onednn", "ref"
};

struct Report {
    std::int64_t steps_planned = 0;
    std::int64_t steps_done = 0;
    double seconds_total = 0;
    double seconds_train = 0;
    double seconds_apply = 0;
    double loss = 0;
    double noise_sigma = 0;  // 0..255 scale
    StopReason stop_reason = StopReason::kSteps;
    int threads = 0;
    std::int64_t parameters = 0;
    int depth = 0;
    int ensemble = 1;
    std::uint64_t memory_bytes = 0;
    const char* implementation = "";
};

class Denoiser {
  public:
    // Throws Error: kInvalidArgument, kUnsupported (image too small to train on, unknown implementation), kNonFinite,
    // kOutOfMemory, kOverBudget.
    explicit Denoiser(const Settings& settings);
    ~Denoiser();

    // Throws Error kCancelled when the callback asks for it.
    void run(ProgressCallback callback, void* user);

    const Report& report() const;
    const Weights& weights() const;  // trained by the last run, or given

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace twofold::zsn2n

#endif

// What all methods have in common: settings, report and the calls a job makes. Constructing a pipeline checks the
// settings and takes all memory; run() allocates nothing.
#ifndef TWOFOLD_PIPELINES_COMMON_PIPELINE_H
#define TWOFOLD_PIPELINES_COMMON_PIPELINE_H

#include <cstdint>
#include <optional>
#include <string>

#include "pipelines/common/run_control.h"
#include "runtime/error.h"
#include "runtime/image_view.h"

namespace twofold {

enum class RecipeName { kFast, kBest, kPaper };

// How the noise of neighbouring pixels is related; kAuto: to be measured.
enum class NoiseKind { kAuto, kIndependent, kCorrelated };

// Of images that a method holds as a whole: far beyond what fits into memory, and safe for int.
constexpr std::int64_t kLargestSide = 1 << 16;

// The result so far, for those who draw curves. Images are height x width x channels of the output, interleaved floats
// without gaps on the scale where white is 1; they are valid during the call only.
struct TracePoint {
    std::int64_t step = 0;
    double loss = 0;
    const float* output = nullptr;   // of this very step
    const float* average = nullptr;  // running average of the outputs; null where a method keeps none
};
using TraceCallback = void (*)(const TracePoint& point, void* user);

struct PipelineSettings {
    ImageView input;
    ImageView output;  // may be the same memory as the input when the two are of one size
    RecipeName recipe = RecipeName::kFast;
    std::int64_t steps = 0;  // 0: the recipe's
    std::uint64_t seed = 0;
    int threads = 1;
    std::uint64_t memory_budget = 0;      // bytes; 0: what the machine has free
    double deadline_seconds = 0;          // 0: none
    float white = 0;                      // float images: sample value of white; 0: automatic
    float strength = 1;                   // of denoising: what share of the change is made, 0..1
    std::string implementation = "auto";  // "auto", "simd", "direct", "onednn", "ref"
    std::optional<bool> refine;           // of denoising: whether common/refinement follows; none: as the recipe has it
    TraceCallback trace = nullptr;
    void* trace_user = nullptr;
    std::int64_t trace_every = 0;  // steps between trace points; 0: no trace
};

struct Report {
    std::int64_t steps_planned = 0;
    std::int64_t steps_done = 0;
    std::int64_t steps_beside = 0;  // of a second network, in the same seconds_train
    std::int64_t best_step = 0;     // from 0: whose output is the result, where that may not be the last; else 0
    double seconds_total = 0;
    double seconds_train = 0;
    double seconds_apply = 0;
    double loss = 0;
    double noise_sigma = 0;              // 0..255 scale
    NoiseKind noise = NoiseKind::kAuto;  // what it was taken for; kAuto where that makes no difference
    double lambda = 0;                   // weight of the total variation, where there is one
    double gap = 0;                      // duality gap that was reached, relative to the objective; TV only
    StopReason stop_reason = StopReason::kSteps;
    int threads = 0;
    std::int64_t parameters = 0;
    int depth = 0;  // 3x3 convolutions, or halvings of an hourglass
    int ensemble = 1;
    bool started = false;  // the training did not begin with random weights
    bool adapted = false;  // given weights were trained further, and that did better
    int refinements = 0;   // rounds of the filter that the result guided
    std::uint64_t memory_bytes = 0;
    const char* implementation = "";
};

// Calls back. Where told to cancel, notes that in the report and throws Error kCancelled with `sentence`.
inline ProgressAction report_progress(RunControl& control, const Progress& progress, bool force, const char* sentence,
                                      Report* report) {
    const ProgressAction action = control.report(progress, force);
    if (action == ProgressAction::kCancel) {
        report->stop_reason = StopReason::kCallback;
        throw Error(ErrorCode::kCancelled, sentence);
    }
    return action;
}

class Pipeline {
  public:
    virtual ~Pipeline() = default;
    // Throws Error kCancelled when the callback asks for it.
    virtual void run(ProgressCallback callback, void* user) = 0;
    virtual const Report& report() const = 0;
};

}  // namespace twofold

#endif

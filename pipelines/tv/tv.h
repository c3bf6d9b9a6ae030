// Total variation denoising (ops/tv/tv.h) as a whole job, from a noisy image to a clean one. Constructing a Denoiser
// checks the settings and takes all memory; run() allocates nothing.
#ifndef TWOFOLD_PIPELINES_TV_TV_H
#define TWOFOLD_PIPELINES_TV_TV_H

#include <cstdint>
#include <memory>
#include <optional>

#include "ops/tv/tv.h"
#include "pipelines/common/pipeline.h"

namespace twofold::tv {

struct Settings : PipelineSettings {
    ops::TvKind kind = ops::TvKind::kIsotropic;
    bool coupled = true;  // the channels of a colour image share their edges
    // On the scale where white is 1; >= 0. Empty: by the discrepancy rule, from the estimated noise.
    std::optional<double> lambda;
    // The residual's variance at the lambda chosen, as a share of the noise's, above 0, at most 1. 1 is Morozov's rule,
    // which takes fine texture along; 0.9 was 0.3 dB better on photos, and 0.8 leaves noise in smooth ones.
    double discrepancy = 0.9;
    double tolerance = 1e-3;  // duality gap to reach, as a share of the objective: 1e-5 to 1
};

// What the solver knows beyond the report.
struct Details {
    bool lambda_chosen = false;      // by the discrepancy rule
    bool converged = false;          // gap <= tolerance
    double objective = 0;            // summed over all samples, on the scale where white is 1
    double residual_sigma = 0;       // root mean square of output less input, 0..255 scale
    std::int64_t lambda_solves = 0;  // by the discrepancy rule
    double seconds_lambda = 0;
};

class Denoiser final : public Pipeline {
  public:
    // Throws Error: kInvalidArgument, kUnsupported (more than four channels), kNonFinite, kOutOfMemory, kOverBudget.
    explicit Denoiser(const Settings& settings);
    ~Denoiser() override;

    // Throws Error kCancelled when the callback asks for it; unless it was already being written, the output is then
    // untouched.
    // Progress has phase kTrain, rounds, and the relative gap as loss, while it solves. The report's steps are rounds,
    // those for lambda on the same image included.
    void run(ProgressCallback callback, void* user) override;

    const Report& report() const override;
    const Details& details() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace twofold::tv

#endif

// Fits an hourglass network to one image and delivers its output: the run that Deep Image Prior and its relatives
// share.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_FIT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_FIT_H

#include <memory>
#include <optional>

#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/data_term.h"
#include "pipelines/common/prior/given_start.h"
#include "pipelines/common/prior/hourglass.h"
#include "pipelines/common/prior/network_input.h"
#include "pipelines/common/prior/optimizer.h"
#include "pipelines/common/prior/output_variance.h"
#include "pipelines/common/prior/recipe.h"
#include "pipelines/common/prior/stop_rule.h"

namespace twofold::prior {

class Fit final : public Pipeline {
  public:
    // `settings.output` gives the size of the result and `white` its scale; settings.steps overrules the recipe's.
    // `start`, which is copied, is what InputKind::kRecorrupted begins with, chance alone if null. Throws Error:
    // kUnsupported, kOutOfMemory, kOverBudget.
    Fit(const PipelineSettings& settings, const Recipe& recipe, const StopRule& rule, float white,
        const NoiseModel& noise, std::unique_ptr<DataTerm> term, const Weights* start = nullptr);

    void run(ProgressCallback callback, void* user) override;
    const Report& report() const override { return report_; }

    // What clipping did to the means that the network finds, which the result is then restored from. None at first.
    void set_shift(const ClippingShift& shift) { shift_ = shift; }

  private:
    class StepWatch;

    void reserve(ArenaPlan& plan);
    void begin();
    // One step up to the gradient; returns the loss. After a spike there is no gradient.
    double evaluate(std::int64_t step, std::int64_t steps, StepWatch& watch);
    void add_parameter_noise(std::int64_t step);
    void remove_parameter_noise();
    // Falls of the PSNR that recipe_.roll_back_db speaks of; also what is not a number.
    bool is_spike(std::int64_t step, double loss) const;
    void take_output(ops::ConstFeatureMap output);
    // After a spike, goes back to the last good parameters.
    void update(std::int64_t step, std::int64_t steps, double loss);
    // True if the rule says that the fit is over.
    bool judge(std::int64_t step, std::int64_t steps, double loss);
    void deliver();

    PipelineSettings settings_;
    Recipe recipe_;
    StopRule rule_;
    float white_;
    ClippingShift shift_;
    std::unique_ptr<DataTerm> term_;
    int height_, width_, channels_;  // of the result
    std::size_t values_;
    ThreadTeam team_;
    std::optional<Hourglass> network_;
    std::unique_ptr<NetworkInput> input_;
    std::optional<GivenStart> start_;
    std::optional<ParameterOptimizer> optimizer_;
    OutputVariance variance_;
    Patience patience_;
    double good_loss_ = 0;
    bool spiked_ = false;  // the step under way
    Arena arena_;
    ArenaRange<float> parameters_, gradient_, good_parameters_, clean_parameters_, current_, average_, best_;
    Report report_;
};

}  // namespace twofold::prior

#endif

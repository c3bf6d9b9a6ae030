#include "pipelines/upscale/upscale.h"

#include <algorithm>
#include <optional>
#include <string>

#include "pipelines/common/memory_budget.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/white_level.h"
#include "pipelines/upscale/interpolator.h"
#include "pipelines/upscale/recipe.h"
#include "pipelines/upscale/reduction_term.h"
#include "pipelines/upscale/tv_upscaler.h"
#include "runtime/error.h"

namespace twofold::upscale {
namespace {

void check_sizes(const Settings& settings) {
    const ImageView &input = settings.input, &output = settings.output;
    if (std::max(input.width, input.height) * settings.factor > kLargestSide)
        throw Error(ErrorCode::kUnsupported, "the enlarged image would be more than 65536 pixels wide or high");
    if (output.width != input.width * settings.factor || output.height != input.height * settings.factor)
        throw Error(ErrorCode::kInvalidArgument,
                    "the output must have " + std::to_string(settings.factor) + " times the input's width and height");
    if (output.channels != input.channels || output.has_alpha != input.has_alpha)
        throw Error(ErrorCode::kInvalidArgument, "input and output must have the same channels");
}

std::optional<Interpolator> alpha_of(const Settings& settings) {
    if (!settings.input.has_alpha) return {};
    return Interpolator::of_alpha(settings.input, settings.output, settings.factor);
}

class ImageInterpolator final : public Pipeline {
  public:
    ImageInterpolator(const Settings& settings, float white)
        : colour_(
              Interpolator::of_colour(settings.input, settings.output, white, settings.factor, settings.interpolation)),
          alpha_(alpha_of(settings)),
          team_(settings.threads),
          deadline_(settings.deadline_seconds) {
        ArenaPlan plan;
        colour_.reserve(plan);
        if (alpha_) alpha_->reserve(plan);
        require_memory(plan.size(), usable_memory(settings.memory_budget));
        arena_ = Arena(plan);
        report_.threads = team_.size();
        report_.memory_bytes = plan.size();
        report_.implementation = "simd";
    }

    void run(ProgressCallback callback, void* user) override {
        RunControl control(callback, user, deadline_);
        colour_.run(team_, arena_);
        if (alpha_) alpha_->run(team_, arena_);
        Progress progress;
        progress.phase = Phase::kApply;
        progress.done = progress.total = 1;
        report_.stop_reason = StopReason::kConverged;
        report_progress(control, progress, true, "cancelled while enlarging", &report_);
        report_.seconds_total = report_.seconds_apply = control.elapsed();
    }
    const Report& report() const override { return report_; }

  private:
    Interpolator colour_;
    std::optional<Interpolator> alpha_;
    ThreadTeam team_;
    double deadline_;
    Arena arena_;
    Report report_;
};

}  // namespace

std::unique_ptr<Pipeline> make_prior_upscaler(const Settings& settings) {
    check_sizes(settings);
    const float white = find_white_level(settings.input, settings.white).white;
    return std::make_unique<prior::Fit>(settings, make_recipe(settings.recipe, settings.factor),
                                        prior::make_stop_rule(settings.stop, settings.recipe), white, NoiseModel{},
                                        std::make_unique<ReductionTerm>(settings.input, white, settings.factor, 0,
                                                                        prior::Range::kSigmoid, alpha_of(settings)));
}

std::unique_ptr<Pipeline> make_tv_upscaler(const Settings& settings) {
    check_sizes(settings);
    return std::make_unique<TvUpscaler>(settings, find_white_level(settings.input, settings.white).white,
                                        alpha_of(settings));
}

std::unique_ptr<Pipeline> make_interpolator(const Settings& settings) {
    check_sizes(settings);
    return std::make_unique<ImageInterpolator>(settings, find_white_level(settings.input, settings.white).white);
}

}  // namespace twofold::upscale

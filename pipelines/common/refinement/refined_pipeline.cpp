#include "pipelines/common/refinement/refined_pipeline.h"

#include <optional>
#include <utility>
#include <vector>

#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/refinement/refinement.h"

namespace twofold {
namespace {

class RefinedPipeline final : public Pipeline {
  public:
    RefinedPipeline(const PipelineSettings& settings, const RefinementEffort& effort, NoiseKind noise,
                    const MakePipeline& make)
        : settings_(settings), white_(find_white_level(settings.input, settings.white)), team_(settings.threads) {
        measure_noise(noise);
        PipelineSettings inner = settings;
        if (noise_.measured && noise_.mean_sigma > 0) add_refinement(effort, &inner);
        method_ = make_within_budget(
            settings.memory_budget, [&] { return make(refinement_ ? inner : settings); },
            [&] { return drop_refinement(); });
        report_ = method_->report();
        report_.memory_bytes += own_bytes();
    }

    void run(ProgressCallback callback, void* user) override {
        callback_ = callback;
        user_ = user;
        RunControl control(callback, user, settings_.deadline_seconds);
        if (refinement_) refinement_->keep_input(arena_);
        try {
            method_->run(callback == nullptr ? nullptr : forward, this);
        } catch (...) {
            take_report(control);
            throw;
        }
        const double before = control.elapsed();
        if (refinement_ && !refinement_->run(arena_, settings_.strength, {applied_, 0}, control)) {
            take_report(control);
            report_.stop_reason = StopReason::kCallback;
            throw Error(ErrorCode::kCancelled, "cancelled while refining the result");
        }
        take_report(control);
        if (!refinement_) return;
        report_.refinements = refinement_->rounds();
        report_.seconds_apply += control.elapsed() - before;
    }
    const Report& report() const override { return report_; }

  private:
    void measure_noise(NoiseKind kind) {
        const bool measurable = can_be_correlated(settings_.input);
        if (kind == NoiseKind::kCorrelated ? measurable
                                           : kind == NoiseKind::kAuto && is_correlated(settings_.input, white_)) {
            correlated_ = true;
            noise_ = texture_.emplace(settings_.input, white_).model();
            return;
        }
        std::vector<ChannelWindow> windows;
        noise_ = estimate_noise(settings_.input, white_, &windows);
        // As the method itself does.
        if (settings_.recipe != RecipeName::kPaper) shift_ = find_shift(settings_.input, white_, noise_, windows);
        if (channels_share_noise(noise_, settings_.input)) texture_.emplace(settings_.input, white_);
    }

    // Takes the memory and the time of the refinement from what `inner` may use, or does without it.
    void add_refinement(const RefinementEffort& effort, PipelineSettings* inner) {
        RefinementSettings s;
        s.input = settings_.input;
        s.output = settings_.output;
        s.input_scale = ImageScale(white_);
        WhiteLevel result = white_;
        result.white = output_white(settings_.input, settings_.output, white_.white);
        s.output_scale = ImageScale(result, nullptr, &shift_);
        s.noise = &noise_;
        s.texture = texture_ ? &*texture_ : nullptr;
        s.correlated = correlated_;
        s.memory_budget = settings_.memory_budget;
        s.effort = effort;
        refinement_.emplace(s, team_);
        ArenaPlan plan;
        refinement_->reserve(plan);
        const std::uint64_t bytes = plan.size() + refinement_->bytes(), usable = usable_memory(settings_.memory_budget);
        if (bytes >= usable) {
            if (settings_.memory_budget == 0) require_memory(bytes, usable);
            return refinement_.reset();
        }
        if (settings_.memory_budget > 0) inner->memory_budget = usable - bytes;
        plan_bytes_ = plan.size();
        arena_ = Arena(plan);
        inner->strength = 1;
        if (settings_.deadline_seconds <= 0) return;
        const double seconds = refinement_->seconds_to_keep(arena_);
        if (!Refinement::is_worth(seconds, settings_.deadline_seconds)) {
            drop_refinement();
            *inner = settings_;
            return;
        }
        inner->deadline_seconds = settings_.deadline_seconds - seconds;
    }

    // False if there is none.
    bool drop_refinement() {
        arena_ = Arena();
        return std::exchange(refinement_, std::nullopt).has_value();
    }

    std::uint64_t own_bytes() const { return refinement_ ? plan_bytes_ + refinement_->bytes() : 0; }

    void take_report(const RunControl& control) {
        report_ = method_->report();
        report_.memory_bytes += own_bytes();
        report_.seconds_total = control.elapsed();
    }

    // There is more to come than the method knows of.
    static ProgressAction forward(const Progress& progress, void* user) {
        auto& self = *static_cast<RefinedPipeline*>(user);
        Progress all = progress;
        if (all.phase == Phase::kApply && self.refinement_) {
            self.applied_ = all.total;
            all.total += self.refinement_->tiles();
        }
        return self.callback_(all, self.user_);
    }

    PipelineSettings settings_;
    WhiteLevel white_;
    ThreadTeam team_;
    NoiseModel noise_;
    bool correlated_ = false;
    std::optional<NoiseTexture> texture_;
    ClippingShift shift_;  // of what the method stores
    std::optional<Refinement> refinement_;
    std::uint64_t plan_bytes_ = 0;
    std::int64_t applied_ = 0;  // what the method has reported of its final pass
    Arena arena_;
    std::unique_ptr<Pipeline> method_;
    ProgressCallback callback_ = nullptr;
    void* user_ = nullptr;
    Report report_;
};

}  // namespace

std::unique_ptr<Pipeline> make_refined(const PipelineSettings& settings, const RefinementEffort& effort,
                                       NoiseKind noise, const MakePipeline& make) {
    const bool wanted = settings.refine.value_or(settings.recipe != RecipeName::kPaper);
    if (!wanted || settings.strength <= 0 || !Refinement::fits(settings.input)) return make(settings);
    return std::make_unique<RefinedPipeline>(settings, effort, noise, make);
}

}  // namespace twofold

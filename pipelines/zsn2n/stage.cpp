#include "pipelines/zsn2n/stage.h"

#include <algorithm>

namespace twofold::zsn2n {
void Stage::reserve(ArenaPlan& plan, int tile, bool corrected) {
    trainer_.reset();
    if (settings_.train) {
        TrainingImage part = settings_.image;
        part.view = settings_.train_on;
        trainer_.emplace(network_, settings_.recipe, part, team_);
        trainer_->reserve(plan);
    }
    applier_.emplace(network_, settings_.image.view, settings_.output, settings_.image.scale, tile, team_);
    applier_->reserve(plan, corrected);
}

void Stage::fit_ensemble(const Arena& arena, std::span<const float> parameters, double work, double seconds_after,
                         const RunControl& control, Report* report) {
    if (settings_.deadline_seconds <= 0 || report->ensemble <= 1) return;
    const double pass = kReserveMargin * work * applier_->measure(arena, parameters);
    if (control.left(pass * report->ensemble + seconds_after) < 0) report->ensemble = least_ensemble();
}

bool Stage::train(const Arena& arena, std::span<const float> start, const OtherWork& other, RunControl& control,
                  Report* report) {
    report->steps_done = 0;
    report->loss = 0;
    report->ensemble = ensemble();
    report->stop_reason = StopReason::kSteps;
    trainer_->reset(arena);
    if (!start.empty()) std::ranges::copy(start, trainer_->parameters(arena).begin());
    started_ = control.elapsed();
    Training training{control, other, *report, DeadlineSchedule(settings_.recipe.steps)};
    // A step over a whole large image takes long; it is abandoned when there is no point in finishing it.
    const auto abandon = [&] { return is_late(training) || !callback_continues(training, false); };
    while (report->steps_done < training.schedule.steps()) {
        double loss = 0;
        if (!trainer_->step(arena, report->steps_done, training.schedule.steps(), abandon, &loss)) break;
        ++report->steps_done;
        training.add_loss(loss);
        report->loss = report->steps_done == 1 ? loss : 0.98 * report->loss + 0.02 * loss;
        if (settings_.deadline_seconds > 0) fit_deadline(training);
        if (!callback_continues(training, report->steps_done >= training.schedule.steps())) break;
    }
    return training.action != ProgressAction::kCancel;
}

bool Stage::is_late(Training& training) {
    if (training.control.left(training.reserve) >= 0) return false;
    training.report.stop_reason = StopReason::kDeadline;
    return true;
}

bool Stage::callback_continues(Training& training, bool force) const {
    training.action = training.control.report(progress(training), force);
    if (training.action == ProgressAction::kContinue) return true;
    training.report.stop_reason = StopReason::kCallback;
    return false;
}

void Stage::fit_deadline(Training& training) const {
    const auto reserve = [&] {
        return seconds_to_apply(training.report, training.control) + training.other.seconds_after;
    };
    // No ensemble where it would take more than a third of the time.
    if (reserve() > settings_.deadline_seconds / 3) training.report.ensemble = least_ensemble();
    training.reserve = reserve();
    training.schedule.update(training.report.steps_done, training.control.elapsed() - started_,
                             training.control.left(training.reserve));
    training.report.stop_reason = training.schedule.shortened() ? StopReason::kDeadline : StopReason::kSteps;
}

Progress Stage::progress(const Training& training) const {
    const Report& report = training.report;
    Progress progress;
    progress.phase = Phase::kTrain;
    progress.done = training.other.steps_before + report.steps_done;
    // There is no time for others where there is none for all of these.
    progress.total = training.other.steps_before + training.schedule.steps() +
                     (training.schedule.shortened() ? 0 : training.other.steps_after);
    progress.loss = training.recent_loss();
    const double per_step =
        (training.control.elapsed() - started_) / double(std::max<std::int64_t>(1, report.steps_done));
    progress.seconds_left = per_step * (double(progress.total - progress.done) +
                                        applier_->flops(report.ensemble) / trainer_->flops_per_step()) +
                            training.other.seconds_after;
    return progress;
}

double Stage::seconds_to_apply(const Report& report, const RunControl& control) const {
    const double flops_per_second =
        trainer_->flops_per_step() * double(report.steps_done) / std::max(1e-9, control.elapsed() - started_);
    return kReserveMargin * applier_->flops(report.ensemble) / flops_per_second;
}

}  // namespace twofold::zsn2n

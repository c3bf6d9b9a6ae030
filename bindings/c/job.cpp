#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "bindings/c/guard.h"
#include "bindings/c/make_pipeline.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/estimate/quality.h"

using namespace twofold;
using namespace twofold::c_api;

static_assert(static_cast<int>(Phase::kApply) == TWOFOLD_PHASE_APPLY);
static_assert(static_cast<int>(StopReason::kNoise) == TWOFOLD_STOP_NOISE);
static_assert(static_cast<int>(ErrorCode::kInternal) == TWOFOLD_INTERNAL);

namespace {

// Hands progress on to the caller's function. An answer that is none of the three counts as "continue".
ProgressAction forward_progress(const Progress& progress, void* user) {
    const auto* job = static_cast<const twofold_job*>(user);
    twofold_progress copy = {};
    copy.phase = progress.phase == Phase::kTrain ? TWOFOLD_PHASE_TRAIN : TWOFOLD_PHASE_APPLY;
    copy.done = progress.done;
    copy.total = progress.total;
    copy.loss = progress.loss;
    copy.seconds_elapsed = progress.seconds_elapsed;
    copy.seconds_left = progress.seconds_left;
    const twofold_progress_action action = job->callback(&copy, job->user);
    switch (raw_value(action)) {
        case TWOFOLD_FINISH:
            return ProgressAction::kFinish;
        case TWOFOLD_CANCEL:
            return ProgressAction::kCancel;
        default:
            return ProgressAction::kContinue;
    }
}

// Marks the job as running, also when the run ends with an exception.
class RunningMark {
  public:
    explicit RunningMark(twofold_job* job) : job_(job) { job_->running = true; }
    ~RunningMark() { job_->running = false; }
    RunningMark(const RunningMark&) = delete;
    RunningMark& operator=(const RunningMark&) = delete;

  private:
    twofold_job* job_;
};

// What commit took.
std::uint64_t memory_of(const twofold_job& job) {
    return job.pipeline->report().memory_bytes + (job.levelled ? LevelledImage::bytes(job.levelled->view()) : 0);
}

// What may be taken beside `needed` bytes to do the same again, which takes no more than commit took; 0 where the job
// has no budget.
std::uint64_t budget_to_repeat(const twofold_job& job, std::uint64_t needed) {
    const std::uint64_t budget = job.settings.memory_budget, taken = memory_of(job);
    // What commit took is not free any more, but counts in the budget.
    require_memory(needed + (budget > 0 ? 2 : 1) * taken, usable_memory(budget));
    return budget > 0 ? budget - needed - taken : 0;
}

double psnr(double mean_square) {
    return mean_square > 0 ? -10 * std::log10(mean_square) : std::numeric_limits<double>::infinity();
}

}  // namespace

twofold_status twofold_job_create(twofold_context* context, twofold_job** job) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(job != nullptr, "the place for the job is NULL");
        *job = nullptr;
        auto created = std::make_unique<twofold_job>();
        created->context = context;
        created->settings.threads = 0;
        *job = created.release();
    });
}

void twofold_job_destroy(twofold_job* job) { delete job; }

twofold_status twofold_job_commit(twofold_job* job) {
    return guarded_handle(job, [&] {
        require(!job->running, ErrorCode::kInvalidState, "the job is running: it cannot be committed now");
        // First, so that the memory of the last commit is free for this one.
        forget_commit(job);
        require(job->has_input, ErrorCode::kInvalidState, "the input image has not been set");
        require(job->has_output, ErrorCode::kInvalidState, "the output image has not been set");
        try {
            make_pipeline(job);
        } catch (...) {
            forget_commit(job);  // parts of it may have been made
            throw;
        }
    });
}

twofold_status twofold_job_run(twofold_job* job) {
    return guarded_handle(job, [&] {
        require(!job->running, ErrorCode::kInvalidState, "the job is running already");
        require(job->pipeline != nullptr, ErrorCode::kInvalidState,
                "the job has not been committed since it was last changed");
        job->has_result = false;
        const RunningMark mark(job);
        job->pipeline->run(job->callback ? forward_progress : nullptr, job);
        job->has_result = true;
    });
}

twofold_status twofold_job_get_report(const twofold_job* job, twofold_report* report) {
    return guarded_handle(job, [&] {
        require_argument(report != nullptr, "the place for the report is NULL");
        require(job->pipeline != nullptr, ErrorCode::kInvalidState,
                "the job has not been committed since it was last changed");
        const Report& source = job->pipeline->report();
        *report = {};
        report->steps_planned = source.steps_planned;
        report->steps_done = source.steps_done;
        report->best_step = source.best_step;
        report->seconds_total = source.seconds_total;
        report->seconds_train = source.seconds_train;
        report->seconds_apply = source.seconds_apply;
        report->seconds_per_step =
            source.steps_done > 0 ? source.seconds_train / static_cast<double>(source.steps_done + source.steps_beside)
                                  : 0;
        report->loss = source.loss;
        report->noise_sigma = source.noise_sigma;
        report->lambda = source.lambda;
        report->gap = source.gap;
        report->stop_reason = static_cast<twofold_stop_reason>(source.stop_reason);
        report->threads = source.threads;
        report->parameters = source.parameters;
        report->depth = source.depth;
        report->ensemble = source.ensemble;
        report->memory_bytes = memory_of(*job);
        report->adapted = source.adapted ? 1 : 0;
        report->started = source.started ? 1 : 0;
        report->refinements = source.refinements;
        if (job->levelled) {
            report->row_noise = 255 * job->levelled->noise().rows;
            report->column_noise = 255 * job->levelled->noise().columns;
        }
        report->correlation = static_cast<twofold_correlation>(source.noise);
        std::snprintf(report->implementation, sizeof report->implementation, "%s", source.implementation);
    });
}

twofold_status twofold_job_get_weights(const twofold_job* job, twofold_weights** weights) {
    return guarded_handle(job, [&] {
        require_argument(weights != nullptr, "the place for the weights is NULL");
        *weights = nullptr;
        require(!job->running && job->has_result, ErrorCode::kInvalidState,
                "there are no weights before a run that succeeded");
        require(job->denoiser != nullptr, ErrorCode::kUnsupported, "this method keeps no weights");
        require(job->denoiser->has_learned(), ErrorCode::kInvalidState,
                "the training was cut off before there were weights worth keeping");
        *weights = new twofold_weights{job->context, job->denoiser->weights()};
    });
}

twofold_status twofold_job_estimate_quality(twofold_job* job, twofold_quality* quality) {
    return guarded_handle(job, [&] {
        require_argument(quality != nullptr, "the place for the quality is NULL");
        require(!job->running && job->has_result, ErrorCode::kInvalidState,
                "there is no quality before a run that succeeded");
        const ImageView &noisy = noisy_image(*job), &denoised = job->settings.output;
        require(noisy.data != denoised.data, ErrorCode::kInvalidState,
                "the result has taken the place of the noisy image, which its quality is estimated from");
        const std::uint64_t bytes = QualityWindows(noisy).bytes(noisy.colour_channels());
        const std::uint64_t budget = budget_to_repeat(*job, bytes);
        const RunningMark mark(job);
        const Quality found = estimate_quality(
            noisy, denoised, job->settings.white, [&](const ImageView& input, const ImageView& output) {
                make_same(*job, input, output, budget)->run(job->callback ? forward_progress : nullptr, job);
            });
        *quality = {psnr(found.error), psnr(found.most_error), psnr(found.least_error), psnr(found.noise)};
    });
}

#include "pipelines/upscale/tv_upscaler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/resample/enlarge.h"
#include "ops/row_bands.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/white_level.h"
#include "runtime/error.h"

namespace twofold::upscale {
namespace {

constexpr double kUsualLambda = 0.002;
constexpr std::int64_t kMostSteps = 300;
constexpr double kSettled = 2e-5;  // relative fall of the objective in a step below which no more is to be gained
// Norm of factor^2 d'd: 1 at low frequencies, and the Lanczos-2 window overshoots.
constexpr double kDataCurvature = 1.3;

}  // namespace

TvUpscaler::TvUpscaler(const Settings& settings, float white, std::optional<Interpolator> alpha)
    : settings_(settings),
      white_(white),
      lambda_(settings.lambda > 0 ? settings.lambda : kUsualLambda),
      height_(static_cast<int>(settings.output.height)),
      width_(static_cast<int>(settings.output.width)),
      channels_(settings.output.colour_channels()),
      values_(ops::dense_size(height_, width_, channels_)),
      term_(settings.input, white, settings.factor, lambda_, prior::Range::kAll, std::move(alpha)),
      team_(settings.threads) {
    ArenaPlan plan;
    reserve(plan);
    require_memory(plan.size(), usable_memory(settings.memory_budget));
    arena_ = Arena(plan);
    report_.steps_planned = settings.steps > 0 ? settings.steps : kMostSteps;
    report_.threads = team_.size();
    report_.memory_bytes = plan.size();
    report_.implementation = "simd";
    report_.lambda = lambda_;
}

void TvUpscaler::reserve(ArenaPlan& plan) {
    const ImageView& input = settings_.input;
    term_.reserve(plan);
    small_ =
        plan.reserve<float>(static_cast<std::size_t>(input.width * input.height) * static_cast<std::size_t>(channels_));
    for (ArenaRange<float>* range : {&image_, &ahead_, &gradient_}) *range = plan.reserve<float>(values_);
    scratch_ = plan.reserve<float>(ops::enlarge_scratch(settings_.factor, static_cast<int>(input.height),
                                                        static_cast<int>(input.width), channels_));
}

ops::FeatureMap TvUpscaler::map(const ArenaRange<float>& range) const {
    return ops::dense_map(arena_[range].data(), height_, width_, channels_);
}

void TvUpscaler::run(ProgressCallback callback, void* user) {
    RunControl control(callback, user, settings_.deadline_seconds);
    begin();
    report_.steps_done = 0;
    report_.stop_reason = StopReason::kSteps;
    double before = 0;
    while (report_.steps_done < report_.steps_planned) {
        const double objective = step();
        ++report_.steps_done;
        report_.loss = objective;
        // Also where it has risen a little: then the method restarts and goes on.
        const bool settled = report_.steps_done > 1 && objective <= before && before - objective <= kSettled * before;
        before = objective;
        Progress progress;
        progress.done = report_.steps_done;
        progress.total = report_.steps_planned;
        progress.loss = objective;
        const double each = control.elapsed() / double(report_.steps_done);
        progress.seconds_left = each * double(report_.steps_planned - report_.steps_done);
        if (settled) report_.stop_reason = StopReason::kConverged;
        if (control.left(2 * each) < 0) report_.stop_reason = StopReason::kDeadline;
        const bool last = progress.done == progress.total || report_.stop_reason != StopReason::kSteps;
        if (last) progress.total = progress.done;
        const ProgressAction action = ask(control, progress, last);
        if (action == ProgressAction::kFinish) report_.stop_reason = StopReason::kCallback;
        if (report_.stop_reason != StopReason::kSteps) break;
    }
    report_.seconds_train = control.elapsed();
    deliver();
    Progress progress;
    progress.phase = Phase::kApply;
    progress.done = progress.total = 1;
    ask(control, progress, true);
    report_.seconds_total = control.elapsed();
    report_.seconds_apply = report_.seconds_total - report_.seconds_train;
}

ProgressAction TvUpscaler::ask(RunControl& control, const Progress& progress, bool last) {
    return report_progress(control, progress, last, "cancelled while enlarging", &report_);
}

void TvUpscaler::begin() {
    const ImageView& input = settings_.input;
    const auto height = static_cast<int>(input.height), width = static_cast<int>(input.width);
    const ops::FeatureMap small = ops::dense_map(arena_[small_].data(), height, width, channels_);
    team_.run(height, [&](std::int64_t y, int) {
        load_rectangle(input, white_, 0, y, width, 1, small.at(static_cast<int>(y), 0), small.row);
    });
    term_.begin(team_, arena_);
    ops::enlarge(team_, ops::Interpolation::kBicubic, settings_.factor, small, map(image_), arena_[scratch_].data());
    std::ranges::copy(arena_[image_], arena_[ahead_].begin());
    momentum_ = 1;
}

double TvUpscaler::step() {
    const double objective = term_.evaluate(team_, arena_, {}, map(ahead_), map(gradient_));
    const double curvature =
        2 * (kDataCurvature + 8 * lambda_ / double{ReductionTerm::kEpsilon}) / static_cast<double>(values_);
    const auto rate = static_cast<float>(1 / curvature);
    const double next = (1 + std::sqrt(1 + 4 * momentum_ * momentum_)) / 2;
    const auto push = static_cast<float>((momentum_ - 1) / next);
    momentum_ = next;
    float *image = arena_[image_].data(), *ahead = arena_[ahead_].data();
    const float* gradient = arena_[gradient_].data();
    const std::size_t row = static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_);
    double along[ops::RowBands::kMaxBands] = {};
    ops::for_each_band(team_, height_, [&](int band, int first, int last) {
        for (std::size_t i = static_cast<std::size_t>(first) * row; i < static_cast<std::size_t>(last) * row; ++i) {
            const float moved = ahead[i] - rate * gradient[i], way = moved - image[i];
            along[band] += double{gradient[i]} * double{way};
            image[i] = moved;
            ahead[i] = moved + push * way;
        }
    });
    double sum = 0;
    for (const double part : along) sum += part;
    // Going uphill: the momentum has carried too far.
    if (sum > 0) momentum_ = 1;
    return objective;
}

void TvUpscaler::deliver() {
    const ImageView& output = settings_.output;
    const float white = output_white(settings_.input, output, white_);
    const ops::FeatureMap image = map(image_);
    team_.run(height_, [&](std::int64_t y, int) {
        store_rectangle(output, white, 0, y, width_, 1, image.at(static_cast<int>(y), 0), image.row);
    });
    term_.finish(team_, arena_);
}

}  // namespace twofold::upscale

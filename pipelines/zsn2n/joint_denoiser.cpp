#include "pipelines/zsn2n/joint_denoiser.h"

#include <algorithm>
#include <utility>

#include "ops/feature_map.h"
#include "pipelines/common/memory_budget.h"

namespace twofold::zsn2n {
namespace {

// The trained network's part of the mean. The more noise, the less there is to learn from the image: on twelve Kodak
// images 0.7 was best at sigma 10 of 255, 0.4 to 0.55 at 25 and none at 50, by 0.02 to 0.05 dB over what is furthest
// off.
float share_of_trained(double sigma) {
    constexpr double kLeast = 0.2, kMost = 0.7;
    return static_cast<float>(sigma > 0 ? std::clamp(0.7 - 0.01 * sigma, kLeast, kMost) : kLeast);
}

// Of a training that was cut short. By themselves the weights that it begins with are worse than the given ones.
constexpr std::int64_t kFewestSteps = 100;

}  // namespace

JointDenoiser::JointDenoiser(const PipelineSettings& settings, const MakeDenoiser& given, const MakeDenoiser& trained)
    : settings_(settings), team_(settings.threads) {
    settings_.refine = false;
    PipelineSettings rest = settings_;
    add_trained(trained, &rest);
    given_ = make_within_budget(
        settings.memory_budget, [&] { return given(trained_ ? rest : settings_); }, [&] { return drop_trained(); });
    take_report();
}

void JointDenoiser::add_trained(const MakeDenoiser& make, PipelineSettings* rest) {
    const ImageView& output = settings_.output;
    ArenaPlan plan;
    samples_ = plan.reserve<std::byte>(ops::dense_size(output.height, output.width, output.channels) *
                                       sample_bytes(output.type));
    rows_ = plan.reserve<float>(ops::dense_size(2 * team_.size(), output.width, output.colour_channels()));
    const bool has_budget = settings_.memory_budget > 0;
    const std::uint64_t usable = usable_memory(settings_.memory_budget);
    if (!has_budget) require_memory(plan.size(), usable);
    if (plan.size() >= usable) return;
    arena_ = Arena(plan);
    own_bytes_ = plan.size();
    other_ = packed_view(output, arena_[samples_].data());
    PipelineSettings part = settings_;
    part.output = other_;
    if (has_budget) part.memory_budget = usable - own_bytes_;
    part.deadline_seconds /= 2;
    try {
        trained_ = make(part);
    } catch (const Error& error) {
        // Not for what the machine happens to have free: the result shall not depend on that.
        if (error.code() != ErrorCode::kOverBudget || !has_budget) throw;
        drop_trained();
        return;
    }
    const std::uint64_t taken = own_bytes_ + trained_->report().memory_bytes;
    if (has_budget && taken >= usable) {
        drop_trained();
        return;
    }
    if (has_budget) rest->memory_budget = usable - taken;
    rest->deadline_seconds /= 2;
}

bool JointDenoiser::drop_trained() {
    arena_ = Arena();
    own_bytes_ = 0;
    return std::exchange(trained_, nullptr) != nullptr;
}

void JointDenoiser::run(ProgressCallback callback, void* user) {
    callback_ = callback;
    user_ = user;
    finished_ = false;
    steps_ = 0;
    try {
        // The output may be the input's memory, and the trained network's result is not.
        if (trained_) trained_->run(callback ? forward_trained : nullptr, this);
        given_->run(callback ? forward_given : nullptr, this);
    } catch (...) {
        take_report();
        throw;
    }
    if (trained()) average();
    take_report();
}

const Denoiser* JointDenoiser::trained() const {
    if (!trained_ || !trained_->has_learned()) return nullptr;
    const Report& report = trained_->report();
    return report.stop_reason == StopReason::kWeights ||
                   report.steps_done >= std::min(kFewestSteps, report.steps_planned)
               ? trained_.get()
               : nullptr;
}

void JointDenoiser::average() {
    const ImageView& output = settings_.output;
    const float share = share_of_trained(trained_->report().noise_sigma);
    const float white = output.type == DataType::kFloat32 ? 1 : integer_white(output.type);
    const auto row = static_cast<std::ptrdiff_t>(output.width) * output.colour_channels();
    team_.run(output.height, [&](std::int64_t y, int thread) {
        float* first = arena_[rows_].data() + 2 * thread * row;
        float* second = first + row;
        load_rectangle(output, white, 0, y, output.width, 1, first, row);
        load_rectangle(other_, white, 0, y, output.width, 1, second, row);
        for (std::ptrdiff_t i = 0; i < row; ++i) first[i] += share * (second[i] - first[i]);
        store_rectangle(output, white, 0, y, output.width, 1, first, row);
    });
}

void JointDenoiser::take_report() {
    report_ = given_->report();
    if (!trained_) return;
    const Report& trained = trained_->report();
    if (report_.steps_planned == 0) {
        report_.steps_planned = trained.steps_planned;
        report_.steps_done = trained.steps_done;
        report_.steps_beside = trained.steps_beside;
        report_.loss = trained.loss;
        if (report_.stop_reason != StopReason::kCallback) report_.stop_reason = trained.stop_reason;
    } else {
        report_.steps_beside += trained.steps_done + trained.steps_beside;
    }
    report_.started = trained.started;
    report_.noise = trained.noise;
    report_.noise_sigma = trained.noise_sigma;
    report_.seconds_train += trained.seconds_total;
    report_.seconds_total += trained.seconds_total;
    report_.memory_bytes += trained.memory_bytes + own_bytes_;
    if (trained.stop_reason == StopReason::kCallback) report_.stop_reason = StopReason::kCallback;
}

// All that the trained network takes counts as training. What follows is more steps, where the given weights are
// adapted, or the final pass.
ProgressAction JointDenoiser::forward_trained(const Progress& progress, void* user) {
    auto& self = *static_cast<JointDenoiser*>(user);
    Progress all = progress;
    if (all.phase == Phase::kTrain) {
        self.steps_ = all.total;
    } else if (self.steps_ > 0) {
        all.phase = Phase::kTrain;
        all.done = all.total = self.steps_;
    } else {
        all.done = 0;  // by weights that a run before has trained
    }
    if (all.phase == Phase::kTrain) all.total += self.given_->report().steps_planned;
    const ProgressAction action = self.callback_(all, self.user_);
    if (action == ProgressAction::kFinish) self.finished_ = true;
    return action;
}

ProgressAction JointDenoiser::forward_given(const Progress& progress, void* user) {
    const auto& self = *static_cast<const JointDenoiser*>(user);
    Progress all = progress;
    if (self.trained_) {
        all.seconds_elapsed += self.trained_->report().seconds_total;
        if (all.phase == Phase::kTrain) {
            all.done += self.steps_;
            all.total += self.steps_;
        }
    }
    const ProgressAction action = self.callback_(all, self.user_);
    return self.finished_ && action == ProgressAction::kContinue ? ProgressAction::kFinish : action;
}

}  // namespace twofold::zsn2n

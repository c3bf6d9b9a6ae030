#include "pipelines/common/prior/fit.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "pipelines/common/deadline_schedule.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/prior/store_result.h"
#include "pipelines/common/strength.h"
#include "runtime/error.h"
#include "runtime/random.h"

namespace twofold::prior {
namespace {

constexpr std::uint64_t kParameterNoise = 0x64697012;  // random numbers of this purpose
constexpr std::size_t kNoiseRun = 4096;                // parameters that one task adds noise to
constexpr std::int64_t kGoodEvery = 25;                // steps between copies of good parameters
// The average spans a fifth of the steps until that is its full length. From the first step on at its full length, it
// would still be a third grey at step 100: measured, 1 to 6 dB less where a rule stops after 200 steps.
constexpr double kYoungAverage = 4;

int rounded_up(int length, std::size_t scales) {
    const int step = 1 << scales;
    return (length + step - 1) / step * step;
}

// Of the network but for the channels of its input.
HourglassShape network_shape(const PipelineSettings& settings, const Recipe& recipe) {
    const ImageView& image = settings.output;
    const std::size_t depth = possible_scales(image.height, image.width, recipe.down_kernel, recipe.scales.size());
    if (depth == 0)
        throw Error(ErrorCode::kUnsupported,
                    "an image of " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                        " pixels is too small for this network: it needs at least " +
                        std::to_string(recipe.down_kernel) + "x" + std::to_string(recipe.down_kernel));
    if (std::max(image.width, image.height) > kLargestSide)
        throw Error(ErrorCode::kUnsupported, "this method takes images of at most 65536 pixels a side");
    HourglassShape shape;
    shape.height = rounded_up(static_cast<int>(image.height), depth);
    shape.width = rounded_up(static_cast<int>(image.width), depth);
    shape.out = image.colour_channels();
    // A small image does without the coarsest scales.
    shape.scales.assign(recipe.scales.begin(), recipe.scales.begin() + static_cast<std::ptrdiff_t>(depth));
    shape.down_kernel = recipe.down_kernel;
    shape.skip_kernel = recipe.skip_kernel;
    shape.up_1x1 = recipe.up_1x1;
    shape.upsampling = recipe.upsampling;
    return shape;
}

ops::FeatureMap cropped(ops::FeatureMap map, int height, int width) {
    map.height = height;
    map.width = width;
    return map;
}

}  // namespace

// Progress, cancellation and deadline while steps are under way.
class Fit::StepWatch final : public PassWatch {
  public:
    StepWatch(RunControl& control, Report& report) : control_(control), report_(report) {}

    void between_layers() override { ask(false); }
    // After a step. True if the caller wants no further one.
    bool finished(bool last) {
        ask(last);
        return finish_ && !last;
    }
    void plan(std::int64_t steps) { steps_ = steps; }
    // The result is written.
    void delivered() {
        Progress progress;
        progress.phase = Phase::kApply;
        progress.done = progress.total = 1;
        report_progress(control_, progress, true, "cancelled while writing the result", &report_);
    }

  private:
    void ask(bool force) {
        Progress progress;
        progress.phase = Phase::kTrain;
        progress.done = report_.steps_done;
        progress.total = steps_;
        progress.loss = report_.loss;
        const double per_step = control_.elapsed() / double(std::max<std::int64_t>(1, report_.steps_done));
        progress.seconds_left = per_step * double(steps_ - report_.steps_done);
        const ProgressAction action = report_progress(control_, progress, force, "cancelled while training", &report_);
        finish_ = finish_ || action == ProgressAction::kFinish;
    }

    RunControl& control_;
    Report& report_;
    std::int64_t steps_ = 0;
    bool finish_ = false;
};

Fit::Fit(const PipelineSettings& settings, const Recipe& recipe, const StopRule& rule, float white,
         const NoiseModel& noise, std::unique_ptr<DataTerm> term, const Weights* start)
    : settings_(settings),
      recipe_(recipe),
      rule_(rule),
      white_(white),
      term_(std::move(term)),
      height_(static_cast<int>(std::min<std::int64_t>(settings.output.height, kLargestSide))),
      width_(static_cast<int>(std::min<std::int64_t>(settings.output.width, kLargestSide))),
      channels_(settings.output.colour_channels()),
      values_(ops::dense_size(height_, width_, channels_)),
      team_(settings.threads),
      variance_(static_cast<std::int64_t>(values_), rule.window, settings.seed),
      patience_(rule.patience) {
    if (settings.steps > 0) recipe_.steps = settings.steps;
    HourglassShape shape = network_shape(settings, recipe);
    input_ = make_network_input(recipe, shape.height, shape.width, settings.input, white, noise, settings.seed);
    shape.in = input_->channels();
    network_.emplace(shape, settings.implementation, settings.threads);
    if (start && recipe.input == InputKind::kRecorrupted)
        start_.emplace(*start, shape.height, shape.width, channels_, settings.implementation, settings.threads);
    optimizer_.emplace(network_->parameters(), recipe_);
    ArenaPlan plan;
    reserve(plan);
    require_memory(plan.size(), usable_memory(settings.memory_budget));
    arena_ = Arena(plan);
    report_.steps_planned = recipe_.steps;
    report_.noise_sigma = 255 * noise.mean_sigma;
    report_.threads = team_.size();
    report_.parameters = static_cast<std::int64_t>(network_->parameters().size());
    report_.depth = static_cast<int>(network_->shape().depth());
    report_.memory_bytes = plan.size();
    report_.started = start_.has_value();
    report_.implementation = settings_.implementation == "ref"      ? "ref"
                             : settings_.implementation == "direct" ? "direct"
                                                                    : "simd";
}

void Fit::reserve(ArenaPlan& plan) {
    network_->reserve(plan);
    input_->reserve(plan);
    if (start_) start_->reserve(plan);
    optimizer_->reserve(plan);
    if (rule_.kind == StopRule::Kind::kVariance) {
        variance_.reserve(plan);
        best_ = plan.reserve<float>(values_);
    }
    const std::size_t count = network_->parameters().size();
    parameters_ = plan.reserve<float>(count);
    gradient_ = plan.reserve<float>(count);
    good_parameters_ = plan.reserve<float>(recipe_.roll_back_db > 0 ? count : 0);
    clean_parameters_ = plan.reserve<float>(recipe_.parameter_noise > 0 ? count : 0);
    current_ = plan.reserve<float>(values_);
    average_ = plan.reserve<float>(recipe_.average > 0 ? values_ : 0);
    term_->reserve(plan);
}

void Fit::run(ProgressCallback callback, void* user) {
    RunControl control(callback, user, settings_.deadline_seconds);
    StepWatch watch(control, report_);
    begin();
    DeadlineSchedule schedule(recipe_.steps);
    while (report_.steps_done < schedule.steps()) {
        const std::int64_t steps = schedule.steps();
        watch.plan(steps);
        const double loss = evaluate(report_.steps_done, steps, watch);
        if (settings_.trace && settings_.trace_every > 0 && report_.steps_done % settings_.trace_every == 0)
            settings_.trace({report_.steps_done, loss, arena_[current_].data(),
                             recipe_.average > 0 ? arena_[average_].data() : nullptr},
                            settings_.trace_user);
        if (!spiked_) report_.loss = report_.steps_done == 0 ? loss : 0.98 * report_.loss + 0.02 * loss;
        const bool over = judge(report_.steps_done, steps, loss);
        if (!over) update(report_.steps_done, steps, loss);
        ++report_.steps_done;
        if (over) {
            report_.stop_reason = rule_.kind == StopRule::Kind::kNoise ? StopReason::kNoise : StopReason::kVariance;
            watch.plan(report_.steps_done);
            watch.finished(true);
            break;
        }
        if (settings_.deadline_seconds > 0) {
            const double per_step = control.elapsed() / double(report_.steps_done);
            schedule.update(report_.steps_done, control.elapsed(), control.left(0.1 * per_step));
            report_.stop_reason = schedule.shortened() ? StopReason::kDeadline : StopReason::kSteps;
        }
        watch.plan(schedule.steps());
        if (watch.finished(report_.steps_done >= schedule.steps())) {
            report_.stop_reason = StopReason::kCallback;
            break;
        }
    }
    report_.seconds_train = control.elapsed();
    deliver();
    watch.delivered();
    report_.seconds_total = control.elapsed();
    report_.seconds_apply = report_.seconds_total - report_.seconds_train;
}

void Fit::begin() {
    report_.steps_done = 0;
    report_.best_step = 0;
    report_.loss = 0;
    report_.stop_reason = StopReason::kSteps;
    good_loss_ = 0;
    spiked_ = false;
    variance_.reset();
    patience_ = Patience(rule_.patience);
    network_->parameters().initialise(settings_.seed, arena_[parameters_].data());
    if (start_) {
        network_->clear_last_layer(arena_[parameters_].data());
        start_->begin(arena_);
    }
    std::ranges::fill(arena_[gradient_], 0.0f);
    optimizer_->reset(arena_);
    term_->begin(team_, arena_);
    input_->begin(team_, arena_, *term_);
}

double Fit::evaluate(std::int64_t step, std::int64_t steps, StepWatch& watch) {
    input_->write(team_, arena_, step, network_->input(arena_));
    if (recipe_.parameter_noise > 0) add_parameter_noise(step);
    const float* parameters = arena_[parameters_].data();
    const ops::ConstFeatureMap offset = start_ ? start_->apply(team_, arena_, network_->input(arena_)) : ops::no_map();
    network_->forward(team_, arena_, parameters, &watch, offset);
    const float* average = recipe_.average > 0 && step > 0 ? arena_[average_].data() : nullptr;
    const ops::FeatureMap output = network_->output(arena_);
    const ops::FeatureMap diff = network_->output_gradient(arena_);
    // Beyond the image's edge nothing is asked of the network.
    if (diff.height != height_ || diff.width != width_)
        for (int y = 0; y < diff.height; ++y)
            for (int x = 0; x < diff.width; ++x) std::fill_n(diff.at(y, x), channels_, 0.0f);
    const FitStep now{step, steps, average, input_->target_shift(arena_), input_->shift_variance()};
    const double loss =
        term_->evaluate(team_, arena_, now, cropped(output, height_, width_), cropped(diff, height_, width_));
    spiked_ = is_spike(step, loss);
    take_output(cropped(output, height_, width_));
    if (!spiked_) network_->backward(team_, arena_, parameters, arena_[gradient_].data(), &watch);
    if (recipe_.parameter_noise > 0) remove_parameter_noise();
    return loss;
}

// Perturbs the weights of the convolutions; the clean ones are kept for the update.
void Fit::add_parameter_noise(std::int64_t step) {
    const std::span<float> parameters = arena_[parameters_];
    std::ranges::copy(parameters, arena_[clean_parameters_].begin());
    for (const ParameterBlock& block : network_->parameters().blocks()) {
        if (block.kind != ParameterBlock::Kind::kWeights) continue;
        float* values = parameters.data() + block.offset;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < block.size(); ++i) {
            sum += values[i];
            squares += double(values[i]) * values[i];
        }
        const double count = static_cast<double>(block.size());
        const double sigma =
            recipe_.parameter_noise * std::sqrt(std::max(0.0, squares / count - sum * sum / (count * count)));
        const std::uint64_t stream = kParameterNoise + (static_cast<std::uint64_t>(step) << 32);
        team_.run(static_cast<std::int64_t>((block.size() + kNoiseRun - 1) / kNoiseRun), [&](std::int64_t task, int) {
            const std::size_t begin = static_cast<std::size_t>(task) * kNoiseRun;
            for (std::size_t i = begin; i < std::min(begin + kNoiseRun, block.size()); i += 2) {
                const RandomBlock words = random_block(settings_.seed, stream, block.offset + i);
                const auto pair = normal_pair(words[0], words[1]);
                for (std::size_t k = i; k < std::min(i + 2, block.size()); ++k)
                    values[k] += static_cast<float>(sigma * pair[k - i]);
            }
        });
    }
}

void Fit::remove_parameter_noise() { std::ranges::copy(arena_[clean_parameters_], arena_[parameters_].begin()); }

bool Fit::is_spike(std::int64_t step, double loss) const {
    return recipe_.roll_back_db > 0 && step > 0 && !(loss <= good_loss_ * std::pow(10.0, recipe_.roll_back_db / 10));
}

// What a spike puts out is taken back with its parameters and does not count for the average.
void Fit::take_output(ops::ConstFeatureMap output) {
    float* current = arena_[current_].data();
    const auto row = static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_);
    const auto step = static_cast<double>(report_.steps_done);
    const bool first = report_.steps_done == 0;
    const auto keep = static_cast<float>(std::min(recipe_.average, step / (step + kYoungAverage)));
    team_.run(height_, [&](std::int64_t y, int) {
        float* const src = current + static_cast<std::size_t>(y) * row;
        for (int x = 0; x < width_; ++x)
            std::copy_n(output.at(static_cast<int>(y), x), channels_, src + std::ptrdiff_t{x} * channels_);
        if (recipe_.average <= 0 || spiked_) return;
        float* average = arena_[average_].data() + static_cast<std::size_t>(y) * row;
        for (std::size_t i = 0; i < row; ++i) average[i] = first ? src[i] : keep * average[i] + (1 - keep) * src[i];
    });
}

void Fit::update(std::int64_t step, std::int64_t steps, double loss) {
    const std::span<float> parameters = arena_[parameters_];
    if (recipe_.roll_back_db > 0) {
        const std::span<float> good = arena_[good_parameters_];
        if (spiked_) {
            std::ranges::copy(good, parameters.begin());
            return;
        }
        if (step % kGoodEvery == 0) {
            std::ranges::copy(parameters, good.begin());
            good_loss_ = loss;
        }
    }
    optimizer_->step(team_, arena_, step + 1, learning_rate(recipe_, step, steps), arena_[gradient_].data(),
                     parameters.data());
}

bool Fit::judge(std::int64_t step, std::int64_t steps, double loss) {
    if (spiked_ || static_cast<double>(step) < rule_.from * static_cast<double>(steps)) return false;
    switch (rule_.kind) {
        case StopRule::Kind::kNone:
            return false;
        case StopRule::Kind::kNoise:
            return loss - input_->shift_variance() <= rule_.noise_variance;
        case StopRule::Kind::kVariance:
            break;
    }
    double variance = 0;
    if (!variance_.add(arena_, arena_[current_].data(), &variance)) return false;
    if (patience_.lowest(step, variance)) {
        std::ranges::copy(arena_[recipe_.average > 0 ? average_ : current_], arena_[best_].begin());
        report_.best_step = step;
    }
    return patience_.exhausted(step);
}

void Fit::deliver() {
    const bool has_best = rule_.kind == StopRule::Kind::kVariance && patience_.step() >= 0;
    report_.lambda = term_->lambda();
    const std::ptrdiff_t row = std::ptrdiff_t{width_} * channels_;
    float* result = arena_[has_best ? best_ : recipe_.average > 0 ? average_ : current_].data();
    team_.run(height_, [&](std::int64_t y, int) {
        shift_.restore(width_, result + y * row);
        weaken_row(settings_.input, white_, settings_.strength, y, result + y * row);
        store_result_row(settings_.input, settings_.output, white_, y, result + y * row,
                         term_->kept_row(arena_, static_cast<int>(y)));
        // A result of another size gets its alpha elsewhere.
        if (settings_.input.height == height_ && settings_.input.width == width_)
            copy_alpha_row(settings_.input, settings_.output, y);
    });
    term_->finish(team_, arena_);
}

}  // namespace twofold::prior

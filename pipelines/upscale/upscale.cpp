#include "pipelines/upscale/upscale.h"

#include <algorithm>
#include <string>

#include "pipelines/common/memory_budget.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/white_level.h"
#include "pipelines/upscale/reduction_term.h"
#include "runtime/error.h"

namespace twofold::upscale {
namespace {

void check_sizes(const Settings& settings) {
    const ImageView &input = settings.input, &output = settings.output;
    constexpr std::int64_t kLargestSide = 1 << 16;
    if (std::max(input.width, input.height) * settings.factor > kLargestSide)
        throw Error(ErrorCode::kUnsupported, "the enlarged image would be more than 65536 pixels wide or high");
    if (output.width != input.width * settings.factor || output.height != input.height * settings.factor)
        throw Error(ErrorCode::kInvalidArgument,
                    "the output must have " + std::to_string(settings.factor) + " times the input's width and height");
    if (output.channels != input.channels || output.has_alpha != input.has_alpha)
        throw Error(ErrorCode::kInvalidArgument, "input and output must have the same channels");
}

// Channels [first, first + count) of an image as colour.
ImageView channels_of(ImageView image, int first, int count) {
    image.data += first * image.channel_stride;
    image.channels = count;
    image.has_alpha = false;
    return image;
}

// Enlarges some channels of an image by interpolation, with memory of its own.
class Interpolator {
  public:
    Interpolator(const ImageView& input, const ImageView& output, float white, int factor, ops::Interpolation kind)
        : input_(input), output_(output), white_(white), factor_(factor), kind_(kind) {}

    void reserve(ArenaPlan& plan) {
        const auto values = static_cast<std::size_t>(input_.width * input_.height * input_.channels);
        small_ = plan.reserve<float>(values);
        large_ = plan.reserve<float>(values * static_cast<std::size_t>(factor_ * factor_));
        scratch_ = plan.reserve<float>(ops::enlarge_scratch(factor_, static_cast<int>(input_.height),
                                                            static_cast<int>(input_.width), input_.channels));
    }

    void run(ThreadTeam& team, const Arena& arena) const {
        const auto height = static_cast<int>(input_.height), width = static_cast<int>(input_.width);
        const ops::FeatureMap small = ops::dense_map(arena[small_].data(), height, width, input_.channels);
        const ops::FeatureMap large =
            ops::dense_map(arena[large_].data(), factor_ * height, factor_ * width, input_.channels);
        const float target_white = output_white(input_, output_, white_);
        const float source_white = input_.type == DataType::kFloat32 ? white_ : integer_white(input_.type);
        team.run(height, [&](std::int64_t y, int) {
            load_rectangle(input_, source_white, 0, y, width, 1, small.at(static_cast<int>(y), 0), small.row);
        });
        ops::enlarge(team, kind_, factor_, small, large, arena[scratch_].data());
        team.run(large.height, [&](std::int64_t y, int) {
            store_rectangle(output_, target_white, 0, y, large.width, 1, large.at(static_cast<int>(y), 0), large.row);
        });
    }

  private:
    ImageView input_, output_;
    float white_;
    int factor_;
    ops::Interpolation kind_;
    ArenaRange<float> small_, large_, scratch_;
};

Interpolator alpha_interpolator(const Settings& settings) {
    const int alpha = settings.input.channels - 1;
    return {channels_of(settings.input, alpha, 1), channels_of(settings.output, alpha, 1), 1, settings.factor,
            ops::Interpolation::kBicubic};
}

class ImageInterpolator final : public Pipeline {
  public:
    ImageInterpolator(const Settings& settings, float white)
        : colour_(channels_of(settings.input, 0, settings.input.colour_channels()),
                  channels_of(settings.output, 0, settings.output.colour_channels()), white, settings.factor,
                  settings.interpolation),
          alpha_(alpha_interpolator(settings)),
          has_alpha_(settings.input.has_alpha),
          team_(settings.threads),
          deadline_(settings.deadline_seconds) {
        ArenaPlan plan;
        colour_.reserve(plan);
        if (has_alpha_) alpha_.reserve(plan);
        require_memory(plan.size(), usable_memory(settings.memory_budget));
        arena_ = Arena(plan);
        report_.threads = team_.size();
        report_.memory_bytes = plan.size();
        report_.implementation = "simd";
        report_.stop_reason = StopReason::kConverged;
    }

    void run(ProgressCallback callback, void* user) override {
        RunControl control(callback, user, deadline_);
        colour_.run(team_, arena_);
        if (has_alpha_) alpha_.run(team_, arena_);
        Progress progress;
        progress.phase = Phase::kApply;
        progress.done = progress.total = 1;
        if (control.report(progress, true) == ProgressAction::kCancel)
            throw Error(ErrorCode::kCancelled, "cancelled while enlarging");
        report_.seconds_total = report_.seconds_apply = control.elapsed();
    }
    const Report& report() const override { return report_; }

  private:
    Interpolator colour_, alpha_;
    bool has_alpha_;
    ThreadTeam team_;
    double deadline_;
    Arena arena_;
    Report report_;
};

prior::Recipe make_recipe(RecipeName name, int factor) {
    prior::Recipe recipe;
    recipe.scales = prior::equal_scales(5, 128, 4);
    recipe.steps = factor >= 8 ? 4000 : 2000;
    recipe.input_noise = factor >= 8 ? 0.05 : 0.03;
    if (name == RecipeName::kPaper) return recipe;
    const bool fast = name == RecipeName::kFast;
    recipe.scales = prior::equal_scales(5, fast ? 48 : 96, 4);
    recipe.optimizer = prior::Optimizer::kMuon;
    recipe.learning_rate = 0.02;
    recipe.steps = fast ? 600 : 1500;
    return recipe;
}

class PriorUpscaler final : public Pipeline {
  public:
    PriorUpscaler(const Settings& settings, float white)
        : fit_(settings, make_recipe(settings.recipe, settings.factor),
               prior::make_stop_rule(settings.stop, settings.recipe, {}), white, 0,
               std::make_unique<ReductionTerm>(settings.input, white, settings.factor)),
          alpha_(alpha_interpolator(settings)),
          has_alpha_(settings.input.has_alpha),
          team_(settings.threads) {
        if (!has_alpha_) return;
        ArenaPlan plan;
        alpha_.reserve(plan);
        require_memory(plan.size() + fit_.report().memory_bytes, usable_memory(settings.memory_budget));
        arena_ = Arena(plan);
    }

    void run(ProgressCallback callback, void* user) override {
        fit_.run(callback, user);
        if (has_alpha_) alpha_.run(team_, arena_);
    }
    const Report& report() const override { return fit_.report(); }

  private:
    prior::Fit fit_;
    Interpolator alpha_;
    bool has_alpha_;
    ThreadTeam team_;
    Arena arena_;
};

}  // namespace

std::unique_ptr<Pipeline> make_prior_upscaler(const Settings& settings) {
    check_sizes(settings);
    return std::make_unique<PriorUpscaler>(settings, find_white_level(settings.input, settings.white).white);
}

std::unique_ptr<Pipeline> make_interpolator(const Settings& settings) {
    check_sizes(settings);
    return std::make_unique<ImageInterpolator>(settings, find_white_level(settings.input, settings.white).white);
}

}  // namespace twofold::upscale

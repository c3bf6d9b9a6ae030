#include "pipelines/upscale/reduction_term.h"

#include <algorithm>

#include "ops/loss/squared_error.h"
#include "ops/resample/downsample.h"

namespace twofold::upscale {

ReductionTerm::ReductionTerm(const ImageView& image, float white, int factor, std::optional<Interpolator> alpha)
    : image_(image),
      white_(white),
      factor_(factor),
      height_(static_cast<int>(image.height)),
      width_(static_cast<int>(image.width)),
      channels_(image.colour_channels()),
      alpha_(alpha) {}

void ReductionTerm::reserve(ArenaPlan& plan) {
    const std::size_t values =
        static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_);
    target_ = plan.reserve<float>(values);
    reduced_ = plan.reserve<float>(values);
    diff_ = plan.reserve<float>(values);
    scratch_ = plan.reserve<float>(ops::downsample_scratch(factor_, height_, width_, channels_));
    if (alpha_) alpha_->reserve(plan);
}

ops::FeatureMap ReductionTerm::map(const Arena& arena, const ArenaRange<float>& range) const {
    return ops::dense_map(arena[range].data(), height_, width_, channels_);
}

void ReductionTerm::begin(ThreadTeam& team, const Arena& arena) {
    const ops::FeatureMap target = map(arena, target_);
    team.run(height_, [&](std::int64_t y, int) {
        float* row = target.at(static_cast<int>(y), 0);
        load_rectangle(image_, white_, 0, y, width_, 1, row, target.row);
        // The network's sigmoid reaches no further.
        for (std::ptrdiff_t i = 0; i < target.row; ++i) row[i] = std::clamp(row[i], 0.0f, 1.0f);
    });
}

double ReductionTerm::evaluate(ThreadTeam& team, const Arena& arena, const prior::FitStep&, ops::ConstFeatureMap output,
                               ops::FeatureMap diff) {
    float* scratch = arena[scratch_].data();
    const ops::FeatureMap reduced = map(arena, reduced_), reduced_diff = map(arena, diff_);
    ops::downsample_forward(team, factor_, output, reduced, scratch);
    const ops::ConstFeatureMap no_mask(nullptr, 0, 1, height_, width_, 1);
    const double loss = ops::squared_error(team, reduced, map(arena, target_), no_mask, reduced_diff);
    ops::downsample_backward(team, factor_, reduced_diff, diff, scratch);
    return loss;
}

void ReductionTerm::finish(ThreadTeam& team, const Arena& arena) const {
    if (alpha_) alpha_->run(team, arena);
}

}  // namespace twofold::upscale

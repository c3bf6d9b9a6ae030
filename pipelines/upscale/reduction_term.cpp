#include "pipelines/upscale/reduction_term.h"

#include "ops/loss/squared_error.h"
#include "ops/loss/total_variation.h"
#include "ops/resample/downsample.h"

namespace twofold::upscale {

ReductionTerm::ReductionTerm(const ImageView& image, float white, int factor, double lambda, prior::Range range,
                             std::optional<Interpolator> alpha)
    : image_(image),
      white_(white),
      factor_(factor),
      lambda_(lambda),
      range_(range),
      height_(static_cast<int>(image.height)),
      width_(static_cast<int>(image.width)),
      channels_(image.colour_channels()),
      alpha_(alpha) {}

void ReductionTerm::reserve(ArenaPlan& plan) {
    const std::size_t values = ops::dense_size(height_, width_, channels_);
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
    prior::load_image(team, image_, white_, map(arena, target_), range_);
}

double ReductionTerm::evaluate(ThreadTeam& team, const Arena& arena, const prior::FitStep&, ops::ConstFeatureMap output,
                               ops::FeatureMap diff) {
    float* scratch = arena[scratch_].data();
    const ops::FeatureMap reduced = map(arena, reduced_), reduced_diff = map(arena, diff_);
    ops::downsample_forward(team, factor_, output, reduced, scratch);
    const double error = ops::squared_error(team, reduced, map(arena, target_), ops::no_map(), reduced_diff);
    ops::downsample_backward(team, factor_, reduced_diff, diff, scratch);
    if (lambda_ == 0) return error;
    return error + 2 * lambda_ *
                       ops::total_variation(team, ops::TotalVariation::kIsotropic, kEpsilon, output,
                                            static_cast<float>(2 * lambda_), diff);
}

void ReductionTerm::finish(ThreadTeam& team, const Arena& arena) const {
    if (alpha_) alpha_->run(team, arena);
}

}  // namespace twofold::upscale

// The objective of super-resolution: the squared distance between the reduced output and the image, and the output's
// total variation,
//
//     mean of (d(u) - x)^2 + 2 * lambda * mean of (sqrt(dx^2 + dy^2 + epsilon^2) - epsilon)
//
// where white is 1, the first mean is over the small image's samples and the second over the large one's.
#ifndef TWOFOLD_PIPELINES_UPSCALE_REDUCTION_TERM_H
#define TWOFOLD_PIPELINES_UPSCALE_REDUCTION_TERM_H

#include <optional>

#include "pipelines/common/prior/data_term.h"
#include "pipelines/common/prior/load_image.h"
#include "pipelines/upscale/interpolator.h"
#include "runtime/image_view.h"

namespace twofold::upscale {

class ReductionTerm final : public prior::DataTerm {
  public:
    // `range`: of the image that counts. `alpha`, if the image has one, enlarges it beside the result.
    ReductionTerm(const ImageView& image, float white, int factor, double lambda, prior::Range range,
                  std::optional<Interpolator> alpha = {});

    void reserve(ArenaPlan& plan) override;
    void begin(ThreadTeam& team, const Arena& arena) override;
    double evaluate(ThreadTeam& team, const Arena& arena, const prior::FitStep& step, ops::ConstFeatureMap output,
                    ops::FeatureMap diff) override;
    double lambda() const override { return lambda_; }
    void finish(ThreadTeam& team, const Arena& arena) const override;

    // Differences below it, white being 1, count as slopes, not as edges.
    static constexpr float kEpsilon = 0.01f;

  private:
    ops::FeatureMap map(const Arena& arena, const ArenaRange<float>& range) const;

    ImageView image_;
    float white_;
    int factor_;
    double lambda_;
    prior::Range range_;
    int height_, width_, channels_;  // of the image
    std::optional<Interpolator> alpha_;
    ArenaRange<float> target_, reduced_, diff_, scratch_;
};

}  // namespace twofold::upscale

#endif

// The objective of the two-stage method: squared error and total variation, then the squared error alone.
#ifndef TWOFOLD_PIPELINES_TWO_STAGE_TWO_STAGE_TERM_H
#define TWOFOLD_PIPELINES_TWO_STAGE_TWO_STAGE_TERM_H

#include "pipelines/common/prior/image_term.h"
#include "pipelines/two_stage/two_stage.h"

namespace twofold::two_stage {

constexpr double kStage1Share = 1. / 3;  // of the steps

class TwoStageTerm final : public prior::ImageTerm {
  public:
    // `noise_variance` is what the residual's variance should be; 0 if it is not known.
    TwoStageTerm(const Settings& settings, float white, double noise_variance);

    void begin(ThreadTeam& team, const Arena& arena) override;
    double evaluate(ThreadTeam& team, const Arena& arena, const prior::FitStep& step, ops::ConstFeatureMap output,
                    ops::FeatureMap diff) override;
    double lambda() const override { return lambda_; }

  private:
    void adapt(double error);
    void choose_detail(const Arena& arena, const float* average) const;

    Detail detail_;
    ops::TotalVariation kind_;
    double given_lambda_;
    double noise_variance_;
    double lambda_ = 0;
    bool detailing_ = false;
};

}  // namespace twofold::two_stage

#endif

#include "pipelines/two_stage/two_stage_term.h"

#include <algorithm>
#include <cmath>

namespace twofold::two_stage {
namespace {

constexpr float kEpsilon = 1e-3f;            // smooths the isotropic total variation where the image is flat
constexpr double kUnknownLambda = 0.02;      // where the noise could not be measured
constexpr double kFirstLambda = 0.5;         // times sigma: near what the discrepancy rule chooses on photos
constexpr double kRate = 0.02;               // of the controller, per step
constexpr double kWidest = 20;               // how far the controller may go from the first lambda, up or down
constexpr std::int64_t kSettlingSteps = 50;  // before the residual means anything

}  // namespace

TwoStageTerm::TwoStageTerm(const Settings& settings, float white, double noise_variance)
    : ImageTerm(settings.input, white),
      detail_(settings.detail),
      kind_(settings.kind),
      given_lambda_(settings.lambda),
      noise_variance_(noise_variance) {}

void TwoStageTerm::begin(ThreadTeam& team, const Arena& arena) {
    ImageTerm::begin(team, arena);
    detailing_ = false;
    lambda_ = given_lambda_ > 0     ? given_lambda_
              : noise_variance_ > 0 ? kFirstLambda * std::sqrt(noise_variance_)
                                    : kUnknownLambda;
}

double TwoStageTerm::evaluate(ThreadTeam& team, const Arena& arena, const prior::FitStep& step,
                              ops::ConstFeatureMap output, ops::FeatureMap diff) {
    // Once only: a deadline may change the number of steps, but what stage 1 has left is not learned again.
    if (!detailing_ && static_cast<double>(step.index) >= kStage1Share * static_cast<double>(step.steps)) {
        detailing_ = true;
        if (step.average) choose_detail(arena, step.average);
    }
    const double error = ImageTerm::evaluate(team, arena, step, output, diff);
    if (detailing_) return error;
    // The squared error is a mean without the half.
    const auto weight = static_cast<float>(2 * lambda_);
    const double variation = ops::total_variation(team, kind_, kEpsilon, output, weight, diff);
    if (step.index >= kSettlingSteps) adapt(error - step.shift_variance);
    return error + 2 * lambda_ * variation;
}

// The discrepancy rule while the fit is under way: a residual below the noise wants more smoothing, one above it less.
void TwoStageTerm::adapt(double error) {
    if (given_lambda_ > 0 || noise_variance_ <= 0) return;
    const double first = kFirstLambda * std::sqrt(noise_variance_);
    lambda_ *= std::exp(kRate * std::clamp((noise_variance_ - error) / noise_variance_, -1.0, 1.0));
    lambda_ = std::clamp(lambda_, first / kWidest, first * kWidest);
}

void TwoStageTerm::choose_detail(const Arena& arena, const float* average) const {
    if (detail_ == Detail::kNoisy) return;
    const float share = detail_ == Detail::kStage1 ? 1.0f : 0.5f;
    const ops::FeatureMap image = target(arena);
    const std::ptrdiff_t count = image.row * image.height;
    for (std::ptrdiff_t i = 0; i < count; ++i) image.data[i] += share * (average[i] - image.data[i]);
}

}  // namespace twofold::two_stage

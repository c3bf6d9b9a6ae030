#include "pipelines/tv/discrepancy.h"

#include <algorithm>
#include <cmath>

namespace twofold::tv {
namespace {

// Of the variance: far below what the noise estimate is off by.
constexpr double kAccuracy = 0.01;
constexpr int kMostSolves = 12;
// The residual grows about so with lambda, by power.
constexpr double kUsualPower = 1.2;

}  // namespace

void DiscrepancySearch::tell(double residual) {
    const Point now{std::log(lambda_), std::log(std::max(residual, 1e-300)), true};
    const double target = std::log(target_);
    ++told_;
    if (std::fabs(now.residual - target) < kAccuracy || told_ >= kMostSolves) {
        done_ = true;
        return;
    }
    (now.residual < target ? below_ : above_) = now;
    double next;
    if (below_.known && above_.known) {
        const double rise = above_.residual - below_.residual, width = above_.lambda - below_.lambda;
        const double share = rise > 0 ? (target - below_.residual) / rise : 0.5;
        next = below_.lambda + std::clamp(share, 0.1, 0.9) * width;
    } else {
        next = now.lambda + std::clamp((target - now.residual) / kUsualPower, -3.0, 3.0);
    }
    lambda_ = std::exp(next);
}

}  // namespace twofold::tv

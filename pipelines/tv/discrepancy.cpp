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
    const bool low = now.residual < target;
    // Where the function bends, the rule of false position keeps one end for ever: then halve.
    const bool same_side = told_ > 1 && low == last_low_;
    last_low_ = low;
    const Point before = low ? below_ : above_;
    (low ? below_ : above_) = now;
    double next;
    if (below_.known && above_.known) {
        const double rise = above_.residual - below_.residual, width = above_.lambda - below_.lambda;
        const double share = rise > 0 && !same_side ? (target - below_.residual) / rise : 0.5;
        next = below_.lambda + std::clamp(share, 0.05, 0.95) * width;
    } else {
        const double power =
            before.known ? (now.residual - before.residual) / (now.lambda - before.lambda) : kUsualPower;
        next = now.lambda + std::clamp((target - now.residual) / std::max(0.2, power), -3.0, 3.0);
    }
    lambda_ = std::exp(next);
}

}  // namespace twofold::tv

// When a fit ends before its last step.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_STOP_RULE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_STOP_RULE_H

#include <cstdint>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/pipeline.h"

namespace twofold::prior {

struct StopRule {
    enum class Kind {
        kNone,
        kVariance,  // when the variance of the last outputs has not fallen for `patience` steps
        kNoise      // when the mean squared distance to the image has fallen to `noise_variance`
    };
    Kind kind = Kind::kNone;
    int window = 100;
    std::int64_t patience = 1000;
    double from = 0;  // share of the steps before which nothing is judged
    double noise_variance = 0;
};

enum class StopChoice { kAuto, kNone, kVariance, kNoise };

// kAuto: none for the paper's recipe, which has a fixed number of steps; else by variance. Throws Error kUnsupported
// for the rule by noise where the noise could not be measured.
StopRule make_stop_rule(StopChoice choice, RecipeName recipe, const NoiseModel& noise);
// For tasks that have no noise to stop at.
StopRule make_stop_rule(StopChoice choice, RecipeName recipe);

}  // namespace twofold::prior

#endif

// When a fit ends before its last step.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_STOP_RULE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_STOP_RULE_H

#include <cstdint>

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
    double noise_variance = 0;
};

}  // namespace twofold::prior

#endif

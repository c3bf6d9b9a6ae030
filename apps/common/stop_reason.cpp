#include "apps/common/stop_reason.h"

namespace twofold::apps {

const char* stopped_by(twofold_stop_reason reason) {
    switch (reason) {
        case TWOFOLD_STOP_STEPS:
            return "steps";
        case TWOFOLD_STOP_DEADLINE:
            return "deadline";
        case TWOFOLD_STOP_CALLBACK:
            return "interrupt";
        case TWOFOLD_STOP_WEIGHTS:
            return "weights";
        case TWOFOLD_STOP_CONVERGED:
            return "converged";
        case TWOFOLD_STOP_VARIANCE:
            return "variance";
        case TWOFOLD_STOP_NOISE:
            return "noise";
    }
    return "unknown";
}

}  // namespace twofold::apps

// Why training ended, in the words of reports.
#ifndef TWOFOLD_APPS_COMMON_STOP_REASON_H
#define TWOFOLD_APPS_COMMON_STOP_REASON_H

#include "twofold/twofold.h"

namespace twofold::apps {

// "steps", "deadline", "interrupt" ...
const char* stopped_by(twofold_stop_reason reason);

}  // namespace twofold::apps

#endif

// The estimated quality of a result, in words and as JSON.
#ifndef TWOFOLD_APPS_COMMON_QUALITY_H
#define TWOFOLD_APPS_COMMON_QUALITY_H

#include <optional>
#include <string>

#include "apps/common/console.h"
#include "apps/common/library.h"
#include "twofold/twofold.h"

namespace twofold::apps {

// Calls twofold_job_estimate_quality. Nothing where there is no estimate of this image and method, or no memory for it.
std::optional<twofold_quality> estimate_quality(const Context& context, const Job& job);

// "about 29.4 dB (28.9 to 30.0), the input 20.2 dB"
std::string to_text(const twofold_quality& quality);

// Null for infinity.
Json to_json(const twofold_quality& quality);

}  // namespace twofold::apps

#endif

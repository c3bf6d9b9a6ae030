// What an examination of a result says, in words and as JSON.
#ifndef TWOFOLD_APPS_COMMON_EXAMINATION_H
#define TWOFOLD_APPS_COMMON_EXAMINATION_H

#include <string>
#include <vector>

#include "apps/common/console.h"
#include "apps/common/library.h"
#include "platform/image_io/image_io.h"
#include "twofold/twofold.h"

namespace twofold::apps {

// Calls twofold_examine; the map goes into `map` unless that is null.
twofold_examination examine(const Context& context, const twofold_image& noisy, const twofold_image& denoised,
                            double white, double strength, image_io::Image* map);

// One sentence for each warning; empty when there is none.
std::vector<std::string> warnings_of(const twofold_examination& examination);

// "pass", or "warn: " and the sentences.
std::string verdict_of(const twofold_examination& examination);

// Lines for a terminal.
std::string to_text(const twofold_examination& examination);

Json to_json(const twofold_examination& examination);

}  // namespace twofold::apps

#endif

// Filling in what a mask declares unknown, by Deep Image Prior (Ulyanov, Vedaldi, Lempitsky, CVPR 2018, section 3.3).
// Single pixels are filled in by a network that starts from the image with fewer of them (thinned_input.h); for
// anything else, and in the paper's recipes, it starts from random numbers.
#ifndef TWOFOLD_PIPELINES_INPAINT_INPAINT_H
#define TWOFOLD_PIPELINES_INPAINT_INPAINT_H

#include <memory>

#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/stop_rule.h"

namespace twofold::inpaint {

// What is missing decides which network fits.
enum class Missing {
    kText,   // thin strokes on known ground
    kHole,   // large regions
    kRandom  // single pixels
};

struct Settings : PipelineSettings {
    ImageView mask;  // one colour channel, the image's size; half of white or more: known; alpha is not looked at
    Missing missing = Missing::kText;
    prior::StopChoice stop = prior::StopChoice::kAuto;
};

// Known pixels of the output are those of the input. Throws Error: kInvalidArgument (a mask of another size, or one
// that leaves nothing to fill or nothing known), kUnsupported (image too small), kNonFinite, kOutOfMemory, kOverBudget.
std::unique_ptr<Pipeline> make_inpainter(const Settings& settings);

}  // namespace twofold::inpaint

#endif

// Enlarging an image by a whole factor: by Deep Image Prior (Ulyanov, Vedaldi, Lempitsky, CVPR 2018, section 3.2),
// whose output must equal the image after reduction with a Lanczos-2 window; or at once, by interpolation.
#ifndef TWOFOLD_PIPELINES_UPSCALE_UPSCALE_H
#define TWOFOLD_PIPELINES_UPSCALE_UPSCALE_H

#include <memory>

#include "ops/resample/enlarge.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/stop_rule.h"

namespace twofold::upscale {

struct Settings : PipelineSettings {
    int factor = 4;  // 2, 3, 4 or 8; the output is factor times as wide and high as the input
    prior::StopChoice stop = prior::StopChoice::kAuto;
    ops::Interpolation interpolation = ops::Interpolation::kBicubic;  // make_interpolator only
    double lambda = 0;  // make_tv_upscaler only: weight of the total variation, white being 1; 0: as measured on photos
};

// All enlarge alpha by bicubic interpolation. Throw Error: kInvalidArgument (an output of another size),
// kUnsupported (image too small or too large), kNonFinite, kOutOfMemory, kOverBudget.
std::unique_ptr<Pipeline> make_prior_upscaler(const Settings& settings);
std::unique_ptr<Pipeline> make_tv_upscaler(const Settings& settings);
std::unique_ptr<Pipeline> make_interpolator(const Settings& settings);

}  // namespace twofold::upscale

#endif

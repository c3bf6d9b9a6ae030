// "It Takes Two to Better Denoise": Deep Image Prior in two stages. Stage 1, a third of the steps, adds the total
// variation of the output to the loss, so that the network learns no noise; stage 2 takes it away, so that detail comes
// back.
#ifndef TWOFOLD_PIPELINES_TWO_STAGE_TWO_STAGE_H
#define TWOFOLD_PIPELINES_TWO_STAGE_TWO_STAGE_H

#include <memory>

#include "ops/loss/total_variation.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/stop_rule.h"

namespace twofold::two_stage {

// What stage 2 fits. The method's description leaves it open.
enum class Detail {
    kNoisy,   // the noisy image
    kStage1,  // the result of stage 1
    kBlend    // the mean of both
};

struct Settings : PipelineSettings {
    Detail detail = Detail::kNoisy;
    ops::TotalVariation kind = ops::TotalVariation::kAnisotropic;
    double lambda = 0;  // of 1/2 |u - y|^2 + lambda TV(u), white being 1; 0: follows the noise (discrepancy rule)
    prior::StopChoice stop = prior::StopChoice::kAuto;
};

// Throws Error: kInvalidArgument, kUnsupported (image too small), kNonFinite, kOutOfMemory, kOverBudget.
std::unique_ptr<Pipeline> make_denoiser(const Settings& settings);

}  // namespace twofold::two_stage

#endif

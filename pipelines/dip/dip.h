// Deep Image Prior (Ulyanov, Vedaldi, Lempitsky, CVPR 2018, arXiv 1711.10925): an hourglass network learns to put out
// the noisy image from random numbers. It learns the image before the noise, and is stopped in between.
//
// Against independent noise, and against what compression did, the recipes other than the paper's give the network the
// image with more noise to start from, and a target whose noise is independent of that (Pang, Zheng, Quan, Ji,
// "Recorrupted-to-Recorrupted", CVPR 2021): what it could learn of the noise no longer helps it.
#ifndef TWOFOLD_PIPELINES_DIP_DIP_H
#define TWOFOLD_PIPELINES_DIP_DIP_H

#include <memory>

#include "pipelines/common/noise_network/weights.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/stop_rule.h"

namespace twofold::dip {

enum class Defect {
    kNoise,           // independent from pixel to pixel
    kJpeg,            // blocks and ringing of a strong compression, whose strength is measured from the blocks
    kCorrelatedNoise  // alike in neighbouring pixels
};

struct Settings : PipelineSettings {
    Defect defect = Defect::kNoise;
    prior::StopChoice stop = prior::StopChoice::kAuto;
    // Begin with the result of this network, which was trained before, instead of with chance; copied. For the recipe
    // `fast` and Defect::kNoise; where the noise cannot be measured the fit begins with chance all the same.
    const Weights* start = nullptr;
};

// Checks the settings and takes all memory. Throws Error: kInvalidArgument, kUnsupported (image too small), kNonFinite,
// kOutOfMemory, kOverBudget.
std::unique_ptr<Pipeline> make_denoiser(const Settings& settings);

}  // namespace twofold::dip

#endif

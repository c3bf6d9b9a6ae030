// A denoising method whose result is refined: runs another pipeline, then the refinement that its result guides.
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINED_PIPELINE_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINED_PIPELINE_H

#include <functional>
#include <memory>

#include "pipelines/common/pipeline.h"
#include "pipelines/common/refinement/effort.h"

namespace twofold {

// Makes the pipeline that is refined.
using MakePipeline = std::function<std::unique_ptr<Pipeline>(const PipelineSettings& settings)>;

// Of methods that take so long that a fine grid of reference patches does not count.
constexpr RefinementEffort kPatientRefinement = {{1, 3}, {4, 3}};

// What `make` makes, refined. As it is where `settings.refine` says so, or for the recipe `paper` where they do not
// say; where the image is too small or its noise cannot be measured, and where the deadline or the memory budget has no
// room. `noise` kAuto: measured. Throws as `make` does.
std::unique_ptr<Pipeline> make_refined(const PipelineSettings& settings, const RefinementEffort& effort,
                                       NoiseKind noise, const MakePipeline& make);

// The same for a method with settings of its own.
template <typename Settings>
std::unique_ptr<Pipeline> make_refined(const Settings& settings, NoiseKind noise,
                                       std::unique_ptr<Pipeline> (*make)(const Settings&)) {
    return make_refined(settings, kPatientRefinement, noise, [&](const PipelineSettings& changed) {
        Settings copy = settings;
        static_cast<PipelineSettings&>(copy) = changed;
        return make(copy);
    });
}

}  // namespace twofold

#endif

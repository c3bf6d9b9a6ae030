// A denoising method whose result is refined: runs another pipeline, then the refinement that its result guides.
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINED_PIPELINE_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINED_PIPELINE_H

#include <functional>
#include <memory>

#include "pipelines/common/pipeline.h"

namespace twofold {

// Makes the pipeline that is refined.
using MakePipeline = std::function<std::unique_ptr<Pipeline>(const PipelineSettings& settings)>;

// What `make` makes, refined `settings.refinements` times, or `rounds` times where they do not say. As it is where that
// is 0, where the image is too small or its noise cannot be measured, and where the deadline or the memory budget has
// no room. `noise` kAuto: measured. Throws as `make` does.
std::unique_ptr<Pipeline> make_refined(const PipelineSettings& settings, int rounds, NoiseKind noise,
                                       const MakePipeline& make);

// The same for a method with settings of its own: once, but for the recipe `paper`.
template <typename Settings>
std::unique_ptr<Pipeline> make_refined(const Settings& settings, NoiseKind noise,
                                       std::unique_ptr<Pipeline> (*make)(const Settings&)) {
    return make_refined(settings, settings.recipe == RecipeName::kPaper ? 0 : 1, noise,
                        [&](const PipelineSettings& changed) {
                            Settings copy = settings;
                            static_cast<PipelineSettings&>(copy) = changed;
                            return make(copy);
                        });
}

}  // namespace twofold

#endif

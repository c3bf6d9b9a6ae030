// The methods that are a network for one image: ZS-N2N and the prior.
#ifndef TWOFOLD_BINDINGS_C_MAKE_ZSN2N_H
#define TWOFOLD_BINDINGS_C_MAKE_ZSN2N_H

#include "bindings/c/handles.h"

namespace twofold::c_api {

// As make_pipeline. They set job->denoiser, and the prior's recipe `best` job->joint.
std::unique_ptr<Pipeline> make_zsn2n(twofold_job* job);
std::unique_ptr<Pipeline> make_prior(twofold_job* job);

// As make_same, by the weights of the last run. `settings` are those for the other image.
std::unique_ptr<Pipeline> make_same_zsn2n(const twofold_job& job, const PipelineSettings& settings);

}  // namespace twofold::c_api

#endif

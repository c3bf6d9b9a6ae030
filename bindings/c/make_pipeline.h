// From the settings of a job to the pipeline that does it.
#ifndef TWOFOLD_BINDINGS_C_MAKE_PIPELINE_H
#define TWOFOLD_BINDINGS_C_MAKE_PIPELINE_H

#include "bindings/c/handles.h"

namespace twofold::c_api {

// Checks what needs more than one setting, and the images; sets job->pipeline, and job->denoiser where the method is
// ZS-N2N. Throws what the pipelines throw.
void make_pipeline(twofold_job* job);

}  // namespace twofold::c_api

#endif

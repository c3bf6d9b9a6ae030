// From the settings of a job to the pipeline that does it.
#ifndef TWOFOLD_BINDINGS_C_MAKE_PIPELINE_H
#define TWOFOLD_BINDINGS_C_MAKE_PIPELINE_H

#include "bindings/c/handles.h"

namespace twofold::c_api {

// Checks what needs more than one setting, and the images; sets job->pipeline and what belongs to it. Throws what the
// pipelines throw.
void make_pipeline(twofold_job* job);

// What the last run has learned or chosen, for another image of the same channels: floats where white is 1. Throws
// Error kUnsupported where that is nothing that can be applied again.
std::unique_ptr<Pipeline> make_same(const twofold_job& job, const ImageView& input, const ImageView& output,
                                    std::uint64_t memory_budget);

}  // namespace twofold::c_api

#endif

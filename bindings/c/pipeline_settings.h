// What the settings of a job are for the pipelines.
#ifndef TWOFOLD_BINDINGS_C_PIPELINE_SETTINGS_H
#define TWOFOLD_BINDINGS_C_PIPELINE_SETTINGS_H

#include "bindings/c/handles.h"

namespace twofold::c_api {

// Those that all pipelines have.
PipelineSettings pipeline_settings(const twofold_job& job);

// For a pipeline that has more of its own, which are left as they are by default.
template <typename Settings>
Settings settings_of(const twofold_job& job) {
    Settings settings;
    static_cast<PipelineSettings&>(settings) = pipeline_settings(job);
    return settings;
}

}  // namespace twofold::c_api

#endif

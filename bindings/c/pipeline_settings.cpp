#include "bindings/c/pipeline_settings.h"

namespace twofold::c_api {
namespace {

// Hands the trace on to the caller's function.
void forward_trace(const TracePoint& point, void* user) {
    const auto* job = static_cast<const twofold_job*>(user);
    const ImageView& result = job->settings.output;
    const auto view = [&](const float* pixels) {
        twofold_image image = {};
        // The caller reads only.
        image.data = const_cast<float*>(pixels);
        image.width = result.width;
        image.height = result.height;
        image.channels = result.colour_channels();
        image.data_type = TWOFOLD_FLOAT32;
        image.channel_stride = sizeof(float);
        image.pixel_stride = image.channel_stride * image.channels;
        image.row_stride = image.pixel_stride * static_cast<std::ptrdiff_t>(image.width);
        return image;
    };
    const twofold_image output = view(point.output), average = view(point.average);
    const twofold_trace_point copy = {point.step, point.loss, &output, point.average ? &average : nullptr};
    job->trace(&copy, job->trace_user);
}

}  // namespace

PipelineSettings pipeline_settings(const twofold_job& job) {
    PipelineSettings settings = job.settings;
    settings.input = noisy_image(job);
    // What is left is more than 0, which would be no budget.
    if (job.levelled && settings.memory_budget > 0) settings.memory_budget -= LevelledImage::bytes(settings.input);
    if (settings.threads == 0) settings.threads = twofold_default_threads();
    if (job.trace) {
        settings.trace = forward_trace;
        settings.trace_user = const_cast<twofold_job*>(&job);
    } else {
        settings.trace_every = 0;
    }
    if (job.refinement != Refinement::kAuto) settings.refine = job.refinement == Refinement::kOn;
    return settings;
}

}  // namespace twofold::c_api

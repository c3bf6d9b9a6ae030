#include "bindings/c/given_weights.h"

#include <span>
#include <utility>

#include "bindings/c/pipeline_settings.h"
#include "pipelines/common/noise_network/grey_weights.h"
#include "pipelines/rendered_prior/embedded_prior.h"

namespace twofold::c_api {
namespace {

// Weights for colour as those for grey where the image is grey and nothing else is in the way.
Weights fitting(const twofold_job& job, const Weights& weights) {
    const bool single = weights.blend == 0 && !weights.stabilizes();
    if (job.settings.input.colour_channels() == 1 && weights.shape.channels == 3 && single)
        return grey_weights(weights);
    return weights;
}

}  // namespace

Weights prior_weights(const twofold_job& job) {
    const bool small = job.prior_size == TWOFOLD_PRIOR_SMALL;
    const std::span<const std::byte> embedded = small ? embedded_small_prior() : embedded_prior();
    require(job.weights || !embedded.empty(), ErrorCode::kUnsupported,
            "this build has no prior inside: it needs weights from a file");
    return fitting(job, job.weights ? *job.weights : load_weights(embedded.data(), embedded.size()));
}

std::optional<Weights> embedded_start_weights(const twofold_job& job) {
    const std::span<const std::byte> embedded = embedded_start();
    if (embedded.empty()) return std::nullopt;
    return fitting(job, load_weights(embedded.data(), embedded.size()));
}

Weights start_weights(const twofold_job& job) {
    require(job.settings.recipe == RecipeName::kFast, ErrorCode::kUnsupported,
            "only the recipe 'fast' begins with the prior");
    if (job.weights) return fitting(job, *job.weights);
    std::optional<Weights> start = embedded_start_weights(job);
    require(start.has_value(), ErrorCode::kUnsupported,
            "this build has no start of ZS-N2N inside: it needs weights from a file");
    return std::move(*start);
}

}  // namespace twofold::c_api

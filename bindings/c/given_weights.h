// The weights of networks that were trained before, for the image of a job: its own, or those in the library.
#ifndef TWOFOLD_BINDINGS_C_GIVEN_WEIGHTS_H
#define TWOFOLD_BINDINGS_C_GIVEN_WEIGHTS_H

#include <optional>

#include "bindings/c/handles.h"
#include "pipelines/common/noise_network/weights.h"

namespace twofold::c_api {

// Of the prior, of the size that the job asks for. Throws Error kUnsupported in a build without them.
Weights prior_weights(const twofold_job& job);

// What ZS-N2N begins with, of those in the library; none in a build without them.
std::optional<Weights> embedded_start_weights(const twofold_job& job);
// The same, or the job's own. Throws Error kUnsupported if there are none, and for recipes other than `fast`.
Weights start_weights(const twofold_job& job);

}  // namespace twofold::c_api

#endif

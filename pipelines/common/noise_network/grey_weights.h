// A network for colour as one for grey images.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_GREY_WEIGHTS_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_GREY_WEIGHTS_H

#include "pipelines/common/noise_network/weights.h"

namespace twofold {

// The network of one channel that predicts for a grey image the mean of what `weights`, of a single network for at
// least one channel, predict for that image in every channel.
Weights grey_weights(const Weights& weights);

}  // namespace twofold

#endif

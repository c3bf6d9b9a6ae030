#include "pipelines/common/noise_network/grey_weights.h"

namespace twofold {

Weights grey_weights(const Weights& weights) {
    const NetworkShape& from = weights.shape;
    Weights grey = weights;
    grey.shape.channels = 1;
    grey.values.assign(grey.shape.parameters(), 0.0f);
    const auto channels = static_cast<std::size_t>(from.channels);
    for (int i = 0; i < from.layers(); ++i) {
        const LayerShape source = from.layer(i), target = grey.shape.layer(i);
        // Inputs of the first layer and outputs of the last are samples: the channels of a pixel beside each other.
        const std::size_t inputs = i == 0 ? channels : 1, outputs = i == from.depth ? channels : 1;
        const auto taps = static_cast<std::size_t>(source.kernel * source.kernel);
        const auto in = static_cast<std::size_t>(source.in), out = static_cast<std::size_t>(source.out);
        const auto grey_in = static_cast<std::size_t>(target.in), grey_out = static_cast<std::size_t>(target.out);
        // One row more than there are inputs: the biases.
        for (std::size_t row = 0; row <= taps * in; ++row) {
            const bool bias = row == taps * in;
            const std::size_t to = bias ? taps * grey_in : row / in * grey_in + row % in / inputs;
            for (std::size_t k = 0; k < out; ++k)
                grey.values[target.offset + to * grey_out + k / outputs] +=
                    weights.values[source.offset + row * out + k] / static_cast<float>(outputs);
        }
    }
    return grey;
}

}  // namespace twofold

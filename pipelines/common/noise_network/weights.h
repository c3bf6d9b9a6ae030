// The parameters of a trained network, with what is needed to apply them, and their stored form.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_WEIGHTS_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_WEIGHTS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise_network/network_shape.h"
#include "runtime/image_view.h"

namespace twofold {

// How parameters are stored. All but kSingle change them a little.
enum class WeightPrecision : std::uint32_t {
    kHalf = 2,     // float16
    kSingle = 4,   // float32
    kShared = 12,  // 12 bits and a power of two that those of an output channel share; biases are float32
};

struct Weights {
    NetworkShape shape;
    // Of the image that it was trained on. The scale is kept for images of the same type, which may be darker.
    DataType type = DataType::kUint8;
    float white = 255;  // sample; 0: found anew for every image
    int ensemble = 1;   // passes that the recipe averages: 1 or 8
    WeightPrecision precision = WeightPrecision::kSingle;
    std::vector<float> values;  // shape.parameters() numbers in the order of network_shape.h
    // Those of the network for half the size, and the share of its result; empty and 0 where there is none.
    std::vector<float> coarse_values;
    float blend = 0;
    // The noise that the image was stabilised for; all zero where it was not.
    std::array<std::array<float, NoiseModel::kIntervals + 1>, 4> stabilized{};
    bool stabilizes() const { return stabilized != decltype(stabilized){}; }
    // Whether they are for images of all kinds, not of the one that they were trained on.
    bool general() const { return white == 0; }
};

// Stored form: magic "TWFWGHT4", little-endian fields, the parameters, CRC-32 of all that precedes it.
std::size_t stored_size(const Weights& weights);
void store_weights(const Weights& weights, std::byte* buffer);
// Throws Error kCorruptData for anything that store_weights would not have written, non-finite values included.
Weights load_weights(const std::byte* buffer, std::size_t size);

}  // namespace twofold

#endif

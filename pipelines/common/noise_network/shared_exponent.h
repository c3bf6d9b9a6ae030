// The parameters of a network in 12 bits each: those weights that make one channel of a layer's output share a power of
// two, which is such that the largest of them takes all of the bits.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_SHARED_EXPONENT_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_SHARED_EXPONENT_H

#include <cstddef>
#include <span>

#include "pipelines/common/noise_network/network_shape.h"

namespace twofold {

// For each layer: exponents [out] (i8), biases [out] (f32), and the weights in their order, two in three bytes, of
// which the low ones come first. A weight is a number of -2047..2047 times two to the power of the exponent.
std::size_t shared_exponent_size(const NetworkShape& shape);
// Returns the first byte behind them. Weights of 2^100 or more become infinite when they are read.
std::byte* put_shared_exponent(std::byte* p, const NetworkShape& shape, std::span<const float> values);
// False where there is what put_shared_exponent would not have written. `p` is moved behind what was read.
bool take_shared_exponent(const std::byte*& p, const NetworkShape& shape, std::span<float> values);

}  // namespace twofold

#endif

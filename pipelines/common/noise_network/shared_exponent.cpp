#include "pipelines/common/noise_network/shared_exponent.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "pipelines/common/stored_bytes.h"

namespace twofold {
namespace {

constexpr int kBits = 11;  // beside the sign
constexpr int kLargest = (1 << kBits) - 1;
// Below the least exponent numbers are 0; the last one stands for numbers that are not finite or too large to be
// weights.
constexpr int kLeastExponent = -120, kMostExponent = 100 - kBits, kTooLarge = 127;

// With which the largest of these weights, `step` apart, takes kBits bits, or one more than that leaves by rounding up.
int exponent_of(std::span<const float> weights, std::size_t first, std::size_t step) {
    float largest = 0;
    for (std::size_t i = first; i < weights.size(); i += step) {
        if (!std::isfinite(weights[i])) return kTooLarge;
        largest = std::max(largest, std::abs(weights[i]));
    }
    if (largest == 0) return kLeastExponent;
    int exponent = std::max(std::ilogb(largest) + 1 - kBits, kLeastExponent);
    if (std::nearbyint(std::ldexp(largest, -exponent)) > kLargest) ++exponent;
    return exponent > kMostExponent ? kTooLarge : exponent;
}

std::uint32_t number_of(float weight, int exponent) {
    if (exponent == kTooLarge) return 0;
    return static_cast<std::uint32_t>(static_cast<int>(std::nearbyint(std::ldexp(weight, -exponent)))) & 0xFFFu;
}

// False for -2048.
bool weight_of(std::uint32_t number, int exponent, float* weight) {
    const int value = static_cast<int>(number) - (number > kLargest ? 2 * (kLargest + 1) : 0);
    *weight = exponent == kTooLarge ? std::numeric_limits<float>::infinity()
                                    : std::ldexp(static_cast<float>(value), exponent);
    return value >= -kLargest;
}

}  // namespace

std::size_t shared_exponent_size(const NetworkShape& shape) {
    std::size_t bytes = 0;
    for (int i = 0; i < shape.layers(); ++i) {
        const LayerShape layer = shape.layer(i);
        // The number of weights is even, for a hidden layer's width is.
        bytes += 5 * static_cast<std::size_t>(layer.out) + layer.weights() / 2 * 3;
    }
    return bytes;
}

std::byte* put_shared_exponent(std::byte* p, const NetworkShape& shape, std::span<const float> values) {
    for (int i = 0; i < shape.layers(); ++i) {
        const LayerShape layer = shape.layer(i);
        const auto out = static_cast<std::size_t>(layer.out);
        const std::span<const float> weights = values.subspan(layer.offset, layer.weights());
        std::vector<int> exponents(out);
        for (std::size_t o = 0; o < out; ++o) {
            exponents[o] = exponent_of(weights, o, out);
            p = put(p, static_cast<std::uint8_t>(exponents[o]));
        }
        for (const float bias : values.subspan(layer.offset + layer.weights(), out)) p = put(p, bias);
        for (std::size_t k = 0; k < weights.size(); k += 2) {
            const std::uint32_t both =
                number_of(weights[k], exponents[k % out]) | number_of(weights[k + 1], exponents[(k + 1) % out]) << 12;
            p = put(p, static_cast<std::uint16_t>(both & 0xFFFFu));
            p = put(p, static_cast<std::uint8_t>(both >> 16));
        }
    }
    return p;
}

bool take_shared_exponent(const std::byte*& p, const NetworkShape& shape, std::span<float> values) {
    bool good = true;
    for (int i = 0; i < shape.layers(); ++i) {
        const LayerShape layer = shape.layer(i);
        const auto out = static_cast<std::size_t>(layer.out);
        const std::span<float> weights = values.subspan(layer.offset, layer.weights());
        std::vector<int> exponents(out);
        for (int& exponent : exponents) {
            exponent = static_cast<std::int8_t>(take<std::uint8_t>(p));
            good = good && (exponent == kTooLarge || (exponent >= kLeastExponent && exponent <= kMostExponent));
        }
        for (float& bias : values.subspan(layer.offset + layer.weights(), out)) bias = take<float>(p);
        for (std::size_t k = 0; k < weights.size(); k += 2) {
            const std::uint32_t low = take<std::uint16_t>(p);
            const std::uint32_t both = low | std::uint32_t{take<std::uint8_t>(p)} << 16;
            good = weight_of(both & 0xFFFu, exponents[k % out], &weights[k]) && good;
            good = weight_of(both >> 12, exponents[(k + 1) % out], &weights[k + 1]) && good;
        }
    }
    return good;
}

}  // namespace twofold

// IEEE 754 binary16, as stored; nothing computes with it here.
#ifndef TWOFOLD_RUNTIME_HALF_H
#define TWOFOLD_RUNTIME_HALF_H

#include <bit>
#include <cmath>
#include <cstdint>

namespace twofold {

// To the nearest, ties to even; beyond 65504 an infinity. NaN stays NaN.
inline std::uint16_t to_half(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) return static_cast<std::uint16_t>(sign | 0x7E00u);
    if (magnitude >= 0x477FF000u) return static_cast<std::uint16_t>(sign | 0x7C00u);
    if (magnitude < 0x38800000u) {
        // Subnormal: a multiple of 2^-24. nearbyint() rounds to even.
        const float count = std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24f);
        return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(count));
    }
    const std::uint32_t rounded = magnitude + 0xFFFu + (magnitude >> 13 & 1u);
    return static_cast<std::uint16_t>(sign | (rounded - 0x38000000u) >> 13);
}

inline float from_half(std::uint16_t half) {
    const std::uint32_t sign = std::uint32_t{half} << 16 & 0x80000000u;
    const std::uint32_t exponent = half >> 10 & 0x1Fu, fraction = half & 0x3FFu;
    if (exponent == 0) {
        const float size = static_cast<float>(fraction) * 0x1p-24f;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(size));
    }
    const std::uint32_t wide = exponent == 31 ? 0xFFu : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

}  // namespace twofold

#endif

// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). A draw depends on (seed, stream, counter) only,
// so threads need no shared state and the order of work does not matter.
#ifndef TWOFOLD_RUNTIME_RANDOM_H
#define TWOFOLD_RUNTIME_RANDOM_H

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace twofold {

using RandomBlock = std::array<std::uint32_t, 4>;

// Four independent 32-bit words. `stream` separates purposes (noise, crops, initial weights).
inline RandomBlock random_block(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
    std::uint32_t key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
    RandomBlock x = {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
                     static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * x[0];
        const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * x[2];
        x = {static_cast<std::uint32_t>(product1 >> 32) ^ x[1] ^ key0, static_cast<std::uint32_t>(product1),
             static_cast<std::uint32_t>(product0 >> 32) ^ x[3] ^ key1, static_cast<std::uint32_t>(product0)};
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return x;
}

// Uniform in (0, 1): never 0, so that its logarithm exists.
inline double uniform_open(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

// Uniform integer in [0, count), count > 0; the bias of the multiplication is below 2^-32 * count.
inline std::int64_t uniform_index(std::uint32_t word, std::int64_t count) {
    return static_cast<std::int64_t>((static_cast<std::uint64_t>(word) * static_cast<std::uint64_t>(count)) >> 32);
}

// Two independent standard normal numbers from two words (Box-Muller).
inline std::array<double, 2> normal_pair(std::uint32_t word0, std::uint32_t word1) {
    const double radius = std::sqrt(-2.0 * std::log(uniform_open(word0)));
    const double angle = 2.0 * std::numbers::pi * uniform_open(word1);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace twofold

#endif

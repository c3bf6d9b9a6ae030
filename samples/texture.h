// Patterns that are pure functions of position and seed, made of exactly defined arithmetic only (see colour.h).
#ifndef TWOFOLD_SAMPLES_TEXTURE_H
#define TWOFOLD_SAMPLES_TEXTURE_H

#include <cmath>
#include <cstdint>

namespace twofold::samples {

// 64 well mixed bits for a 64-bit counter (the finaliser of SplitMix64).
inline std::uint64_t mix_bits(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// Uniform in [0, 1) for a lattice point.
inline double lattice(std::int64_t x, std::int64_t y, std::uint64_t seed) {
    const std::uint64_t bits =
        mix_bits(mix_bits(static_cast<std::uint64_t>(x) + seed * 1000003u) ^ static_cast<std::uint64_t>(y));
    return static_cast<double>(bits >> 11) / 9007199254740992.0;
}

inline double clamp01(double t) { return t < 0 ? 0 : t > 1 ? 1 : t; }

// 0 below `low`, 1 above `high`, smooth between.
inline double smooth_step(double low, double high, double x) {
    const double t = clamp01((x - low) / (high - low));
    return t * t * (3 - 2 * t);
}

// A smooth wave of period 1 and range [-1, 1], close to sin(2 pi x).
inline double wave(double x) {
    const double t = x - std::floor(x + 0.5);
    const double y = 8 * t * (1 - 2 * std::fabs(t));
    return y * (0.775 + 0.225 * std::fabs(y));
}

// Smoothly interpolated lattice values, range [0, 1), features of size 1.
inline double value_noise(double x, double y, std::uint64_t seed) {
    const double fx = std::floor(x), fy = std::floor(y);
    const auto ix = static_cast<std::int64_t>(fx), iy = static_cast<std::int64_t>(fy);
    const double tx = smooth_step(0, 1, x - fx), ty = smooth_step(0, 1, y - fy);
    const double top = lattice(ix, iy, seed) * (1 - tx) + lattice(ix + 1, iy, seed) * tx;
    const double bottom = lattice(ix, iy + 1, seed) * (1 - tx) + lattice(ix + 1, iy + 1, seed) * tx;
    return top * (1 - ty) + bottom * ty;
}

// Octaves of value noise, each half as strong and twice as fine, scaled to [0, 1).
inline double fractal_noise(double x, double y, std::uint64_t seed, int octaves) {
    double sum = 0, weight = 0.5, total = 0;
    for (int i = 0; i < octaves; ++i) {
        sum += weight * value_noise(x, y, seed + static_cast<std::uint64_t>(i));
        total += weight;
        weight *= 0.5;
        x = x * 2 + 17.3;
        y = y * 2 - 9.7;
    }
    return sum / total;
}

}  // namespace twofold::samples

#endif

// Noise as the ZS-N2N paper adds it, to measure denoisers with.
//
// Every sample is a pure function of the seed, the pixel's position and its channel: not of the image's size, of the
// sample type or of the order of work.
#ifndef TWOFOLD_OPS_NOISE_NOISE_H
#define TWOFOLD_OPS_NOISE_NOISE_H

#include <cstdint>

#include "runtime/image_view.h"

namespace twofold::ops {

enum class NoiseKind {
    kGaussian,  // x + level / 255 * normal, clamped to [0, 1]; level 0..1e6
    kPoisson    // poisson(level * x) / level, for x < 0 as for 0; 0 < level <= 1e9
};

constexpr double kMaxGaussianLevel = 1e6;
constexpr double kMaxPoissonLevel = 1e9;

// Write a noisy copy of the colour channels and an unchanged copy of alpha. x is the sample on the scale where white
// (255, 65535, 1) is 1. Integer output is rounded and clamped; the Poisson noise of float output is not clamped. The
// images have the same width (below 2^32), height and channels and finite samples; they may be the same.
void add_noise(const ImageView& clean, const ImageView& noisy, NoiseKind kind, double level, std::uint64_t seed);

// Poisson number of the given mean, which is >= 0 and finite; a mean below 0 counts as 0. `stream` and `counter` name
// the draw (runtime/random.h); the low 16 bits of `stream` are left to this function. Exact: inversion for means below
// 10, else W. Hoermann's transformed rejection PTRS ("The transformed rejection method for generating Poisson random
// variables", Insurance: Mathematics and Economics 12, 1993), with 53 random bits per uniform number. Beyond 2^53 the
// result has the resolution of a double.
double poisson(double mean, std::uint64_t seed, std::uint64_t stream, std::uint64_t counter);

}  // namespace twofold::ops

#endif

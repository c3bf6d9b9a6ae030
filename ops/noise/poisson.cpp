#include <cmath>
#include <numbers>

#include "ops/noise/noise.h"
#include "runtime/random.h"

namespace twofold::ops {
namespace {

// Uniform in (0, 1) with 53 random bits.
double uniform53(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 12;
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

// Smallest k whose cumulative probability reaches u.
double invert(double mean, double u) {
    double probability = std::exp(-mean), cumulative = probability, k = 0;
    // With a mean below 10 nothing that a double can tell from 0 lies beyond 100.
    while (u > cumulative && k < 100) {
        k += 1;
        probability *= mean / k;
        cumulative += probability;
    }
    return k;
}

// log of mean^k e^-mean / k!. Large k: Stirling's series, with the difference of the large terms written so that
// nothing cancels.
double log_probability(double k, double mean) {
    if (k < 16) {
        double sum = -mean;
        for (double i = 1; i <= k; i += 1) sum += std::log(mean / i);
        return sum;
    }
    const double d = (mean - k) / k;
    const double series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / (k * k)) / (k * k)) / k;
    return k * (std::log1p(d) - d) - series - 0.5 * std::log(2 * std::numbers::pi * k);
}

}  // namespace

double poisson(double mean, std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
    if (!(mean > 0)) return 0;
    if (mean < 10) {
        const RandomBlock words = random_block(seed, stream, counter);
        return invert(mean, uniform53(words[0], words[1]));
    }
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double accept_at_once = 0.9277 - 3.6224 / (b - 2);
    // About 1.2 attempts on average; 65536 failures in a row do not happen.
    for (std::uint64_t attempt = 0; attempt < 0x10000; ++attempt) {
        const RandomBlock words = random_block(seed, stream | attempt, counter);
        const double u = uniform53(words[0], words[1]) - 0.5;
        const double v = uniform53(words[2], words[3]);
        const double edge = 0.5 - std::abs(u);
        const double k = std::floor((2 * a / edge + b) * u + mean + 0.43);
        if (edge >= 0.07 && v <= accept_at_once) return k;
        if (k < 0 || (edge < 0.013 && v > edge)) continue;
        if (std::log(v * inverse_alpha / (a / (edge * edge) + b)) <= log_probability(k, mean)) return k;
    }
    return std::floor(mean);
}

}  // namespace twofold::ops

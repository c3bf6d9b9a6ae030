// Noise that neighbouring pixels and channels have in common, and noise that they have not.
#ifndef TWOFOLD_TESTS_PIPELINES_CORRELATED_NOISE_H
#define TWOFOLD_TESTS_PIPELINES_CORRELATED_NOISE_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "ops/noise/noise.h"
#include "tests/support/float_image.h"

namespace twofold::test {

// Gaussian noise of standard deviation `sigma`, of 255, filtered with [1 2 1] x [1 2 1], and mixed so that channels
// are correlated by 0.5: what there is in what a camera writes, in principle.
inline FloatImage with_correlated_noise(const FloatImage& clean, double sigma) {
    const ImageView view = clean.view();
    FloatImage flat(view.width, view.height, view.channels + 1), white = flat, noisy = clean;
    std::ranges::fill(flat.pixels(), 0.5f);
    ops::add_noise(flat.view(), white.view(), ops::NoiseKind::kGaussian, 10, 9);
    const auto at = [&](std::int64_t x, std::int64_t y, int c) {
        const auto inside = [](std::int64_t place, std::int64_t size) { return (place + size) % size; };
        return double{white.at(inside(x, view.width), inside(y, view.height), c)} - 0.5;
    };
    const double gain = sigma / 10 / 6 * std::sqrt(0.5);  // [1 2 1] has a norm of sqrt(6)
    for (std::int64_t y = 0; y < view.height; ++y)
        for (std::int64_t x = 0; x < view.width; ++x)
            for (int c = 0; c < view.channels; ++c) {
                double sum = 0;
                for (int j = -1; j <= 1; ++j)
                    for (int i = -1; i <= 1; ++i)
                        sum += (2 - std::abs(i)) * (2 - std::abs(j)) *
                               (at(x + i, y + j, c) + at(x + i, y + j, view.channels));
                noisy.at(x, y, c) += static_cast<float>(gain * sum);
            }
    return noisy;
}

inline FloatImage with_white_noise(const FloatImage& clean, double sigma) {
    FloatImage noisy = clean;
    ops::add_noise(clean.view(), noisy.view(), ops::NoiseKind::kGaussian, sigma, 1);
    return noisy;
}

}  // namespace twofold::test

#endif

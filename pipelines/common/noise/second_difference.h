// The filter [1 -2 1] x [1 -2 1] / 6 of Immerkaer (CVIU 1996): of unit gain for white noise, and none for planes.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_SECOND_DIFFERENCE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_SECOND_DIFFERENCE_H

#include <cstddef>

namespace twofold {

// At the sample `p`, whose neighbours are `column` and `row` samples away.
inline float second_difference(const float* p, std::ptrdiff_t column, std::ptrdiff_t row) {
    const auto across = [&](const float* q) { return q[-column] - 2 * q[0] + q[column]; };
    return (across(p - row) - 2 * across(p) + across(p + row)) / 6;
}

// Mean of its square over width x height samples, the first of which is `p`; taps are `step` samples apart.
inline float second_difference_energy(const float* p, std::ptrdiff_t column, std::ptrdiff_t row, int width, int height,
                                      int step) {
    float sum = 0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const float d = second_difference(p + y * row + x * column, step * column, step * row);
            sum += d * d;
        }
    return sum / static_cast<float>(width * height);
}

}  // namespace twofold

#endif

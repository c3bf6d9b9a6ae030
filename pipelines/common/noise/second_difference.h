// The filter [1 -2 1] x [1 -2 1] / 6 of Immerkaer (CVIU 1996): of unit gain for white noise, and none for planes.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_SECOND_DIFFERENCE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_SECOND_DIFFERENCE_H

#include <array>
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

// The same for each of 1 to 4 interleaved channels, of at most 16 pixels in a row, all at once; rows are `row` floats
// apart, and taps `step` pixels.
inline std::array<float, 4> second_difference_energies(const float* p, int channels, std::ptrdiff_t row, int width,
                                                       int height, int step) {
    std::array<float, 64> sums{};  // a column each: nothing waits for the sum before
    const int samples = width * channels;
    for (int y = 0; y < height; ++y)
        for (int i = 0; i < samples; ++i) {
            const float d = second_difference(p + y * row + i, std::ptrdiff_t{step} * channels, step * row);
            sums[static_cast<std::size_t>(i)] += d * d;
        }
    std::array<float, 4> energies{};
    for (int i = 0; i < samples; ++i)
        energies[static_cast<std::size_t>(i % channels)] +=
            sums[static_cast<std::size_t>(i)] / static_cast<float>(width * height);
    return energies;
}

}  // namespace twofold

#endif

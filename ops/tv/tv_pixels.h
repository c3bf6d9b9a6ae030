// Rows of interleaved pixels and rows of the solvers' planes (tv_kernels.h).
#ifndef TWOFOLD_OPS_TV_TV_PIXELS_H
#define TWOFOLD_OPS_TV_TV_PIXELS_H

#include <algorithm>
#include <cstddef>

namespace twofold::ops {

// The first of `count` pixels, which are `step` floats apart, is even. Each part gets `room` floats, those behind its
// pixels 0.
inline void split_pixels(const float* pixels, std::ptrdiff_t step, std::ptrdiff_t count, int channels,
                         std::ptrdiff_t half, std::ptrdiff_t room, std::ptrdiff_t plane, float* row) {
    for (int c = 0; c < channels; ++c) {
        float *even = row + c * plane, *odd = even + half;
        const std::ptrdiff_t evens = (count + 1) / 2, odds = count / 2;
        for (std::ptrdiff_t k = 0; k < evens; ++k) even[k] = pixels[2 * k * step + c];
        for (std::ptrdiff_t k = 0; k < odds; ++k) odd[k] = pixels[(2 * k + 1) * step + c];
        std::fill(even + evens, even + room, 0.0f);
        std::fill(odd + odds, odd + room, 0.0f);
    }
}

inline void join_pixels(const float* row, std::ptrdiff_t half, std::ptrdiff_t plane, std::ptrdiff_t count, int channels,
                        float* pixels) {
    for (int c = 0; c < channels; ++c)
        for (std::ptrdiff_t x = 0; x < count; ++x) pixels[x * channels + c] = row[c * plane + (x & 1) * half + x / 2];
}

}  // namespace twofold::ops

#endif

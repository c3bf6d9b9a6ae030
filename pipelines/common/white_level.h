// Which sample value counts as white, and which samples are too bright to be part of the picture.
#ifndef TWOFOLD_PIPELINES_COMMON_WHITE_LEVEL_H
#define TWOFOLD_PIPELINES_COMMON_WHITE_LEVEL_H

#include <cstddef>
#include <limits>

#include "runtime/image_view.h"

namespace twofold {

struct WhiteLevel {
    float white = 1;  // sample value
    // On the scale where white is 1: what a network gets to see is clipped to +-limit. A single sample of a million
    // would otherwise decide the gradient of hundreds of steps. Infinity where nothing sticks out.
    float limit = std::numeric_limits<float>::infinity();
};

// 8-bit samples have a white of their own, 255. For 16-bit samples, of which many cameras use 10, 12 or 14 bits, it is
// the largest number of the bits in use (4095 for samples up to 2048 ... 4095), or `given`. For float images `given` is
// it, if > 0; else it is found:
//   1                               when the largest absolute sample is 0 or lies in [0.1, 8]
//   the largest absolute sample     when it is not a hot pixel
//   1, or the brightest sample that is not a hot pixel, rounded up by at most 1/32, by the same rule otherwise
// Hot pixels are the brightest thousandth of the samples (at least one pixel) where they lie more than four times above
// all others. Reads the image once, 16-bit samples twice, and floats once more where samples lie above 8 times white.
// Throws Error kNonFinite.
WhiteLevel find_white_level(const ImageView& image, float given);

// The sample value of white in the output: that of the input where the types are the same. Else full scale of an
// integer type (255, 65535) stands for full scale of another, for 1 of float output, and for white of float input.
float output_white(const ImageView& input, const ImageView& output, float white);

// Clip samples to +-limit.
void clip(float limit, float* samples, std::size_t count);

}  // namespace twofold

#endif

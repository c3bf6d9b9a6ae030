// Half-way results: between the image and what a method made of it.
#ifndef TWOFOLD_PIPELINES_COMMON_STRENGTH_H
#define TWOFOLD_PIPELINES_COMMON_STRENGTH_H

#include <cstdint>

#include "runtime/image_view.h"

namespace twofold {

// Takes row `y` of a result, interleaved colour where `white` is 1, back to input + strength * (result - input). The
// input is read only now and only here, so that the row may be written over it afterwards.
void weaken_row(const ImageView& input, float white, float strength, std::int64_t y, float* result);

}  // namespace twofold

#endif

// Writing the result of a fit to the output image.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_STORE_RESULT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_STORE_RESULT_H

#include <cstdint>

#include "runtime/image_view.h"

namespace twofold::prior {

// Row `y` of the output from `result`, interleaved colour of that row on the scale where `white` of the input is 1.
// Where `kept` is given, one number a pixel, pixels at which it is not 0 are those of the input: the very samples if
// the two types are the same. Input and output have the same colour channels; they may be the same memory, and must
// have the same size if `kept` is given.
void store_result_row(const ImageView& input, const ImageView& output, float white, std::int64_t y, const float* result,
                      const float* kept);

}  // namespace twofold::prior

#endif

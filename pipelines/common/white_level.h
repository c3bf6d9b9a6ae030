// Which sample value is white, and whether all samples are numbers.
#ifndef TWOFOLD_PIPELINES_COMMON_WHITE_LEVEL_H
#define TWOFOLD_PIPELINES_COMMON_WHITE_LEVEL_H

#include "runtime/image_view.h"

namespace twofold {

// The white level to use: that of the integer types; for float `given`, or by the image's samples if that is 0.
// Throws Error kNonFinite if a float sample is NaN or infinite.
float check_samples(const ImageView& image, float given);

}  // namespace twofold

#endif

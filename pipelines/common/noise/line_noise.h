// Noise that a whole row, or a whole column, has in common: the readout electronics of many sensors adds it.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_LINE_NOISE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_LINE_NOISE_H

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Standard deviation of the offsets of rows, where white is 1; measured in the mean of the colour channels on a random
// sample of so many windows. 0 for images of less than 72 x 32 pixels.
double measure_row_noise(const ImageView& image, const WhiteLevel& white, int windows);
// Of columns; 0 for images of less than 32 x 72 pixels.
double measure_column_noise(const ImageView& image, const WhiteLevel& white, int windows);

}  // namespace twofold

#endif

// The offsets of rows that a sensor's readout has made brighter or darker as a whole (line_noise.h).
//
// A row is compared with the mean of those one and two above and below, by the median over its pixels, which edges and
// texture do not move as long as most of the row has none. What the rows' offsets are by all of these comparisons is a
// least squares problem, with the offsets' variance as the prior: where the picture makes the medians uncertain, and in
// all that changes slowly from row to row, as pictures do, they are left alone.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_LINE_OFFSETS_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_LINE_OFFSETS_H

#include <vector>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// One for each row, where white is 1, the same for all colour channels. `sigma` > 0 is their standard deviation.
// For images of at least five rows.
std::vector<float> measure_row_offsets(const ImageView& image, const WhiteLevel& white, double sigma);
// Of columns; at least five.
std::vector<float> measure_column_offsets(const ImageView& image, const WhiteLevel& white, double sigma);

}  // namespace twofold

#endif

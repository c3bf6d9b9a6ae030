// How far the blocks of a JPEG are off: the strength of what its compression did.
#ifndef TWOFOLD_PIPELINES_COMMON_BLOCK_ERROR_H
#define TWOFOLD_PIPELINES_COMMON_BLOCK_ERROR_H

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Standard deviation of the compression's error, on the scale where white is 1, estimated from the steps between blocks
// of 8x8 pixels: errors of neighbouring blocks are independent of each other, while the picture has no step there. The
// grid may begin anywhere, as it does in a part cut from a JPEG. 0 where no such grid stands out, as in images that
// were never compressed; and for images of less than 24 or more than 65536 pixels a side. Reads the image
// once.
double estimate_block_error(const ImageView& image, const WhiteLevel& white);

}  // namespace twofold

#endif

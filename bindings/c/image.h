// From the public image structure, of which nothing is trusted, to a view that the layers below may rely on.
#ifndef TWOFOLD_BINDINGS_C_IMAGE_H
#define TWOFOLD_BINDINGS_C_IMAGE_H

#include "runtime/image_view.h"
#include "twofold/twofold.h"

namespace twofold::c_api {

enum class Access { kRead, kWrite };

// Throws Error kInvalidArgument, with `role` ("input") in the sentence: no data, a size below 1 or above 2^31 - 1, a
// number of channels other than 1..4, alpha alone, an unknown type, or samples that cannot all lie in memory. Samples
// that are written must not share bytes with one another.
ImageView checked_view(const twofold_image& image, Access access, const char* role);

// The same for a map of an image, to be written: one channel, the image's size.
ImageView checked_map(const twofold_image& map, const ImageView& image, const char* role);

// Throws Error kInvalidArgument if the shapes differ, or if the images share memory and are not the same view. Views of
// equal row stride, such as two halves of one picture, may lie side by side.
void check_pair(const ImageView& source, const ImageView& target);

// Throws Error kInvalidArgument if `target` is not `factor` times as wide and high as the source with the same
// channels, or if the two share memory.
void check_enlarged_pair(const ImageView& source, const ImageView& target, int factor);

// Throws Error kInvalidArgument if the mask, which is read when the output has been written, shares memory with it.
void check_mask_memory(const ImageView& mask, const ImageView& output);

// Throws Error kNonFinite if a colour sample is NaN or infinite.
void check_finite(const ImageView& image, const char* role);

}  // namespace twofold::c_api

#endif

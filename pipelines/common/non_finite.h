// Samples that are no numbers: dead pixels of a camera, what lies outside of a field of view.
#ifndef TWOFOLD_PIPELINES_COMMON_NON_FINITE_H
#define TWOFOLD_PIPELINES_COMMON_NON_FINITE_H

#include <cstdint>

#include "runtime/image_view.h"

namespace twofold {

// Gives each colour sample of a float image that is NaN or infinite the value of one of the finite samples of its
// channel near by, drawn at random: unlike their mean it is as noisy as they are, so that neither the noise that is
// measured nor what is learned from it changes. Into `mask`, unless it is null, an image of one channel and the same
// size, goes white where a pixel has such a sample and black elsewhere. Returns how many samples there were. Throws
// Error kNonFinite, before anything is changed, where a channel has no finite sample, and kOutOfMemory.
std::int64_t fill_non_finite(const ImageView& image, const ImageView* mask);

}  // namespace twofold

#endif

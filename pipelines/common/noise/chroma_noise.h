// The noise of colour images, measured in the differences of their channels.
//
// Edges and texture are much the same in red, green and blue and cancel in the differences; noise that is independent
// in the channels adds up. So the noise shows where the picture has no flat part at all, and where there is next to
// none of it.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_CHROMA_NOISE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_CHROMA_NOISE_H

#include <vector>

#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

struct ChromaNoise {
    NoiseModel model;    // right if the channels' noises are independent of each other; not measured otherwise
    bool shared = true;  // the channels have noise in common, and the model has only what they have not
    // Standard deviation of such noise, on the mean, as the quietest windows have it; 0 where they do not tell.
    double shared_sigma = 0;
};

// Measured on a random sample of windows. Nothing is measured in images of less than 14 pixels a side or other than
// three colour channels.
ChromaNoise measure_chroma_noise(const ImageView& image, const WhiteLevel& white);
bool is_measured_in_chroma(const ImageView& image);

// The same from the windows of an image that it is measured in.
ChromaNoise chroma_noise_of(const ImageView& image, std::vector<ChannelWindow> windows);

}  // namespace twofold

#endif

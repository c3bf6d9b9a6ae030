// Whether the noise is independent from pixel to pixel, judged by how it is spread over spatial frequencies.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_BANDS_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_BANDS_H

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Noise in the quietest windows of an image; means over the colour channels, on the scale where white is 1.
struct NoiseBands {
    double fine = 0;    // standard deviation around half the sampling frequency
    double middle = 0;  // around a quarter of it; as large as `fine` where the noise is white
    double spread = 1;  // of `middle`: that of the quietest tenth of windows over that of the quietest hundredth

    // Demosaicing, noise reduction and compression take away fine noise first. So does the eye of a lens with the
    // picture itself, but that differs from window to window where noise does not.
    bool correlated() const;
};

// Measured on a random sample of windows. All zero for images of less than 20 pixels a side.
NoiseBands measure_noise_bands(const ImageView& image, const WhiteLevel& white);

}  // namespace twofold

#endif

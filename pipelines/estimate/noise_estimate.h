// All that an image tells about its own noise.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_NOISE_ESTIMATE_H
#define TWOFOLD_PIPELINES_ESTIMATE_NOISE_ESTIMATE_H

#include <array>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/common/noise/photon_transfer.h"
#include "pipelines/common/white_level.h"
#include "pipelines/estimate/autocorrelation.h"
#include "pipelines/estimate/sample_census.h"
#include "runtime/image_view.h"

namespace twofold {

// Levels are on the scale where white is 1.
struct NoiseEstimate {
    WhiteLevel white;
    bool correlated = false;             // from pixel to pixel
    NoiseModel level;                    // by brightness
    std::array<double, 4> sigma{};       // of each channel, over the image's own brightnesses
    double mean_sigma = 0;               // of all
    std::array<PhotonTransfer, 4> line;  // variance by brightness
    std::array<double, 4> snr{};         // dB: mean square of a channel without its noise, over the noise's variance
    double mean_snr = 0;
    double row_noise = 0, column_noise = 0;
    Autocorrelation autocorrelation{};
    SampleCensus census;
};

// `white` as for find_white_level. Throws Error kUnsupported for images of less than NoiseTexture::kSmallestSide pixels
// a side, kNonFinite.
NoiseEstimate measure_noise(const ImageView& image, float white);

// What a result is examined by: leaves out row and column noise, the signal-to-noise ratios, the bits in use and the
// stuck samples, which take longer than all else.
NoiseEstimate measure_noise_level(const ImageView& image, float white);

}  // namespace twofold

#endif

// How far cutting noise off at black and white has moved the mean of the samples, and the way back.
//
// Of a black pixel's noise only the bright side is left, so that the mean of its noisy samples, which is what denoising
// finds, is 0.4 standard deviations too bright; white comes out too dark. With the noise known, the mean is known for
// each brightness, and turned round gives the brightness for each mean: A. Foi, "Clipped noisy images: Heteroskedastic
// modeling and practical denoising", Signal Processing 89 (2009).
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_CLIPPING_SHIFT_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_CLIPPING_SHIFT_H

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/photon_transfer.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// The noise before it was cut off, where it was: at the bounds at which samples have piled up. Nothing where they have
// not, where `noise`, which is that of the image and independent from pixel to pixel, is too weak to matter, where it
// was not of one strength everywhere, as that of photons, which are not cut off at black, where a tone curve came after
// the bounds, and where the image is too small to tell. `windows` are those of the image, and sampled where there are
// none.
std::optional<ChannelTransfers> find_clipping(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                                              const std::vector<ChannelWindow>& windows = {});

class ClippingShift {
  public:
    ClippingShift() = default;  // none
    ClippingShift(const ChannelTransfers& clipped, int channels);

    bool is_none() const { return channels_ == 0; }

    // Where it is switched off both ways leave pixels as they are, to the last bit. On at first.
    void switch_on(bool on) { on_ = on; }

    // From the mean of noisy samples to the brightness, on the scale where white is 1. In place, `count` pixels without
    // gaps. `share` is that of the noise that has been taken away: results with some of it left are restored by less.
    void restore(std::int64_t count, float* pixels, float share = 1) const { apply(restored_, share, count, pixels); }
    // Of pixels that restore() gave: what they were, but for means that no noisy samples have.
    void shift(std::int64_t count, float* pixels) const { apply(shifted_, 1, count, pixels); }
    float shifted(int channel, float value) const;

  private:
    using Tables = std::array<std::vector<float>, 4>;  // differences to the argument, which goes from 0 to 1
    void apply(const Tables& tables, float share, std::int64_t count, float* pixels) const;

    int channels_ = 0;
    bool on_ = true;
    Tables restored_, shifted_;
};

// None where find_clipping() finds nothing.
ClippingShift find_shift(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                         const std::vector<ChannelWindow>& windows = {});

}  // namespace twofold

#endif

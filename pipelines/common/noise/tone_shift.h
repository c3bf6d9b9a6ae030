// How far noise that was there before a tone curve has moved the mean of the samples behind the curve.
//
// A camera's tone curve is steep in the dark and flat in the bright. Noise moves a sample further down on it than up,
// so that the mean of noisy samples, which is what denoising finds, is darker than what the sensor would have seen
// without noise. Behind a power, v = x^(1/gamma), as curves for displays nearly are, noise of variance s around v
// lowers the mean by k s / v with k = (gamma - 1) / 2, to second order. The median stays where it is, since a rising
// curve keeps the order of samples. So k is found as the distance of median and mean over s / v, in a least squares fit
// over classes of brightness whose noise is not clipped; there is no shift where noise is symmetric.
//
// What is cut off at black moves the mean the other way. For normal noise that is cut off before the curve the shift is
// k times 1 - q (0.7 + 0.4 q), to a few hundredths for gamma 1.8 and 2.2, with q = s / v^2: nothing where the noise is
// as strong as the mean. Cameras take means of neighbours first, so that less is cut off: 1 - q^2 does for both.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_TONE_SHIFT_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_TONE_SHIFT_H

#include <array>

#include "runtime/image_view.h"

namespace twofold {

struct ToneShift {
    static constexpr int kClasses = 32;  // of brightness, from 0 to 1

    double strength = 0;  // k; 0 where no shift shows
    // Variance of the noise by channel and class.
    std::array<std::array<float, kClasses>, 4> variance{};

    // From a mean of noisy samples to the sample without noise, and back. Values on the scale where white is 1.
    float restored(int channel, float mean) const;
    float shifted(int channel, float value) const;

  private:
    float amount(int channel, float mean) const;  // k s, less where noise is cut off at black
};

// `result` is the noisy image without the share `strength` (above 0, up to 1) of its noise; whites are those of the two
// images. Reads at most some hundred thousand pixels, and allocates nothing.
ToneShift measure_tone_shift(const ImageView& noisy, float noisy_white, const ImageView& result, float result_white,
                             double strength = 1);

}  // namespace twofold

#endif

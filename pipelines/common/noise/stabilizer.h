// Variance stabilisation: another scale of brightness, on which the noise is as strong everywhere.
//
// Noise that rises with brightness, such as that of photons, is also skewed: the bright side reaches further. What is
// learnt from the image with more noise added, which is symmetric, then comes out too dark. On the scale
//   T(v) = integral of dv / sigma(v),
// with the noise level function sigma, noise is of one strength and nearly symmetric. It is Anscombe's transform
// (Biometrika 1948) for Poisson noise, and the generalised one for Poisson noise with read noise, without asking for
// their parameters. T of a mean is not the mean of T; the way back goes by E[T(v + sigma n)] for that reason, as in
// Makitalo and Foi's exact unbiased inverse (IEEE TIP 2011, 2013), with n taken for normal. Where noise was cut off at
// black and white, n is that before, and v + sigma n is cut off as well (clipping_shift.h).
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_STABILIZER_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_STABILIZER_H

#include <array>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/photon_transfer.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Whether the noise's strength changes so much over the brightnesses of the image that it is worth stabilising.
bool depends_on_brightness(const NoiseModel& noise, const ImageView& image, const WhiteLevel& white);

class Stabilizer {
  public:
    static constexpr float kMostSigma = 100;

    // All values are on the scale where white is 1; the stabilised scale has 0 at 0, and 1 at white in the channel that
    // reaches furthest.
    //
    // The way back is for results in which `share` of the noise has been taken away: with 0 it undoes the way there,
    // with 1 it gives the value whose noisy samples have such a mean. `clipped`: the noise before it was cut off; null
    // where it was not.
    Stabilizer(const NoiseModel& noise, int channels, float share, const ChannelTransfers* clipped = nullptr);

    // Where it is switched off both ways leave pixels as they are, to the last bit. On at first.
    void switch_on(bool on) { on_ = on; }

    float forward(int channel, float value) const { return forward_[static_cast<std::size_t>(channel)](value); }
    float inverse(int channel, float value) const { return inverse_[static_cast<std::size_t>(channel)](value); }
    // The largest absolute value that a sample of at most +-`limit` has on the stabilised scale, in any channel.
    float largest(float limit) const;
    // In place, `count` pixels without gaps.
    void forward(std::int64_t count, float* pixels) const { apply(forward_, count, pixels); }
    void inverse(std::int64_t count, float* pixels) const { apply(inverse_, count, pixels); }
    // Of pixels that inverse() gave: what they were.
    void restore(std::int64_t count, float* pixels) const { apply(restored_, count, pixels); }

    // On the stabilised scale.
    const NoiseModel& noise() const { return noise_; }

  private:
    // A function by its values at equal distances, with straight lines between and beyond them.
    struct Table {
        float first = 0, per_unit = 1;  // argument of the first value, and values in a unit
        std::vector<float> values;
        float slope_before = 0, slope_after = 0;  // a step

        float operator()(float x) const {
            const float position = (x - first) * per_unit;
            const auto last = static_cast<float>(values.size() - 1);
            if (!(position > 0)) return values.front() + position * slope_before;
            if (position >= last) return values.back() + (position - last) * slope_after;
            const auto i = static_cast<std::size_t>(position);
            return values[i] + (position - static_cast<float>(i)) * (values[i + 1] - values[i]);
        }
    };
    static Table tabulate(float first, float per_unit, std::vector<float> values);
    using Tables = std::array<Table, 4>;
    static std::vector<float> integrate(const std::vector<float>& sigma);
    static std::vector<float> mean_of_noisy(const Table& table, const std::vector<float>& sigma);
    static std::vector<float> mean_of_clipped(const Table& table, const PhotonTransfer& noise, Clipping clipping);
    static Table inverse_of(const std::vector<float>& values, const Table& forward);
    void apply(const Tables& tables, std::int64_t count, float* pixels) const;

    int channels_;
    NoiseModel noise_;
    bool on_ = true;
    Tables forward_, inverse_, restored_;
};

}  // namespace twofold

#endif

// Noise that is alike in neighbouring pixels and channels, as cameras write it: how strong it is and what it looks
// like.
//
// Noise of the same kind is drawn as spot noise (van Wijk, SIGGRAPH 1991): many small pieces of the image's own noise,
// at random places and with random signs, add up to a Gaussian field whose covariance, within and between channels, is
// the mean of theirs.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_TEXTURE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NOISE_TEXTURE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

class NoiseTexture {
  public:
    static constexpr int kSmallestSide = 24;  // pixels of an image to measure

    // Measured on a random sample of windows, of which the quietest in each class of brightness are taken for pure
    // noise. The image must not be smaller than kSmallestSide.
    NoiseTexture(const ImageView& image, const WhiteLevel& white);

    // Standard deviation over all frequencies.
    const NoiseModel& model() const { return model_; }
    // Of one channel, over the image's own brightnesses.
    double sigma(int channel) const { return sigma_[static_cast<std::size_t>(channel)]; }
    // Variance of each channel by brightness, where the image has windows to measure it.
    const std::vector<LevelCurve>& curves() const { return curves_; }
    // Noise of variance 1 in each channel, height x width x channels, dense; a different piece for every stream.
    void fill(std::uint64_t seed, std::uint64_t stream, int height, int width, float* dst) const;

  private:
    void add_spots(const std::vector<float>& pieces);
    void make_unit_variance(std::size_t channel);

    static constexpr int kPeriod = 128;  // pixels of the field, which repeats

    int channels_;
    NoiseModel model_;
    std::vector<LevelCurve> curves_;  // a channel each
    std::array<double, 4> sigma_{};
    std::vector<float> field_;  // kPeriod x kPeriod x channels
};

// Whether an image is large enough to measure a texture.
bool can_be_correlated(const ImageView& image);
// Whether the noise of an image is alike in neighbouring pixels, as far as noise_bands.h can tell.
bool is_correlated(const ImageView& image, const WhiteLevel& white);
// Whether the channels of an image have noise in common that is independent from pixel to pixel and of which `model` is
// the measure, as in grey images that were stored in colour.
bool channels_share_noise(const NoiseModel& model, const ImageView& image);

}  // namespace twofold

#endif

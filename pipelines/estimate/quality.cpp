#include "pipelines/estimate/quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipelines/estimate/noise_bounds.h"
#include "pipelines/estimate/noise_estimate.h"
#include "runtime/error.h"
#include "runtime/random.h"

namespace twofold {
namespace {

constexpr std::int64_t kWindow = 256, kWindows = 24;
// Within so many pixels from the edge of a window that is not the image's the network sees something else than before.
constexpr std::int64_t kMargin = 24;
constexpr float kMoreNoise = 0.1f;  // of the noise there is
// Noises from a bound. What is missing of the variance there is known, but not of samples that are nearer.
constexpr float kClippedWithin = 1.5f;
constexpr double kFewest = 0.5;  // of the samples: else they do not speak for the image
// What nine of ten images keep to, see docs/noise.md: shares of the noise and of the error itself.
constexpr double kVarianceError = 0.03, kChance = 0.03;
constexpr std::uint64_t kStream = 0x7175616c;

// The share of its variance that noise has left where it is cut off so many standard deviations from its mean.
double variance_left(double distance) {
    const double above = std::erfc(distance / std::numbers::sqrt2) / 2;
    const double density = std::exp(-distance * distance / 2) / std::sqrt(2 * std::numbers::pi);
    const double mean = distance * above - density;
    return 1 - above - distance * density + distance * distance * above - mean * mean;
}

// The same from a table: it is wanted for every sample.
class VarianceLeft {
  public:
    VarianceLeft() {
        for (std::size_t k = 0; k < table_.size(); ++k)
            table_[k] = static_cast<float>(variance_left(double(k) / kSteps));
    }
    float operator()(float distance) const {
        const float place = distance * kSteps;
        return place < float(table_.size()) ? table_[static_cast<std::size_t>(place)] : 1.0f;
    }

  private:
    static constexpr int kSteps = 32;  // a standard deviation
    std::array<float, 5 * kSteps> table_;
};

// Evenly spread over [0, places): the fractions of the multiples of an irrational number.
std::int64_t spread(std::int64_t index, double step, std::int64_t places) {
    const double position = 0.5 + double(index) * step;
    return static_cast<std::int64_t>((position - std::floor(position)) * double(places));
}

class Estimator {
  public:
    Estimator(const ImageView& noisy, const ImageView& denoised, float white)
        : noise_(measure_noise_level(noisy, white)),
          noisy_(noisy),
          denoised_(denoised),
          denoised_white_(output_white(noisy, denoised, noise_.white.white)),
          channels_(noisy.colour_channels()),
          bounds_(noise_bounds(noise_, channels_)),
          windows_(noisy),
          row_(windows_.width * channels_),
          before_(static_cast<std::size_t>(row_)),
          after_(before_.size()),
          signs_(before_.size()) {
        if (noise_.correlated)
            throw Error(ErrorCode::kUnsupported,
                        "the quality can only be estimated where the noise is independent from pixel to pixel");
    }

    Quality run(const DenoiseAgain& denoise_again) {
        std::vector<float> noisier(static_cast<std::size_t>(windows_.pixels() * channels_)), again(noisier.size());
        add_noise(&noisier);
        denoise_again(view(noisier), view(again));
        for (std::int64_t i = 0; i < windows_.count; ++i) add_window(i, again);
        return quality();
    }

  private:
    ImageView view(std::vector<float>& pixels) const {
        return packed_view(pixels.data(), windows_.width, windows_.height * windows_.count, channels_);
    }

    // A row of window `index` from both images, where white is 1, and the signs of the noise that is added to it.
    void load_row(std::int64_t index, std::int64_t y) {
        // One over the plastic number, and its square.
        const std::int64_t x0 = spread(index, 0.7548776662, noisy_.width - windows_.width + 1);
        const std::int64_t y0 = spread(index, 0.5698402910, noisy_.height - windows_.height + 1) + y;
        load_rectangle(noisy_, noise_.white.white, x0, y0, windows_.width, 1, before_.data(), row_);
        load_rectangle(denoised_, denoised_white_, x0, y0, windows_.width, 1, after_.data(), row_);
        clip(noise_.white.limit, before_.data(), before_.size());
        clip(noise_.white.limit, after_.data(), after_.size());
        constexpr std::size_t kBits = 128;
        const std::uint64_t blocks = (signs_.size() + kBits - 1) / kBits;
        const auto first = static_cast<std::uint64_t>(index * windows_.height + y) * blocks;
        RandomBlock bits{};
        for (std::size_t k = 0; k < signs_.size(); ++k) {
            if (k % kBits == 0) bits = random_block(0, kStream, first + k / kBits);
            signs_[k] = (bits[k / 32 % bits.size()] >> (k % 32) & 1) != 0 ? 1.0f : -1.0f;
        }
    }

    float sigma(std::size_t sample) const {
        return noise_.level.at(static_cast<int>(sample % static_cast<std::size_t>(channels_)), after_[sample]);
    }

    void add_noise(std::vector<float>* noisier) {
        std::size_t place = 0;
        for (std::int64_t i = 0; i < windows_.count; ++i)
            for (std::int64_t y = 0; y < windows_.height; ++y) {
                load_row(i, y);
                for (std::size_t k = 0; k < before_.size(); ++k, ++place)
                    (*noisier)[place] = before_[k] + kMoreNoise * sigma(k) * signs_[k];
            }
    }

    void add_window(std::int64_t index, const std::vector<float>& again) {
        const std::int64_t across = windows_.width < noisy_.width ? kMargin : 0;
        const std::int64_t along = windows_.height < noisy_.height ? kMargin : 0;
        for (std::int64_t y = along; y < windows_.height - along; ++y) {
            load_row(index, y);
            const std::int64_t start = (index * windows_.height + y) * row_;
            for (std::int64_t k = across * channels_; k < row_ - across * channels_; ++k)
                add_sample(static_cast<std::size_t>(k), again[static_cast<std::size_t>(start + k)]);
        }
    }

    void add_sample(std::size_t k, float again) {
        ++samples_;
        const float level = sigma(k), after = after_[k];
        const NoiseBounds& bounds = bounds_[k % static_cast<std::size_t>(channels_)];
        if (!bounds.within(after, kClippedWithin * level)) return;
        ++whole_;
        const float largest = kLargestResidual * level;
        const float residual = std::clamp(before_[k] - after, -largest, largest);
        residuals_ += double{residual} * double{residual};
        if (level <= 0) return;
        const float left = left_((after - bounds.black) / level) * left_((bounds.white - after) / level);
        const double variance = double{level} * double{level} * double{left};
        noises_ += variance;
        passed_ += variance * double{signs_[k] * (again - after) / (kMoreNoise * level)};
    }

    Quality quality() const {
        if (double(whole_) < kFewest * double(samples_))
            throw Error(ErrorCode::kUnsupported,
                        "the noise of most samples is clipped, so that the quality cannot be estimated");
        Quality quality;
        const double count = double(whole_), error = (residuals_ - noises_ + 2 * passed_) / count;
        const double unknown =
            kVarianceError * std::abs(noises_ - 2 * passed_) / count + kChance * std::max(0.0, error);
        quality.noise = noises_ / count;
        quality.error = std::max(0.0, error);
        quality.least_error = std::max(0.0, error - unknown);
        quality.most_error = std::max(0.0, error + unknown);
        return quality;
    }

    const NoiseEstimate noise_;
    const ImageView noisy_, denoised_;
    const float denoised_white_;
    const int channels_;
    const std::array<NoiseBounds, 4> bounds_;
    const QualityWindows windows_;
    const std::int64_t row_;                     // samples of a window's row
    std::vector<float> before_, after_, signs_;  // of one of them
    const VarianceLeft left_;
    std::int64_t samples_ = 0, whole_ = 0;
    double residuals_ = 0, noises_ = 0;  // squares of the residual, and of the noise
    double passed_ = 0;                  // of those, what the denoiser lets through
};

}  // namespace

QualityWindows::QualityWindows(const ImageView& image) : width(image.width), height(image.height), count(1) {
    constexpr std::int64_t kMost = kWindows * kWindow * kWindow;
    if (width * height <= kMost) return;
    width = std::min(width, kWindow);
    height = std::min(height, kWindow);
    count = kMost / (width * height);
}

std::uint64_t QualityWindows::bytes(int channels) const {
    return 2 * sizeof(float) * static_cast<std::uint64_t>(pixels() * channels);
}

Quality estimate_quality(const ImageView& noisy, const ImageView& denoised, float white,
                         const DenoiseAgain& denoise_again) {
    return Estimator(noisy, denoised, white).run(denoise_again);
}

}  // namespace twofold

#include "pipelines/estimate/residual_tiles.h"

#include <algorithm>
#include <cmath>

#include "pipelines/estimate/noise_bounds.h"

namespace twofold {
namespace {

constexpr int kReach = 2;                    // pixels, of kLags
constexpr float kClippedWithin = 2;          // noises from a bound, some of the noise is cut off
constexpr float kFinest = 1.0f / (1 << 20);  // standard deviation that float samples are held to have at least

// Standard deviation that rounding to whole numbers leaves in each of two images; none in float ones.
float rounding(const ImageView& image, float white) {
    return image.type == DataType::kFloat32 ? kFinest : 1 / (white * std::sqrt(12.0f));
}

float square(float value) { return value * value; }

// Some rows of the residual in units of the noise, 0 where the noise is clipped and for kReach pixels around the image.
class Band {
  public:
    Band(const ImageView& noisy, const ImageView& denoised, const NoiseEstimate& noise, double strength,
         const ToneShift& tone, const ClippingShift& clipping)
        : noisy_(noisy),
          denoised_(denoised),
          noise_(noise),
          tone_(tone),
          clipping_(clipping),
          strength_(static_cast<float>(strength)),
          channels_(noisy.colour_channels()),
          denoised_white_(output_white(noisy, denoised, noise.white.white)),
          rounding_(std::hypot(rounding(noisy, noise.white.white), rounding(denoised, denoised_white_)) / strength_),
          bounds_(noise_bounds(noise, channels_)),
          stride_((noisy.width + 2 * kReach) * channels_),
          residual_(static_cast<std::size_t>(stride_ * (ResidualTiles::kSide + kReach))),
          variance_(residual_.size()),
          before_(static_cast<std::size_t>(noisy.width * channels_)),
          after_(before_.size()) {}

    // The rows from `first` on. The next call must be for the rows of the next tiles.
    void load(std::int64_t first, std::array<ChannelResidual, 4>* channel) {
        const auto carried = static_cast<std::ptrdiff_t>(stride_ * kReach);
        int row = 0;
        if (first > 0) {
            std::copy_n(residual_.end() - carried, carried, residual_.begin());
            std::copy_n(variance_.end() - carried, carried, variance_.begin());
            row = kReach;
        }
        for (; row < ResidualTiles::kSide + kReach; ++row) load_row(first + row, row, channel);
    }
    std::int64_t height(std::int64_t first) const {
        return std::min<std::int64_t>(ResidualTiles::kSide, noisy_.height - first);
    }

    // Of the tile that starts at pixel `x`, whose row 0 is the band's.
    ResidualSums sum(std::int64_t x, std::int64_t rows) const {
        const std::int64_t count = std::min<std::int64_t>(ResidualTiles::kSide, noisy_.width - x) * channels_;
        ResidualSums sums;
        for (std::int64_t y = 0; y < rows; ++y) {
            const std::int64_t start = y * stride_ + (x + kReach) * channels_;
            const float* residual = residual_.data() + start;
            const float* variance = variance_.data() + start;
            float samples = 0, energy = 0, noise = 0;
            for (std::int64_t i = 0; i < count; ++i) {
                samples += variance[i] > 0 ? 1.0f : 0.0f;
                energy += residual[i] * residual[i];
                noise += variance[i];
            }
            sums.samples += double{samples};
            sums.energy += double{energy};
            sums.noise += double{noise};
            for (std::size_t k = 0; k < kLags.size(); ++k) {
                const float* other = residual + kLags[k].dy * stride_ + kLags[k].dx * channels_;
                float product = 0;
                for (std::int64_t i = 0; i < count; ++i) product += residual[i] * other[i];
                sums.products[k] += double{product};
            }
        }
        return sums;
    }

  private:
    void load_row(std::int64_t y, int row, std::array<ChannelResidual, 4>* channel) {
        float* residual = residual_.data() + row * stride_ + kReach * channels_;
        float* variance = variance_.data() + row * stride_ + kReach * channels_;
        if (y >= noisy_.height) {
            std::fill_n(residual, before_.size(), 0.0f);
            std::fill_n(variance, before_.size(), 0.0f);
            return;
        }
        const auto length = static_cast<std::ptrdiff_t>(before_.size());
        load_rectangle(noisy_, noise_.white.white, 0, y, noisy_.width, 1, before_.data(), length);
        load_rectangle(denoised_, denoised_white_, 0, y, noisy_.width, 1, after_.data(), length);
        clip(noise_.white.limit, before_.data(), before_.size());
        clip(noise_.white.limit, after_.data(), after_.size());
        for (int c = 0; c < channels_; ++c) {
            ChannelResidual& sums = (*channel)[static_cast<std::size_t>(c)];
            const NoiseBounds bounds = bounds_[static_cast<std::size_t>(c)];
            for (std::ptrdiff_t i = c; i < length; i += channels_) {
                const float before = before_[static_cast<std::size_t>(i)];
                const float whole_difference = (before - after_[static_cast<std::size_t>(i)]) / strength_;
                // Without the noise that was left: which samples are clipped must not depend on it.
                float after = clipping_.shifted(c, before - whole_difference);
                if (tone_.strength > 0) after = tone_.shifted(c, after);
                const float difference = before - after;
                const float sigma = std::sqrt(square(noise_.level.at(c, after)) + square(rounding_));
                const bool whole = bounds.within(after, kClippedWithin * sigma);
                sums.sum += double{difference};
                if (whole) {
                    ++sums.whole;
                    sums.squares += double{difference} * double{difference};
                    sums.noise += double{sigma} * double{sigma};
                }
                residual[i] = whole ? std::clamp(difference / sigma, -kLargestResidual, kLargestResidual) : 0;
                variance[i] = whole ? sigma * sigma : 0;
            }
        }
    }

    const ImageView noisy_, denoised_;
    const NoiseEstimate& noise_;
    const ToneShift& tone_;
    const ClippingShift& clipping_;
    const float strength_;
    const int channels_;
    const float denoised_white_, rounding_;
    const std::array<NoiseBounds, 4> bounds_;
    const std::int64_t stride_;
    std::vector<float> residual_, variance_;
    std::vector<float> before_, after_;  // a row of samples where white is 1
};

}  // namespace

void ResidualSums::add(const ResidualSums& other) {
    samples += other.samples;
    energy += other.energy;
    noise += other.noise;
    for (std::size_t k = 0; k < products.size(); ++k) products[k] += other.products[k];
}

ResidualSums ResidualTiles::around(std::int64_t column, std::int64_t row) const {
    ResidualSums sums;
    for (std::int64_t y = std::max<std::int64_t>(row - 1, 0); y <= std::min(row + 1, rows - 1); ++y)
        for (std::int64_t x = std::max<std::int64_t>(column - 1, 0); x <= std::min(column + 1, columns - 1); ++x)
            sums.add(tiles[static_cast<std::size_t>(y * columns + x)]);
    return sums;
}

ResidualSums ResidualTiles::all() const {
    ResidualSums sums;
    for (const ResidualSums& tile : tiles) sums.add(tile);
    return sums;
}

ResidualTiles sum_residual(const ImageView& noisy, const ImageView& denoised, const NoiseEstimate& noise,
                           double strength, const ToneShift& tone, const ClippingShift& clipping) {
    constexpr std::int64_t kSide = ResidualTiles::kSide;
    ResidualTiles result;
    result.columns = (noisy.width + kSide - 1) / kSide;
    result.rows = (noisy.height + kSide - 1) / kSide;
    result.tiles.reserve(static_cast<std::size_t>(result.columns * result.rows));
    Band band(noisy, denoised, noise, strength, tone, clipping);
    for (std::int64_t y = 0; y < noisy.height; y += kSide) {
        band.load(y, &result.channel);
        for (std::int64_t x = 0; x < noisy.width; x += kSide) result.tiles.push_back(band.sum(x, band.height(y)));
    }
    return result;
}

}  // namespace twofold

#include "pipelines/common/half_size/coarse_correction.h"

#include <algorithm>
#include <array>

namespace twofold {
namespace {

// Catmull-Rom's cubic between the two pixels of half the size that lie around a pixel, a quarter of the way from the
// nearer one.
constexpr std::array<float, 4> kFarther{-0.0234375f, 0.2265625f, 0.8671875f, -0.0703125f};

// The pixel of half the size that the first weight is for, and the weights, of pixel `position`.
struct Taps {
    std::int64_t first;
    std::array<float, 4> weights;
};
Taps taps(std::int64_t position) {
    // An even pixel lies left of the middle of its block, an odd one right of it.
    if (position % 2 == 0) return {position / 2 - 2, kFarther};
    return {position / 2 - 1, {kFarther[3], kFarther[2], kFarther[1], kFarther[0]}};
}

}  // namespace

void CoarseCorrection::compare_row(std::int64_t y, const float* upper, const float* lower) {
    const int channels = half_.channels();
    float* half = half_.row(y);
    for (std::int64_t x = 0; x < half_.width(); ++x)
        for (int c = 0; c < channels; ++c) {
            const std::int64_t left = 2 * x * channels + c;
            half[x * channels + c] =
                blend_ * (half[x * channels + c] - block_mean(upper + left, lower + left, channels));
        }
}

void CoarseCorrection::compare(const float* rows, std::int64_t first, std::int64_t end, std::int64_t width) {
    const std::int64_t stride = width * half_.channels();
    end_ = end;
    for (; 2 * compared_ + 2 <= end && compared_ < half_.height(); ++compared_) {
        const float* upper = rows + (2 * compared_ - first) * stride;
        compare_row(compared_, upper, upper + stride);
    }
}

std::int64_t CoarseCorrection::ready() const {
    return end_ == height_ ? height_ : std::max<std::int64_t>(0, 2 * compared_ - kLag);
}

void CoarseCorrection::add(std::int64_t y, std::int64_t width, float* scratch, float* row) const {
    const int channels = half_.channels();
    const Taps down = taps(y);
    std::array<const float*, 4> rows;
    for (std::size_t k = 0; k < rows.size(); ++k)
        rows[k] = half_.row(std::clamp<std::int64_t>(down.first + static_cast<std::int64_t>(k), 0, half_.height() - 1));
    const std::int64_t samples = half_.width() * channels;
    for (std::int64_t i = 0; i < samples; ++i)
        scratch[i] = (down.weights[0] * rows[0][i] + down.weights[1] * rows[1][i]) +
                     (down.weights[2] * rows[2][i] + down.weights[3] * rows[3][i]);
    for (std::int64_t x = 0; x < width; ++x) {
        const Taps across = taps(x);
        for (std::size_t k = 0; k < across.weights.size(); ++k) {
            const std::int64_t at =
                std::clamp<std::int64_t>(across.first + static_cast<std::int64_t>(k), 0, half_.width() - 1);
            for (int c = 0; c < channels; ++c) row[x * channels + c] += across.weights[k] * scratch[at * channels + c];
        }
    }
}

}  // namespace twofold

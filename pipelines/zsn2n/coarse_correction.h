// What a network that worked at half the size knows better: slow changes of brightness and colour.
//
// The network sees a few pixels around each one, and noise of coarser grain than that stays. At half the size the same
// network sees twice as far, and the noise is half as strong. Its result replaces that part of the other's which half
// the size can show, or a share of it.
#ifndef TWOFOLD_PIPELINES_ZSN2N_COARSE_CORRECTION_H
#define TWOFOLD_PIPELINES_ZSN2N_COARSE_CORRECTION_H

#include <cstdint>
#include <vector>

#include "pipelines/zsn2n/image_scale.h"
#include "runtime/arena.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

// Of 2x2 samples, the first two at `upper` and one pixel further, the others at `lower`.
inline float block_mean(const float* upper, const float* lower, int channels) {
    return 0.25f * ((upper[0] + upper[channels]) + (lower[0] + lower[channels]));
}

// An image of half the width and height, a last odd column or row left out; floats where white is 1.
class HalfImage {
  public:
    HalfImage(std::int64_t width, std::int64_t height, int channels)
        : width_(width / 2), height_(height / 2), channels_(channels), samples_(size(width, height, channels)) {}

    static std::size_t size(std::int64_t width, std::int64_t height, int channels) {
        return static_cast<std::size_t>(width / 2 * (height / 2)) * static_cast<std::size_t>(channels);
    }
    std::int64_t width() const { return width_; }
    std::int64_t height() const { return height_; }
    int channels() const { return channels_; }
    std::size_t bytes() const { return sizeof(float) * samples_.size(); }
    float* row(std::int64_t y) { return samples_.data() + y * width_ * channels_; }
    const float* row(std::int64_t y) const { return samples_.data() + y * width_ * channels_; }
    ImageView view();

    // The means of 2x2 pixels, of which a network would see no more than the scale's limit.
    void load(const ImageView& image, const ImageScale& scale, ThreadTeam& team);

  private:
    std::int64_t width_, height_;
    int channels_;
    std::vector<float> samples_;
};

// Rows of the result come from top to bottom and leave corrected, a few rows later.
class CoarseCorrection {
  public:
    // Rows by which the corrected ones lag behind.
    static constexpr int kLag = 4;

    // `half` holds what was denoised at half the size, and then, row by row, the correction.
    CoarseCorrection(HalfImage& half, std::int64_t height) : half_(half), height_(height) {}

    void start(float blend) { blend_ = blend, compared_ = 0, end_ = 0; }
    // Takes the result's rows up to `end`, dense; `rows` is where row `first` lies.
    void compare(const float* rows, std::int64_t first, std::int64_t end, std::int64_t width);
    // Rows [0, ready()) can be corrected.
    std::int64_t ready() const;
    // `scratch`: room for a row of half the size.
    void add(std::int64_t y, std::int64_t width, float* scratch, float* row) const;

  private:
    HalfImage& half_;
    std::int64_t height_;
    float blend_ = 0;
    std::int64_t compared_ = 0;  // rows of half the size
    std::int64_t end_ = 0;       // rows of the result that have come
};

}  // namespace twofold::zsn2n

#endif

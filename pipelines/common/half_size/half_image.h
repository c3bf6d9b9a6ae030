// An image at half its size: the means of 2x2 pixels, whose noise is half as strong and of finer grain.
#ifndef TWOFOLD_PIPELINES_COMMON_HALF_SIZE_HALF_IMAGE_H
#define TWOFOLD_PIPELINES_COMMON_HALF_SIZE_HALF_IMAGE_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/common/image_scale.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold {

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
    ImageView view() { return packed_view(samples_.data(), width_, height_, channels_); }

    // The means of 2x2 pixels, of which a network would see no more than the scale's limit.
    void load(const ImageView& image, const ImageScale& scale, ThreadTeam& team);

  private:
    std::int64_t width_, height_;
    int channels_;
    std::vector<float> samples_;
};

}  // namespace twofold

#endif

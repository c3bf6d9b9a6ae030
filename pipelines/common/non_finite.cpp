#include "pipelines/common/non_finite.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "runtime/random.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 0x66696c6c;
constexpr std::uint32_t kTries = 16;  // at each distance

float full_scale(const ImageView& image) { return image.type == DataType::kFloat32 ? 1 : integer_white(image.type); }

// They may lie at any address.
float sample(const ImageView& image, std::int64_t x, std::int64_t y, int c) {
    float value;
    std::memcpy(&value, image.at(x, y, c), sizeof value);
    return value;
}

// Which samples of a channel were not finite; those that are filled are not drawn from.
class Missing {
  public:
    Missing(const ImageView& image, int channel)
        : image_(image), channel_(channel), samples_(static_cast<std::size_t>(image.width * image.height)) {
        for (std::int64_t y = 0; y < image.height; ++y)
            for (std::int64_t x = 0; x < image.width; ++x)
                if (!std::isfinite(sample(image, x, y, channel))) {
                    samples_[index(x, y)] = true;
                    ++count_;
                }
    }
    std::int64_t count() const { return count_; }
    bool at(std::int64_t x, std::int64_t y) const { return samples_[index(x, y)]; }

    // There must be a finite sample.
    float draw(std::int64_t x, std::int64_t y) const {
        const std::uint64_t place = std::uint64_t{index(x, y)} * 4 + static_cast<std::uint64_t>(channel_);
        for (std::uint64_t distance = 1, step = 0;; distance *= 2, ++step) {
            const auto reach = static_cast<std::int64_t>(std::min<std::uint64_t>(distance, 1u << 31));
            const std::int64_t left = std::max<std::int64_t>(x - reach, 0), top = std::max<std::int64_t>(y - reach, 0);
            const std::int64_t width = std::min(x + reach + 1, image_.width) - left;
            const std::int64_t height = std::min(y + reach + 1, image_.height) - top;
            for (std::uint32_t i = 0; i < kTries; ++i) {
                const RandomBlock words = random_block(step * kTries + i, kStream, place);
                const std::int64_t u = left + uniform_index(words[0], width), v = top + uniform_index(words[1], height);
                if (!at(u, v)) return sample(image_, u, v, channel_);
            }
            // Among millions of samples the few that are finite are not met by chance.
            if (width == image_.width && height == image_.height) return first();
        }
    }

  private:
    std::size_t index(std::int64_t x, std::int64_t y) const { return static_cast<std::size_t>(y * image_.width + x); }
    float first() const {
        const auto place = std::find(samples_.begin(), samples_.end(), false) - samples_.begin();
        return sample(image_, place % image_.width, place / image_.width, channel_);
    }

    const ImageView& image_;
    const int channel_;
    std::vector<bool> samples_;
    std::int64_t count_ = 0;
};

void draw_mask(const Missing& missing, const ImageView& mask) {
    const float white = 1;
    for (std::int64_t y = 0; y < mask.height; ++y)
        for (std::int64_t x = 0; x < mask.width; ++x)
            if (missing.at(x, y)) store_rectangle(mask, full_scale(mask), x, y, 1, 1, &white, 1);
}

}  // namespace

std::int64_t fill_non_finite(const ImageView& image, const ImageView* mask) {
    std::vector<Missing> channels;
    const int colours = image.type == DataType::kFloat32 ? image.colour_channels() : 0;
    for (int c = 0; c < colours; ++c) {
        channels.emplace_back(image, c);
        if (channels.back().count() == image.width * image.height)
            throw Error(ErrorCode::kNonFinite, "the image has no finite sample in channel " + std::to_string(c));
    }
    if (mask != nullptr) {
        const std::vector<float> black(static_cast<std::size_t>(mask->width));
        for (std::int64_t y = 0; y < mask->height; ++y)
            store_rectangle(*mask, full_scale(*mask), 0, y, mask->width, 1, black.data(), mask->width);
    }
    std::int64_t count = 0;
    for (int c = 0; c < colours; ++c) {
        const Missing& missing = channels[static_cast<std::size_t>(c)];
        if (missing.count() == 0) continue;
        count += missing.count();
        if (mask != nullptr) draw_mask(missing, *mask);
        for (std::int64_t y = 0; y < image.height; ++y)
            for (std::int64_t x = 0; x < image.width; ++x)
                if (missing.at(x, y)) {
                    const float value = missing.draw(x, y);
                    std::memcpy(image.at(x, y, c), &value, sizeof value);
                }
    }
    return count;
}

}  // namespace twofold

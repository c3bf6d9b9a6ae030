#include "pipelines/common/half_size/half_image.h"

#include <algorithm>
#include <array>

namespace twofold {

void HalfImage::load(const ImageView& image, const ImageScale& scale, ThreadTeam& team) {
    // In pieces that fit on the stack: a run allocates nothing.
    constexpr std::int64_t kPiece = 256;  // pixels of half the size
    team.run(height_, [&](std::int64_t y, int) {
        std::array<float, 2 * 2 * kPiece * 4> rows;
        for (std::int64_t x = 0; x < width_; x += kPiece) {
            const std::int64_t count = std::min(kPiece, width_ - x), stride = 2 * count * channels_;
            scale.load(image, 2 * x, 2 * y, 2 * count, 2, rows.data(), stride);
            clip(scale.limit(), rows.data(), static_cast<std::size_t>(2 * stride));
            float* half = row(y) + x * channels_;
            for (std::int64_t i = 0; i < count; ++i)
                for (int c = 0; c < channels_; ++c)
                    half[i * channels_ + c] = block_mean(rows.data() + 2 * i * channels_ + c,
                                                         rows.data() + stride + 2 * i * channels_ + c, channels_);
        }
    });
}

}  // namespace twofold

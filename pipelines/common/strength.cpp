#include "pipelines/common/strength.h"

#include <algorithm>
#include <array>

namespace twofold {

void weaken_row(const ImageView& input, float white, float strength, std::int64_t y, float* result) {
    if (strength == 1) return;
    constexpr std::int64_t kPixels = 64;
    const std::ptrdiff_t channels = input.colour_channels();
    std::array<float, 4 * kPixels> noisy;
    for (std::int64_t x = 0; x < input.width; x += kPixels) {
        const std::int64_t count = std::min(kPixels, input.width - x);
        load_rectangle(input, white, x, y, count, 1, noisy.data(), count * channels);
        float* to = result + x * channels;
        for (std::ptrdiff_t i = 0; i < count * channels; ++i)
            to[i] = noisy[static_cast<std::size_t>(i)] + strength * (to[i] - noisy[static_cast<std::size_t>(i)]);
    }
}

}  // namespace twofold

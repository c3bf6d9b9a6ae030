#include "apps/report/measure.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "apps/common/failure.h"
#include "platform/memory_info.h"

namespace twofold::apps {
namespace {

std::int32_t colours(const twofold_image& view) { return view.channels - (view.has_alpha != 0 ? 1 : 0); }

template <typename Sample>
void gather(const twofold_image& view, double white, float* place) {
    const std::ptrdiff_t channels = colours(view);
    for (std::int64_t y = 0; y < view.height; ++y) {
        for (std::int64_t x = 0; x < view.width; ++x) {
            const auto* pixel =
                static_cast<const std::uint8_t*>(view.data) + y * view.row_stride + x * view.pixel_stride;
            for (std::ptrdiff_t c = 0; c < channels; ++c) {
                const double sample = *reinterpret_cast<const Sample*>(pixel + c * view.channel_stride);
                *place++ = static_cast<float>(sample / white);
            }
        }
    }
}

// Sum of squared differences, in lanes that the compiler turns into vectors. A lane holds a share of one row only, for
// which float is exact enough.
double row_error(const float* a, const float* b, std::int64_t count) {
    constexpr std::int64_t kLanes = 16;
    const auto error = [&](std::int64_t i) {
        const float difference = std::clamp(a[i], 0.0F, 1.0F) - std::clamp(b[i], 0.0F, 1.0F);
        // Clamping would hide infinity; its difference to itself does not.
        return difference * difference + (a[i] - a[i]) + (b[i] - b[i]);
    };
    float sums[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::int64_t k = 0; k < kLanes; ++k) sums[k] += error(i + k);
    }
    for (; i < count; ++i) sums[0] += error(i);
    double sum = 0;
    for (const float lane : sums) sum += lane;
    return sum;
}

}  // namespace

Reference::Reference(const twofold_image& view, double white) {
    const std::int32_t channels = colours(view);
    const auto count = static_cast<std::size_t>(view.width * view.height) * static_cast<std::size_t>(channels);
    if (count * sizeof(float) > platform::available_memory()) {
        throw Failure(ExitCode::kMemory, "there is not enough memory for a copy to compare with");
    }
    samples_.resize(count);
    switch (view.data_type) {
        case TWOFOLD_UINT8:
            gather<std::uint8_t>(view, 255 * white, samples_.data());
            break;
        case TWOFOLD_UINT16:
            gather<std::uint16_t>(view, 65535 * white, samples_.data());
            break;
        case TWOFOLD_FLOAT32:
            gather<float>(view, white, samples_.data());
            break;
    }
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(float));
    view_ = view;
    view_.data = samples_.data();
    view_.channels = channels;
    view_.has_alpha = 0;
    view_.data_type = TWOFOLD_FLOAT32;
    view_.channel_stride = kBytes;
    view_.pixel_stride = kBytes * channels;
    view_.row_stride = view_.pixel_stride * static_cast<std::ptrdiff_t>(view.width);
}

std::optional<double> psnr(const Reference& reference, const twofold_image& image) {
    const twofold_image& truth = reference.view();
    if (image.width != truth.width || image.height != truth.height || image.channels != truth.channels) {
        return std::nullopt;
    }
    const std::int64_t row = image.width * image.channels;
    double sum = 0;
    for (std::int64_t y = 0; y < image.height; ++y) {
        sum += row_error(static_cast<const float*>(image.data) + y * row,
                         static_cast<const float*>(truth.data) + y * row, row);
    }
    if (!std::isfinite(sum)) return std::nullopt;
    if (sum == 0) return std::numeric_limits<double>::infinity();
    return 10 * std::log10(static_cast<double>(row * image.height) / sum);
}

}  // namespace twofold::apps

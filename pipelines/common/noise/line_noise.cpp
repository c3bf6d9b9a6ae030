#include "pipelines/common/noise/line_noise.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/random_window.h"
#include "pipelines/common/noise/second_difference.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 8;
constexpr int kStrip = 32, kGap = 8;  // pixels of a row that are averaged, and between two such
constexpr int kWidth = 2 * kStrip + kGap, kHeight = 32;
constexpr double kQuiet = 0.25;  // share of windows, those with the least detail, that are looked at
// The middle one of such windows has this share of their mean: the mean of 30 squares of second differences of
// independent offsets spreads like a chi-square of 15.4 degrees of freedom.
constexpr double kMiddle = 0.957;

struct Window {
    float detail, common;
};

// The offsets that the left and the right of each row have in common are those of rows; what noise adds to the means is
// independent, and the picture is taken out by a second difference, but for edges that run along rows.
Window measure(const std::vector<float>& grey) {
    std::vector<float> left(kHeight), right(kHeight);
    for (int y = 0; y < kHeight; ++y) {
        const float* row = grey.data() + y * kWidth;
        for (int x = 0; x < kStrip; ++x) {
            left[static_cast<std::size_t>(y)] += row[x] / kStrip;
            right[static_cast<std::size_t>(y)] += row[kStrip + kGap + x] / kStrip;
        }
    }
    float product = 0;
    for (std::size_t y = 1; y + 1 < kHeight; ++y)
        product += (left[y - 1] - 2 * left[y] + left[y + 1]) * (right[y - 1] - 2 * right[y] + right[y + 1]) / 6;
    return {second_difference_energy(grey.data() + kWidth + 1, 1, kWidth, kWidth - 2, kHeight - 2, 1),
            product / (kHeight - 2)};
}

}  // namespace

double measure_row_noise(const ImageView& image, const WhiteLevel& white, int window_count) {
    if (image.width < kWidth || image.height < kHeight) return 0;
    const int channels = image.colour_channels();
    std::vector<float> pixels(static_cast<std::size_t>(kWidth * kHeight * channels)), grey(kWidth * kHeight);
    std::vector<Window> windows;
    const auto count = static_cast<std::uint64_t>(window_count);
    windows.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        load_window(image, white, random_place(image, kWidth, kHeight, kStream, i), kWidth, kHeight, &pixels);
        for (std::size_t p = 0; p < grey.size(); ++p) {
            grey[p] = 0;
            for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
                grey[p] += pixels[p * static_cast<std::size_t>(channels) + c] / static_cast<float>(channels);
        }
        windows.push_back(measure(grey));
    }
    std::ranges::sort(windows, [](const Window& a, const Window& b) {
        return a.detail != b.detail ? a.detail < b.detail : a.common < b.common;
    });
    std::vector<float> common;
    for (std::size_t i = 0; i < static_cast<std::size_t>(kQuiet * double(count)); ++i)
        common.push_back(windows[i].common);
    return std::sqrt(std::max(0.0, double{quantile(common, 0.5)} / kMiddle));
}

double measure_column_noise(const ImageView& image, const WhiteLevel& white, int windows) {
    return measure_row_noise(transposed(image), white, windows);
}

}  // namespace twofold

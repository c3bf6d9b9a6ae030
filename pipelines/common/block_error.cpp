#include "pipelines/common/block_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace twofold {
namespace {

constexpr int kBlock = 8;
constexpr std::int64_t kSmallestSide = 3 * kBlock, kLargestSide = 1 << 16;

// How many standard deviations of its fellows the grid has to stand out by. Eight phases of uncompressed photographs
// spread so that the largest seldom does in one direction, and hardly ever in both.
constexpr double kStandsOut = 2.5;

// Mean square of a step at the grid, in units of the error's variance. It would be 2 if the errors of a block were all
// alike; they ring, so that the differences next to the step, which are taken off it, differ as well. The value fits
// kodim05, kodim23, F16 and a drawing at qualities 10, 20, 40 and 75 within a quarter of the standard deviation.
constexpr double kStepVariance = 3.5;

// Mean squares of the steps of one direction, by their place within a block.
class Steps {
  public:
    void add(std::int64_t position, double square) {
        const auto phase = static_cast<std::size_t>(position % kBlock);
        sums_[phase] += square;
        ++counts_[phase];
    }

    // What the steps at the grid have more than elsewhere; 0 if nothing stands out.
    double excess() const {
        std::array<double, kBlock> means;
        for (std::size_t i = 0; i < means.size(); ++i) means[i] = sums_[i] / static_cast<double>(counts_[i]);
        const auto top = std::max_element(means.begin(), means.end()) - means.begin();
        // The neighbours of the grid's own step see it too.
        double sum = 0, squares = 0;
        constexpr int kFellows = kBlock - 3;
        for (int i = 2; i < kBlock - 1; ++i) {
            const double mean = means[static_cast<std::size_t>((top + i) % kBlock)];
            sum += mean;
            squares += mean * mean;
        }
        const double fellow = sum / kFellows;
        const double spread = std::sqrt(std::max(0.0, squares / kFellows - fellow * fellow));
        const double excess = means[static_cast<std::size_t>(top)] - fellow;
        return excess > kStandsOut * spread ? excess : 0;
    }

  private:
    std::array<double, kBlock> sums_{};
    std::array<std::int64_t, kBlock> counts_{};
};

// The step between samples b and c of four in a line, less the slope on both of its sides.
double step(float a, float b, float c, float d) { return double{c - b} - 0.5 * (double{b - a} + double{d - c}); }

}  // namespace

double estimate_block_error(const ImageView& image, const WhiteLevel& white) {
    if (std::min(image.width, image.height) < kSmallestSide || std::max(image.width, image.height) > kLargestSide)
        return 0;
    const int channels = image.colour_channels();
    const auto row = static_cast<std::ptrdiff_t>(image.width * channels);
    std::vector<float> rows(static_cast<std::size_t>(4 * row));
    // Four rows at a time, the last of which is new.
    const auto load = [&](std::int64_t y, std::ptrdiff_t count) {
        float* last = rows.data() + (4 - count) * row;
        load_rectangle(image, white.white, 0, y, image.width, count, last, row);
        clip(white.limit, last, static_cast<std::size_t>(count * row));
    };
    Steps across, down;
    for (std::int64_t y = 0; y + 4 <= image.height; ++y) {
        if (y == 0) {
            load(0, 4);
        } else {
            std::copy(rows.begin() + row, rows.end(), rows.begin());
            load(y + 3, 1);
        }
        const float* p = rows.data();
        for (std::int64_t x = 0; x < image.width; ++x) {
            double vertical = 0, horizontal = 0;
            for (std::int64_t i = x * channels; i < (x + 1) * channels; ++i) {
                const double s = step(p[i], p[i + row], p[i + 2 * row], p[i + 3 * row]);
                vertical += s * s;
                if (x + 4 > image.width) continue;
                const double t = step(p[i], p[i + channels], p[i + 2 * channels], p[i + 3 * channels]);
                horizontal += t * t;
            }
            down.add(y, vertical);
            if (x + 4 <= image.width) across.add(x, horizontal);
        }
    }
    const double horizontal = across.excess() / channels, vertical = down.excess() / channels;
    if (horizontal == 0 || vertical == 0) return 0;
    return std::sqrt((horizontal + vertical) / (2 * kStepVariance));
}

}  // namespace twofold

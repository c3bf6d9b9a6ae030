#include "pipelines/rendered_prior/scenes/blur.h"

#include <algorithm>
#include <cmath>

namespace twofold::rendered {
namespace {

int mirrored(int i, int size) {
    if (i < 0) i = -1 - i;
    if (i >= size) i = 2 * size - 1 - i;
    return std::clamp(i, 0, size - 1);
}

}  // namespace

void blur(std::vector<float>* image, int side, int channels, double sigma) {
    const int reach = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
    std::vector<float> taps;
    float sum = 0;
    for (int i = -reach; i <= reach; ++i) {
        taps.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
        sum += taps.back();
    }
    for (float& tap : taps) tap /= sum;
    const auto row = static_cast<std::size_t>(side * channels);
    std::vector<float> line(row), copy(image->size());
    // Across, then down; both inner loops run along a row.
    for (int y = 0; y < side; ++y) {
        const float* source = image->data() + static_cast<std::size_t>(y) * row;
        float* target = copy.data() + static_cast<std::size_t>(y) * row;
        std::fill_n(target, row, 0.0f);
        for (int i = -reach; i <= reach; ++i) {
            const float tap = taps[static_cast<std::size_t>(i + reach)];
            for (int x = 0; x < side; ++x) {
                const int from = mirrored(x + i, side);
                for (int c = 0; c < channels; ++c) target[x * channels + c] += tap * source[from * channels + c];
            }
        }
    }
    for (int y = 0; y < side; ++y) {
        std::fill(line.begin(), line.end(), 0.0f);
        for (int i = -reach; i <= reach; ++i) {
            const float tap = taps[static_cast<std::size_t>(i + reach)];
            const float* source = copy.data() + static_cast<std::size_t>(mirrored(y + i, side)) * row;
            for (std::size_t k = 0; k < row; ++k) line[k] += tap * source[k];
        }
        std::copy(line.begin(), line.end(),
                  image->begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row));
    }
}

}  // namespace twofold::rendered

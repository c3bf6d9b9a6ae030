// Plain copies of whole pixels suffice: a border is a few per cent of its map.
#include "ops/padding/reflect_border.h"

#include <algorithm>

#include "ops/row_bands.h"

namespace twofold::ops {
namespace {

void add_pixel(const float* from, float* to, int channels) {
    for (int c = 0; c < channels; ++c) to[c] += from[c];
}

using IndexOf = int (*)(int i, int size);

int repeated_index(int i, int size) { return std::clamp(i, 0, size - 1); }

void border_forward(ThreadTeam& team, FeatureMap inside, int pad, IndexOf index_of) {
    const int height = inside.height, width = inside.width, channels = inside.channels;
    // All rows with the border, the corners too, come from the inside alone: no row waits for another.
    for_each_band(team, height + 2 * pad, [&](int, int first, int last) {
        for (int y = first - pad; y < last - pad; ++y) {
            const auto fill = [&](int x) {
                std::copy_n(inside.at(index_of(y, height), index_of(x, width)), channels, inside.at(y, x));
            };
            const bool of_inside = y >= 0 && y < height;
            for (int x = -pad; x < 0; ++x) fill(x);
            for (int x = of_inside ? width : 0; x < width + pad; ++x) fill(x);
        }
    });
}

void border_backward(ThreadTeam& team, FeatureMap diff_inside, int pad, IndexOf index_of) {
    const int height = diff_inside.height, width = diff_inside.width, channels = diff_inside.channels;
    // First sideways in every row, so that the corners are carried into the rows above and below.
    for_each_band(team, height + 2 * pad, [&](int, int first, int last) {
        for (int y = first - pad; y < last - pad; ++y)
            for (int i = 1; i <= pad; ++i) {
                add_pixel(diff_inside.at(y, -i), diff_inside.at(y, index_of(-i, width)), channels);
                const int right = width - 1 + i;
                add_pixel(diff_inside.at(y, right), diff_inside.at(y, index_of(right, width)), channels);
            }
    });
    // Then rows: a band of columns is one task, as several rows of the border may meet in one of the inside.
    for_each_band(team, width, [&](int, int first, int last) {
        const auto add_row = [&](int y) {
            const int to = index_of(y, height);
            for (int x = first; x < last; ++x) add_pixel(diff_inside.at(y, x), diff_inside.at(to, x), channels);
        };
        for (int i = 1; i <= pad; ++i) {
            add_row(-i);
            add_row(height - 1 + i);
        }
    });
}

}  // namespace

int reflected_index(int i, int size) {
    if (size == 1) return 0;
    const int period = 2 * (size - 1);
    const int phase = ((i % period) + period) % period;
    return phase < size ? phase : period - phase;
}

void reflect_border_forward(ThreadTeam& team, FeatureMap inside, int pad) {
    border_forward(team, inside, pad, reflected_index);
}
void reflect_border_backward(ThreadTeam& team, FeatureMap diff_inside, int pad) {
    border_backward(team, diff_inside, pad, reflected_index);
}
void repeat_border_forward(ThreadTeam& team, FeatureMap inside, int pad) {
    border_forward(team, inside, pad, repeated_index);
}
void repeat_border_backward(ThreadTeam& team, FeatureMap diff_inside, int pad) {
    border_backward(team, diff_inside, pad, repeated_index);
}

}  // namespace twofold::ops

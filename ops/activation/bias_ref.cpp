// Plain loops suffice: they wait for memory.
#include "ops/activation/bias.h"

#include <algorithm>

#include "ops/row_bands.h"

namespace twofold::ops {

void bias_forward(ThreadTeam& team, const float* bias, FeatureMap dst) {
    for_each_band(team, dst.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y)
            for (int x = 0; x < dst.width; ++x) std::copy_n(bias, dst.channels, dst.at(y, x));
    });
}

std::size_t bias_scratch(int height, int channels) {
    return static_cast<std::size_t>(RowBands(height).count()) * static_cast<std::size_t>(channels);
}

void bias_backward(ThreadTeam& team, ConstFeatureMap diff_dst, float* diff_bias, float* scratch) {
    const int channels = diff_dst.channels;
    for_each_band(team, diff_dst.height, [&](int band, int first, int last) {
        float* sums = scratch + std::ptrdiff_t{band} * channels;
        std::fill_n(sums, channels, 0.0f);
        for (int y = first; y < last; ++y)
            for (int x = 0; x < diff_dst.width; ++x) {
                const float* from = diff_dst.at(y, x);
                for (int c = 0; c < channels; ++c) sums[c] += from[c];
            }
    });
    std::fill_n(diff_bias, channels, 0.0f);
    for (int band = 0; band < RowBands(diff_dst.height).count(); ++band)
        for (int c = 0; c < channels; ++c) diff_bias[c] += scratch[std::ptrdiff_t{band} * channels + c];
}

}  // namespace twofold::ops

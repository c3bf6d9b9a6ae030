// Plain loops suffice: the image has three channels.
#include "ops/loss/squared_error.h"

#include <array>

#include "ops/row_bands.h"

namespace twofold::ops {
namespace {

double sum_of_weights(ThreadTeam& team, const ConstFeatureMap& mask) {
    std::array<double, RowBands::kMaxBands> sums{};
    for_each_band(team, mask.height, [&](int band, int first, int last) {
        double sum = 0;
        for (int y = first; y < last; ++y)
            for (int x = 0; x < mask.width; ++x) sum += double{*mask.at(y, x)};
        sums[static_cast<std::size_t>(band)] = sum;
    });
    double sum = 0;
    for (const double s : sums) sum += s;
    return sum;
}

}  // namespace

double squared_error(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap target, ConstFeatureMap mask,
                     FeatureMap diff_src, ConstFeatureMap shift) {
    const double weights = mask.data ? sum_of_weights(team, mask) : double(src.height) * src.width;
    const double scale = weights > 0 ? 1 / (src.channels * weights) : 0;
    const float diff_scale = static_cast<float>(2 * scale);
    std::array<double, RowBands::kMaxBands> sums{};
    for_each_band(team, src.height, [&](int band, int first, int last) {
        double sum = 0;
        for (int y = first; y < last; ++y)
            for (int x = 0; x < src.width; ++x) {
                const float weight = mask.data ? *mask.at(y, x) : 1.0f;
                const float *a = src.at(y, x), *b = target.at(y, x), *s = shift.data ? shift.at(y, x) : nullptr;
                const auto error = [&](int c) { return a[c] - b[c] - (s ? s[c] : 0.0f); };
                float pixel = 0;
                for (int c = 0; c < src.channels; ++c) pixel += error(c) * error(c);
                sum += double{weight * pixel};
                if (!diff_src.data) continue;
                float* diff = diff_src.at(y, x);
                for (int c = 0; c < src.channels; ++c) diff[c] = diff_scale * weight * error(c);
            }
        sums[static_cast<std::size_t>(band)] = sum;
    });
    double sum = 0;
    for (const double s : sums) sum += s;
    return scale * sum;
}

}  // namespace twofold::ops

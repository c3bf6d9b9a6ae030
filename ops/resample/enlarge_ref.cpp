// Plain loops suffice: an image is enlarged once.
#include <algorithm>

#include "ops/resample/enlarge.h"
#include "ops/resample/resampling_weights.h"
#include "ops/row_bands.h"

namespace twofold::ops {
namespace {

double keys(double t, int) { return keys_cubic(t); }

Taps taps_of(Interpolation kind, int factor, int j) {
    const double centre = (j + 0.5) / factor - 0.5;
    if (kind == Interpolation::kBicubic) return make_taps(keys, 2, centre, 1);
    return make_taps(lanczos, kind == Interpolation::kLanczos2 ? 2 : 3, centre, 1);
}

// to = weighted sum of the pixels that `pixel(k)` finds.
template <typename Pixel>
void interpolate(const Taps& taps, int size, int channels, float* to, const Pixel& pixel) {
    std::fill_n(to, channels, 0.0f);
    for (int k = taps.begin(size); k < taps.end(size); ++k) {
        const float weight = taps.weight_of(k, size);
        const float* from = pixel(k);
        for (int c = 0; c < channels; ++c) to[c] += weight * from[c];
    }
}

}  // namespace

std::size_t enlarge_scratch(int factor, int height, int width, int channels) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(factor) *
           static_cast<std::size_t>(channels);
}

void enlarge(ThreadTeam& team, Interpolation kind, int factor, ConstFeatureMap src, FeatureMap dst, float* scratch) {
    const int channels = src.channels;
    const FeatureMap wide = dense_map(scratch, src.height, dst.width, channels);
    // Columns first: their taps are computed once for all rows of a band.
    for_each_band(team, src.height, [&](int, int first, int last) {
        for (int x = 0; x < dst.width; ++x) {
            const Taps taps = taps_of(kind, factor, x);
            for (int y = first; y < last; ++y)
                interpolate(taps, src.width, channels, wide.at(y, x), [&](int k) { return src.at(y, k); });
        }
    });
    for_each_band(team, dst.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y) {
            const Taps taps = taps_of(kind, factor, y);
            for (int x = 0; x < dst.width; ++x)
                interpolate(taps, src.height, channels, dst.at(y, x), [&](int k) { return wide.at(k, x); });
        }
    });
}

}  // namespace twofold::ops

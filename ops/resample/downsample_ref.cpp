// Plain loops suffice: images have three channels, and a step of training does a thousand times as much work on them.
#include <algorithm>

#include "ops/resample/downsample.h"
#include "ops/resample/resampling_weights.h"
#include "ops/row_bands.h"

namespace twofold::ops {
namespace {

// Taps of small position j.
Taps shifted(const Taps& taps, int j, int factor) {
    Taps result = taps;
    result.first += j * factor;
    return result;
}

Taps first_taps(int factor) { return make_taps(lanczos, 2, (factor - 1) / 2.0, factor); }

// Small positions whose taps may reach large position k; those at the edges are reached by what lies beyond.
struct Readers {
    int begin, end;
    Readers(const Taps& taps, int k, int factor, int small) {
        // first + j * factor <= k < first + count + j * factor, with room for rounding
        begin = std::clamp((k - taps.first - taps.count) / factor - 1, 0, small);
        end = std::clamp((k - taps.first) / factor + 2, 0, small);
    }
};

void scale_add(float weight, const float* from, float* to, int count) {
    for (int i = 0; i < count; ++i) to[i] += weight * from[i];
}

void scale_add_row(float weight, const ConstFeatureMap& from, int y, const FeatureMap& to, int to_y) {
    if (from.dense_rows() && to.dense_rows())
        return scale_add(weight, from.at(y, 0), to.at(to_y, 0), from.width * from.channels);
    for (int x = 0; x < from.width; ++x) scale_add(weight, from.at(y, x), to.at(to_y, x), from.channels);
}

}  // namespace

std::size_t downsample_scratch(int factor, int height, int width, int channels) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(factor) *
           static_cast<std::size_t>(channels);
}

// Each band of small rows is reduced downwards into its own part of `scratch`, then sideways.
void downsample_forward(ThreadTeam& team, int factor, ConstFeatureMap src, FeatureMap dst, float* scratch) {
    const Taps taps = first_taps(factor);
    const int channels = src.channels;
    const FeatureMap low = dense_map(scratch, dst.height, src.width, channels);
    for_each_band(team, dst.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y) {
            const Taps rows = shifted(taps, y, factor);
            std::fill_n(low.at(y, 0), low.row, 0.0f);
            for (int k = rows.begin(src.height); k < rows.end(src.height); ++k)
                scale_add_row(rows.weight_of(k, src.height), src, k, low, y);
            for (int x = 0; x < dst.width; ++x) {
                const Taps columns = shifted(taps, x, factor);
                std::fill_n(dst.at(y, x), channels, 0.0f);
                for (int k = columns.begin(src.width); k < columns.end(src.width); ++k)
                    scale_add(columns.weight_of(k, src.width), low.at(y, k), dst.at(y, x), channels);
            }
        }
    });
}

void downsample_backward(ThreadTeam& team, int factor, ConstFeatureMap diff_dst, FeatureMap diff_src, float* scratch) {
    const Taps taps = first_taps(factor);
    const int channels = diff_src.channels;
    const FeatureMap low = dense_map(scratch, diff_dst.height, diff_src.width, channels);
    for_each_band(team, diff_dst.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y) {
            std::fill_n(low.at(y, 0), low.row, 0.0f);
            for (int x = 0; x < diff_dst.width; ++x) {
                const Taps columns = shifted(taps, x, factor);
                for (int k = columns.begin(diff_src.width); k < columns.end(diff_src.width); ++k)
                    scale_add(columns.weight_of(k, diff_src.width), diff_dst.at(y, x), low.at(y, k), channels);
            }
        }
    });
    for_each_band(team, diff_src.height, [&](int, int first, int last) {
        for (int k = first; k < last; ++k) {
            for (int x = 0; x < diff_src.width; ++x) std::fill_n(diff_src.at(k, x), channels, 0.0f);
            const Readers readers(taps, k, factor, diff_dst.height);
            for (int y = readers.begin; y < readers.end; ++y) {
                const float weight = shifted(taps, y, factor).weight_of(k, diff_src.height);
                if (weight != 0) scale_add_row(weight, low, y, diff_src, k);
            }
        }
    });
}

}  // namespace twofold::ops

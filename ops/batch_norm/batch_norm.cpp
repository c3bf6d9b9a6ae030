// The passes of batch normalisation: sums of each band of rows, statistics of the map, then every pixel.
#include "ops/batch_norm/batch_norm.h"

#include <cmath>

#include "ops/batch_norm/batch_norm_simd.h"
#include "ops/row_bands.h"

namespace twofold::ops {
namespace {

// How `scratch` is laid out.
struct Scratch {
    float* scale;
    float* shift;
    float* by_src;
    float* constant;
    float* sums;  // [bands][2 * channels]
    int channels;

    Scratch(float* memory, int channels_)
        : scale(memory),
          shift(scale + channels_),
          by_src(shift + channels_),
          constant(by_src + channels_),
          sums(constant + channels_),
          channels(channels_) {}
    float* of_band(int band) const { return sums + std::ptrdiff_t{band} * 2 * channels; }
};

// z = scale * x + shift, the same numbers in both passes.
void set_affine(const Scratch& scratch, const float* gamma, const float* beta, BatchNormState state) {
    for (int c = 0; c < scratch.channels; ++c) {
        scratch.scale[c] = gamma[c] * state.inv_std[c];
        scratch.shift[c] = std::fma(-state.mean[c], scratch.scale[c], beta[c]);
    }
}

// Mean and squared deviations of the bands, put together (Chan, Golub, LeVeque 1979).
void set_statistics(const ConstFeatureMap& src, const Scratch& scratch, BatchNormState state) {
    const RowBands bands(src.height);
    const double pixels = double(src.height) * src.width;
    const auto pixels_of = [&](int b) { return double(bands.last(b) - bands.first(b)) * src.width; };
    const auto mean_of = [&](int b, int c) {
        return double{src.at(bands.first(b), 0)[c]} + double{scratch.of_band(b)[c]} / pixels_of(b);
    };
    for (int c = 0; c < src.channels; ++c) {
        double sum = 0, squares = 0;
        for (int b = 0; b < bands.count(); ++b) sum += mean_of(b, c) * pixels_of(b);
        const double mean = sum / pixels;
        for (int b = 0; b < bands.count(); ++b) {
            const double band_sum = double{scratch.of_band(b)[c]}, d = mean_of(b, c) - mean;
            squares += double{scratch.of_band(b)[src.channels + c]} - band_sum * band_sum / pixels_of(b);
            squares += pixels_of(b) * d * d;
        }
        state.mean[c] = static_cast<float>(mean);
        const double variance = std::max(squares / pixels, 0.0);
        state.inv_std[c] = static_cast<float>(1 / std::sqrt(variance + double{kBatchNormEpsilon}));
    }
}

// What the bands' two sums of a channel add up to.
struct BandSums {
    double first = 0, second = 0;

    BandSums(const Scratch& scratch, int height, int c) {
        for (int b = 0; b < RowBands(height).count(); ++b) {
            first += double{scratch.of_band(b)[c]};
            second += double{scratch.of_band(b)[scratch.channels + c]};
        }
    }
};

// Sums about the map's first pixel to the statistics of its bilinear enlargement, whose pixels have the mean of the map
// and squares that add up to four times the map's products with its smoothed self.
void set_smoothed_statistics(const ConstFeatureMap& src, const Scratch& scratch, BatchNormState state) {
    const double pixels = double(src.height) * src.width;
    for (int c = 0; c < src.channels; ++c) {
        const BandSums sums(scratch, src.height, c);
        const double offset = sums.first / pixels;
        const double variance = std::max(sums.second / pixels - offset * offset, 0.0);
        state.mean[c] = static_cast<float>(double{src.at(0, 0)[c]} + offset);
        state.inv_std[c] = static_cast<float>(1 / std::sqrt(variance + double{kBatchNormEpsilon}));
    }
}

// The factors of diff_src out of the bands' sums of the gradient.
simd::BatchNormDiff set_diff(const ConstFeatureMap& src, const Scratch& scratch, float slope, BatchNormState state,
                             float* diff_gamma, float* diff_beta) {
    const double pixels = double(src.height) * src.width;
    for (int c = 0; c < src.channels; ++c) {
        const BandSums sums(scratch, src.height, c);
        const double inv_std = double{state.inv_std[c]}, scale = double{scratch.scale[c]};
        const double product = sums.second * inv_std;
        diff_beta[c] = static_cast<float>(sums.first);
        diff_gamma[c] = static_cast<float>(product);
        const double by_src = -scale * inv_std * product / pixels;
        scratch.by_src[c] = static_cast<float>(by_src);
        scratch.constant[c] = static_cast<float>(-scale * sums.first / pixels - by_src * double{state.mean[c]});
    }
    return {scratch.scale, scratch.shift, scratch.by_src, scratch.constant, slope};
}

}  // namespace

std::size_t batch_norm_scratch(int height, int, int channels) {
    return static_cast<std::size_t>(4 + 2 * RowBands(height).count()) * static_cast<std::size_t>(channels);
}

void batch_norm_forward(ThreadTeam& team, ConstFeatureMap src, const float* gamma, const float* beta, float slope,
                        BatchNormState state, FeatureMap dst, float* memory) {
    const Scratch scratch(memory, src.channels);
    for_each_band(team, src.height, [&](int band, int first, int last) {
        simd::batch_norm_sums(src, {first, last}, scratch.of_band(band));
    });
    set_statistics(src, scratch, state);
    batch_norm_repeat(team, src, gamma, beta, slope, state, dst, memory);
}

void batch_norm_repeat(ThreadTeam& team, ConstFeatureMap src, const float* gamma, const float* beta, float slope,
                       BatchNormState state, FeatureMap dst, float* memory) {
    const Scratch scratch(memory, src.channels);
    set_affine(scratch, gamma, beta, state);
    for_each_band(team, src.height, [&](int, int first, int last) {
        simd::batch_norm_apply(src, {first, last}, scratch.scale, scratch.shift, slope, dst);
    });
}

void batch_norm_backward(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap diff_dst, const float* gamma,
                         const float* beta, float slope, BatchNormState state, FeatureMap diff_src, float* diff_gamma,
                         float* diff_beta, float* memory) {
    const Scratch scratch(memory, src.channels);
    set_affine(scratch, gamma, beta, state);
    for_each_band(team, src.height, [&](int band, int first, int last) {
        simd::batch_norm_diff_sums(src, diff_dst, {first, last}, scratch.scale, scratch.shift, slope, state.mean,
                                   scratch.of_band(band));
    });
    const simd::BatchNormDiff diff = set_diff(src, scratch, slope, state, diff_gamma, diff_beta);
    for_each_band(team, src.height, [&](int, int first, int last) {
        simd::batch_norm_diff_apply(src, diff_dst, {first, last}, diff, diff_src);
    });
}

void batch_norm_upsampled_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, const float* gamma,
                                  const float* beta, BatchNormState state, FeatureMap dst, float* memory) {
    // Four times each pixel: the statistics are those of the map itself.
    if (kind == Upsampling::kNearest) return batch_norm_forward(team, src, gamma, beta, 1, state, dst, memory);
    const Scratch scratch(memory, src.channels);
    for_each_band(team, src.height, [&](int band, int first, int last) {
        simd::batch_norm_smoothed_sums(src, {first, last}, src.at(0, 0), scratch.of_band(band));
    });
    set_smoothed_statistics(src, scratch, state);
    batch_norm_repeat(team, src, gamma, beta, 1, state, dst, memory);
}

void batch_norm_upsampled_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, ConstFeatureMap diff_dst,
                                   const float* gamma, const float* beta, BatchNormState state, FeatureMap diff_src,
                                   float* diff_gamma, float* diff_beta, float* memory) {
    if (kind == Upsampling::kNearest)
        return batch_norm_backward(team, src, diff_dst, gamma, beta, 1, state, diff_src, diff_gamma, diff_beta, memory);
    const Scratch scratch(memory, src.channels);
    set_affine(scratch, gamma, beta, state);
    for_each_band(team, src.height, [&](int band, int first, int last) {
        simd::batch_norm_diff_sums(src, diff_dst, {first, last}, scratch.scale, scratch.shift, 1, state.mean,
                                   scratch.of_band(band));
    });
    const simd::BatchNormDiff diff = set_diff(src, scratch, 1, state, diff_gamma, diff_beta);
    for_each_band(team, src.height, [&](int, int first, int last) {
        simd::batch_norm_smoothed_diff_apply(src, diff_dst, {first, last}, diff, diff_src);
    });
}

}  // namespace twofold::ops

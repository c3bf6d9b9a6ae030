// What the vector kernels of batch normalisation do with a band of rows.
#ifndef TWOFOLD_OPS_BATCH_NORM_BATCH_NORM_SIMD_H
#define TWOFOLD_OPS_BATCH_NORM_BATCH_NORM_SIMD_H

#include "ops/feature_map.h"

namespace twofold::ops::simd {

struct RowRange {
    int first, last;
};

// sums[c] = sum of (src - p), sums[channels + c] = sum of (src - p)^2, with p the band's first pixel, which keeps the
// squares from cancelling where a channel's mean is large.
void batch_norm_sums(const ConstFeatureMap& src, RowRange rows, float* sums);

// dst = act(scale * src + shift)
void batch_norm_apply(const ConstFeatureMap& src, RowRange rows, const float* scale, const float* shift, float slope,
                      const FeatureMap& dst);

// With g = diff_dst * act'(scale * src + shift): sums[c] = sum of g, sums[channels + c] = sum of g * (src - mean).
void batch_norm_diff_sums(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                          const float* scale, const float* shift, float slope, const float* mean, float* sums);

// diff_src = scale * g + by_src * src + constant
struct BatchNormDiff {
    const float *scale, *shift, *by_src, *constant;
    float slope;
};
void batch_norm_diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                           const BatchNormDiff& diff, const FeatureMap& diff_src);

// With smooth(src) a quarter of the transpose of bilinear enlargement on the enlargement of src:
// sums[c] = sum of (src - pivot), sums[channels + c] = sum of (src - pivot) * (smooth(src) - pivot).
void batch_norm_smoothed_sums(const ConstFeatureMap& src, RowRange rows, const float* pivot, float* sums);

// diff_src = scale * diff_dst + by_src * smooth(src) + constant; may be diff_dst.
void batch_norm_smoothed_diff_apply(const ConstFeatureMap& src, const ConstFeatureMap& diff_dst, RowRange rows,
                                    const BatchNormDiff& diff, const FeatureMap& diff_src);

}  // namespace twofold::ops::simd

#endif

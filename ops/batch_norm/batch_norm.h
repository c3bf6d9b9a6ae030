// Batch normalisation of one map (Ioffe, Szegedy, arXiv 1502.03167) in training mode, followed by LeakyReLU.
//
//   x^  = (src - mean) * inv_std,   inv_std = 1 / sqrt(variance + kBatchNormEpsilon)
//   dst = act(gamma * x^ + beta),   act(z) = z for z > 0, else slope * z (slope 1: none)
//
// mean and variance (biased) are those of each channel over all pixels of src, one at least. As in PyTorch, no running
// statistics are kept. The backward pass computes the sign of z again from src, with the same roundings, so that the
// output need not be kept:
//
//   g        = diff_dst * act'(z)
//   diff_src = gamma * inv_std * (g - mean(g) - x^ * mean(g * x^)),   diff_gamma = sum(g * x^),   diff_beta = sum(g)
//
// gamma, beta, diff_gamma, diff_beta hold `channels` floats. All outputs are overwritten.
#ifndef TWOFOLD_OPS_BATCH_NORM_BATCH_NORM_H
#define TWOFOLD_OPS_BATCH_NORM_BATCH_NORM_H

#include <cstddef>

#include "ops/feature_map.h"
#include "ops/resample/upsample.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

constexpr float kBatchNormEpsilon = 1e-5f;

// Of each channel; written by forward, read by backward.
struct BatchNormState {
    float* mean;
    float* inv_std;
};

// Floats of scratch memory that either pass needs; its content need not survive from one to the other.
std::size_t batch_norm_scratch(int height, int width, int channels);

// dst may be src.
void batch_norm_forward(ThreadTeam& team, ConstFeatureMap src, const float* gamma, const float* beta, float slope,
                        BatchNormState state, FeatureMap dst, float* scratch);

// What batch_norm_forward wrote to dst, once more from the state that it left.
void batch_norm_repeat(ThreadTeam& team, ConstFeatureMap src, const float* gamma, const float* beta, float slope,
                       BatchNormState state, FeatureMap dst, float* scratch);

// diff_src may be diff_dst.
void batch_norm_backward(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap diff_dst, const float* gamma,
                         const float* beta, float slope, BatchNormState state, FeatureMap diff_src, float* diff_gamma,
                         float* diff_beta, float* scratch);

// Batch norm (without LeakyReLU) of src's enlargement by 2 (resample/upsample.h), which commutes with it: dst and
// diff_dst are what upsample_forward would enlarge and what upsample_backward gives, so that nothing of the
// enlargement's size is computed. The state is that of the enlargement.
void batch_norm_upsampled_forward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, const float* gamma,
                                  const float* beta, BatchNormState state, FeatureMap dst, float* scratch);
void batch_norm_upsampled_backward(ThreadTeam& team, Upsampling kind, ConstFeatureMap src, ConstFeatureMap diff_dst,
                                   const float* gamma, const float* beta, BatchNormState state, FeatureMap diff_src,
                                   float* diff_gamma, float* diff_beta, float* scratch);

// The same in plain loops and double precision: the specification.
namespace ref {
void batch_norm_forward(ConstFeatureMap src, const float* gamma, const float* beta, float slope, BatchNormState state,
                        FeatureMap dst);
void batch_norm_backward(ConstFeatureMap src, ConstFeatureMap diff_dst, const float* gamma, const float* beta,
                         float slope, BatchNormState state, FeatureMap diff_src, float* diff_gamma, float* diff_beta);
}  // namespace ref

}  // namespace twofold::ops

#endif

#include <cmath>

#include "ops/batch_norm/batch_norm.h"

namespace twofold::ops::ref {
namespace {

// The pre-activation z with the roundings of the forward pass, whose sign decides on either side of the kink.
struct Affine {
    float scale, shift;
    Affine(float gamma, float beta, float mean, float inv_std)
        : scale(gamma * inv_std), shift(std::fma(-mean, scale, beta)) {}
    float operator()(float x) const { return std::fma(x, scale, shift); }
};

}  // namespace

void batch_norm_forward(ConstFeatureMap src, const float* gamma, const float* beta, float slope, BatchNormState state,
                        FeatureMap dst) {
    const double pixels = double(src.height) * src.width;
    for (int c = 0; c < src.channels; ++c) {
        double sum = 0, squares = 0;
        for (int y = 0; y < src.height; ++y)
            for (int x = 0; x < src.width; ++x) sum += double{src.at(y, x)[c]};
        const double mean = sum / pixels;
        for (int y = 0; y < src.height; ++y)
            for (int x = 0; x < src.width; ++x) {
                const double d = double{src.at(y, x)[c]} - mean;
                squares += d * d;
            }
        state.mean[c] = static_cast<float>(mean);
        state.inv_std[c] = static_cast<float>(1 / std::sqrt(squares / pixels + double{kBatchNormEpsilon}));
        const Affine affine(gamma[c], beta[c], state.mean[c], state.inv_std[c]);
        for (int y = 0; y < src.height; ++y)
            for (int x = 0; x < src.width; ++x) {
                const float z = affine(src.at(y, x)[c]);
                dst.at(y, x)[c] = z > 0 ? z : slope * z;
            }
    }
}

void batch_norm_backward(ConstFeatureMap src, ConstFeatureMap diff_dst, const float* gamma, const float* beta,
                         float slope, BatchNormState state, FeatureMap diff_src, float* diff_gamma, float* diff_beta) {
    const double pixels = double(src.height) * src.width;
    for (int c = 0; c < src.channels; ++c) {
        const Affine affine(gamma[c], beta[c], state.mean[c], state.inv_std[c]);
        const double mean = double{state.mean[c]}, inv_std = double{state.inv_std[c]};
        const auto normalised = [&](int y, int x) { return (double{src.at(y, x)[c]} - mean) * inv_std; };
        const auto before_activation = [&](int y, int x) {
            return (affine(src.at(y, x)[c]) > 0 ? 1.0 : double{slope}) * double{diff_dst.at(y, x)[c]};
        };
        double sum = 0, product = 0;
        for (int y = 0; y < src.height; ++y)
            for (int x = 0; x < src.width; ++x) {
                const double g = before_activation(y, x);
                sum += g;
                product += g * normalised(y, x);
            }
        diff_beta[c] = static_cast<float>(sum);
        diff_gamma[c] = static_cast<float>(product);
        for (int y = 0; y < src.height; ++y)
            for (int x = 0; x < src.width; ++x) {
                const double g = before_activation(y, x) - sum / pixels - normalised(y, x) * product / pixels;
                diff_src.at(y, x)[c] = static_cast<float>(double{gamma[c]} * inv_std * g);
            }
    }
}

}  // namespace twofold::ops::ref

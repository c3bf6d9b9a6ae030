// Direct convolution for channels-last pixels, one source for every instruction set.
//
// With channels last, the `kernel` taps of one kernel row are one contiguous run of kernel * in floats for each output
// pixel. So every pass is a small matrix product, `kernel` of them in forward and backward_data:
//   forward           rows = pixels, depth = kernel * in, columns = out
//   backward_data     the same on flipped, transposed weights
//   backward_weights  rows = kernel * in, depth = pixels, columns = out
// Outputs are never split across the depth, and each output pixel sees the same operations in the same order wherever
// it lies, so that a tiled image equals an untiled one to the last bit.
//
// Measured: docs/performance.md.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/conv2d_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_simd.h"
#include "ops/conv2d/conv2d_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// One pass over height x width pixels; `in` and `out` as this pass sees them. `out` is a multiple of the vector length.
template <Finish kFinish>
void multiply_map(int height, int width, int kernel, int in, int out, ConstMap src, const float* weights,
                  const float* bias, ConstMap activation, float slope, Map dst) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const int blocks = (width + kRows - 1) / kRows;
    for (int o = 0; o < out;) {
        const int vectors = std::min(kVectors, (out - o) / lanes);
        for (int y = 0; y < height; ++y) {
            // Pixels are dealt out evenly: a row of 34 is 7+7+7+7+6, not 8+8+8+8+2.
            for (int b = 0, x = 0; b < blocks; ++b) {
                const int rows = (width - x) / (blocks - b);
                Tile t;
                t.src = src.data + y * src.row + std::ptrdiff_t{x} * in;
                t.src_step = in;
                t.src_line = src.row;
                t.lines = kernel;
                t.depth = kernel * in;
                t.weights = weights + o;
                t.weights_line = std::ptrdiff_t{kernel} * in * out;
                t.columns = out;
                t.dst = dst.data + y * dst.row + std::ptrdiff_t{x} * out + o;
                t.dst_step = out;
                t.bias = kFinish == Finish::kBias ? bias + o : nullptr;
                t.activation = kFinish == Finish::kMask
                                   ? activation.data + y * activation.row + std::ptrdiff_t{x} * out + o
                                   : nullptr;
                t.activation_step = out;
                t.slope = slope;
                t.tail = 0;
                multiply_columns<kFinish>(t, rows, vectors);
                x += rows;
            }
        }
        o += vectors * lanes;
    }
}

void forward(int height, int width, int kernel, int in, int out, ConstMap src, const float* weights, const float* bias,
             float slope, Map dst) {
    multiply_map<Finish::kBias>(height, width, kernel, in, out, src, weights, bias, {nullptr, 0}, slope, dst);
}

void backward_data(int height, int width, int kernel, int in, int out, ConstMap diff_dst, const float* weights,
                   ConstMap activation, float slope, Map diff_src) {
    if (activation.data)
        multiply_map<Finish::kMask>(height, width, kernel, in, out, diff_dst, weights, nullptr, activation, slope,
                                    diff_src);
    else
        multiply_map<Finish::kNone>(height, width, kernel, in, out, diff_dst, weights, nullptr, activation, slope,
                                    diff_src);
}

// sums[lines of kernel][kernel * in][out] += src (x) diff
void backward_weights(int height, int width, int kernel, int in, int out, ConstMap src, ConstMap diff, float* sums,
                      float* bias_sums) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    // A few rows at a time: their pixels stay in the first-level cache while all taps pass over them.
    constexpr int kLines = 2;
    for (int y = 0; y < height; y += kLines) {
        const int lines = std::min(kLines, height - y);
        for (int o = 0; o < out;) {
            const int vectors = std::min(kSumVectors, (out - o) / lanes);
            const ConstMap g(diff.data + y * diff.row + o, diff.row);
            for (int ky = 0; ky < kernel; ++ky) {
                const ConstMap s(src.data + (y + ky) * src.row, src.row);
                float* block = sums + std::ptrdiff_t{ky} * kernel * in * out + o;
                accumulate_columns(kernel * in, vectors, lines, width, s, in, g, out, block, out);
            }
            o += vectors * lanes;
        }
        if (bias_sums) accumulate_bias(lines, width, out, {diff.data + y * diff.row, diff.row}, out, bias_sums);
    }
}

// What becomes of the sums of the lanes of up to four vectors: plus bias, LeakyReLU. Of `out` the first kOut are
// written.
#if HWY_TARGET == HWY_SCALAR
template <int kOut>
HWY_INLINE void store_lane_sums(const V* sum, const float* bias, float slope, float* out) {
    for (int o = 0; o < kOut; ++o) {
        const float value = hn::GetLane(sum[o]) + bias[o];
        out[o] = value > 0 ? value : slope * value;
    }
}
#else
// Four lanes that add up to the sum of all.
template <class DV>
HWY_INLINE hn::Vec<hn::CappedTag<float, 4> > sum_to_four(DV d, hn::Vec<DV> v) {
    if constexpr (hn::MaxLanes(d) > 4) {
        const hn::Half<DV> half;
        return sum_to_four(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
    } else {
        return v;
    }
}

template <int kOut>
HWY_INLINE void store_lane_sums(const V* sum, const float* bias, float slope, float* out) {
    const D d;
    const hn::CappedTag<float, 4> d4;
    // Four vectors of four lanes are transposed while they are added.
    const auto s0 = sum_to_four(d, sum[0]);
    const auto s1 = kOut > 1 ? sum_to_four(d, sum[kOut > 1 ? 1 : 0]) : hn::Zero(d4);
    const auto s2 = kOut > 2 ? sum_to_four(d, sum[kOut > 2 ? 2 : 0]) : hn::Zero(d4);
    const auto s3 = kOut > 3 ? sum_to_four(d, sum[kOut > 3 ? 3 : 0]) : hn::Zero(d4);
    const auto s02 = hn::Add(hn::InterleaveLower(d4, s0, s2), hn::InterleaveUpper(d4, s0, s2));
    const auto s13 = hn::Add(hn::InterleaveLower(d4, s1, s3), hn::InterleaveUpper(d4, s1, s3));
    const auto sums = hn::Add(hn::InterleaveLower(d4, s02, s13), hn::InterleaveUpper(d4, s02, s13));
    const auto value = hn::Add(sums, hn::Load(d4, bias));
    const auto finished = hn::IfThenElse(hn::Gt(value, hn::Zero(d4)), value, hn::Mul(hn::Set(d4, slope), value));
    if constexpr (kOut == 4) {
        hn::StoreU(finished, d4, out);
    } else {
        HWY_ALIGN float lanes[4];
        hn::Store(finished, d4, lanes);
        for (int o = 0; o < kOut; ++o) out[o] = lanes[o];
    }
}
#endif

// kPixels pixels side by side, so that no sum waits for itself.
template <int kOut, int kPixels>
HWY_INLINE void project_pixels(int in, int step, const float* HWY_RESTRICT src, const float* HWY_RESTRICT weights,
                               const float* bias, float slope, float* HWY_RESTRICT out) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    V sum[kPixels][kOut];
    HWY_UNROLL(2)
    for (int p = 0; p < kPixels; ++p) {
        HWY_UNROLL(8)
        for (int o = 0; o < kOut; ++o) sum[p][o] = hn::Zero(d);
    }
    for (int i = 0; i < in; i += lanes) {
        HWY_UNROLL(8)
        for (int o = 0; o < kOut; ++o) {
            const V weight = hn::LoadU(d, weights + std::ptrdiff_t{o} * in + i);
            HWY_UNROLL(2)
            for (int p = 0; p < kPixels; ++p) sum[p][o] = hn::MulAdd(hn::LoadU(d, src + p * in + i), weight, sum[p][o]);
        }
    }
    HWY_UNROLL(2)
    for (int p = 0; p < kPixels; ++p) store_lane_sums<kOut>(sum[p], bias, slope, out + p * step);
}

// 1x1 convolution to kOut of the `step` channels of a row: dot products along the input channels. weights[kOut][in].
template <int kOut>
void project_row(int width, int in, int step, const float* src, const float* weights, const float* bias, float slope,
                 float* out) {
    HWY_ALIGN float own_bias[4] = {};
    std::copy_n(bias, kOut, own_bias);
    int x = 0;
    for (; x + 2 <= width; x += 2, src += 2 * in, out += 2 * step)
        project_pixels<kOut, 2>(in, step, src, weights, own_bias, slope, out);
    if (x < width) project_pixels<kOut, 1>(in, step, src, weights, own_bias, slope, out);
}

void project(int height, int width, int in, int out, ConstMap src, const float* weights, const float* bias, float slope,
             Map dst) {
    constexpr int kMost = 4;
    // Row by row, for all of its outputs: it is in the first-level cache.
    for (int y = 0; y < height; ++y)
        for (int o = 0; o < out; o += kMost)
            with_constant<kMost>(std::min(kMost, out - o), [&](auto count) HWY_ATTR {
                project_row<decltype(count)::value>(width, in, out, src.data + y * src.row,
                                                    weights + std::ptrdiff_t{o} * in, bias + o, slope,
                                                    dst.data + y * dst.row + o);
            });
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(forward);
HWY_EXPORT(backward_data);
HWY_EXPORT(backward_weights);
HWY_EXPORT(project);

void forward(int height, int width, int kernel, int in, int out, ConstMap src, const float* weights, const float* bias,
             float slope, Map dst) {
    HWY_DYNAMIC_DISPATCH(forward)(height, width, kernel, in, out, src, weights, bias, slope, dst);
}
void backward_data(int height, int width, int kernel, int in, int out, ConstMap diff_dst, const float* weights,
                   ConstMap activation, float slope, Map diff_src) {
    HWY_DYNAMIC_DISPATCH(backward_data)
    (height, width, kernel, in, out, diff_dst, weights, activation, slope, diff_src);
}
void backward_weights(int height, int width, int kernel, int in, int out, ConstMap src, ConstMap diff, float* sums,
                      float* bias_sums) {
    HWY_DYNAMIC_DISPATCH(backward_weights)(height, width, kernel, in, out, src, diff, sums, bias_sums);
}
void project(int height, int width, int in, int out, ConstMap src, const float* weights, const float* bias, float slope,
             Map dst) {
    HWY_DYNAMIC_DISPATCH(project)(height, width, in, out, src, weights, bias, slope, dst);
}

}  // namespace twofold::ops::simd
#endif

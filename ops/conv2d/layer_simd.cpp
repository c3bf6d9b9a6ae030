// Direct convolution of whole maps: any channel counts, strides, and zeros beyond the edge of the map. The `columns`
// taps of a kernel row are one contiguous run of floats, as in conv2d_simd.cpp; pixels near the edge have shorter runs.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/conv2d/layer_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/layer_simd.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// Register tiles: with panels of weights that stay in the first-level cache, many pixels are better than many vectors.
#if HWY_ARCH_ARM_A64
constexpr int kPixels = kRows, kPanelVectors = kVectors;
#elif HWY_TARGET <= HWY_AVX3
constexpr int kPixels = 14, kPanelVectors = 2;
#else
constexpr int kPixels = 6, kPanelVectors = 2;
#endif

// `rows` pixels from x on, all of which see taps kx_first to kx_last - 1.
void correlate_pixels(const simd::Correlation& c, Tile t, const float* src_row, int x, int rows, int kx_first,
                      int kx_last, int vectors, const float* weights, float* dst_row) {
    if (kx_last > kx_first) {
        t.src = src_row + std::ptrdiff_t{x * c.stride + kx_first - c.left} * c.in;
        t.depth = (kx_last - kx_first) * c.in;
        t.weights = weights + std::ptrdiff_t{kx_first} * c.in * t.columns;
    } else {
        t.lines = 0;
    }
    t.dst = dst_row + x * c.dst_pixel;
    multiply_columns<Finish::kPlain, kPixels, kPanelVectors>(t, rows, vectors);
}

// Pixels first to last - 1 of row y. `weights` point at the first of `vectors` vectors of a panel that is `columns`
// wide.
void correlate_row(const simd::Correlation& c, int y, int first, int last, int vectors, int tail, ConstMap src,
                   const float* weights, int columns, const float* start, float* dst_row) {
    const int ky_first = std::max(0, c.top - y * c.stride);
    const int ky_last = std::min(c.rows, c.src_height + c.top - y * c.stride);
    Tile t{};
    t.columns = columns;
    t.src_step = std::ptrdiff_t{c.stride} * c.in;
    t.src_line = src.row;
    t.lines = std::max(0, ky_last - ky_first);
    t.weights_line = std::ptrdiff_t{c.columns} * c.in * t.columns;
    t.dst_step = c.dst_pixel;
    t.bias = start;
    t.tail = tail;
    // An empty range of kernel rows must not move the pointer out of the map.
    const float* src_row = t.lines > 0 ? src.data + (y * c.stride + ky_first - c.top) * src.row : src.data;
    const float* row_weights = t.lines > 0 ? weights + ky_first * t.weights_line : weights;
    // Pixels from x_first to x_last - 1 see all taps of a kernel row.
    const int x_first = std::clamp((c.left + c.stride - 1) / c.stride, first, last);
    const int last_start = c.src_width + c.left - c.columns;  // of a whole run, in pixels of src
    const int x_last = std::clamp(last_start < 0 ? 0 : last_start / c.stride + 1, x_first, last);
    const auto edge = [&](int x) {
        const int kx_first = std::max(0, c.left - x * c.stride);
        const int kx_last = std::min(c.columns, c.src_width + c.left - x * c.stride);
        correlate_pixels(c, t, src_row, x, 1, kx_first, kx_last, vectors, row_weights, dst_row);
    };
    for (int x = first; x < x_first; ++x) edge(x);
    // Pixels are dealt out evenly.
    const int blocks = (x_last - x_first + kPixels - 1) / kPixels;
    for (int b = 0, x = x_first; b < blocks; ++b) {
        const int rows = (x_last - x) / (blocks - b);
        correlate_pixels(c, t, src_row, x, rows, 0, c.columns, vectors, row_weights, dst_row);
        x += rows;
    }
    for (int x = x_last; x < last; ++x) edge(x);
}

void correlate(const simd::Correlation& c, int first, int last, ConstMap src, const float* weights, const float* start,
               Map dst) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d)), padded = padded_channels(c.out);
    const std::ptrdiff_t depth = std::ptrdiff_t{c.rows} * c.columns * c.in;
    // Small kernels go over a run of pixels that stays in the first-level cache for all output channels. Of large ones
    // the weights of a few output channels have to stay there.
    constexpr std::ptrdiff_t kSmallKernel = 1 << 16, kRun = 6 << 10;
    const bool small = depth * padded <= kSmallKernel;
    const std::ptrdiff_t pixels = kRun / (std::ptrdiff_t{std::max(1, c.rows)} * c.stride * c.in);
    const int rows = small ? 1 : std::max(1, last - first);
    const int run = small ? std::max(4, static_cast<int>(pixels / kPixels)) * kPixels : c.width;
    const auto block = [&](int top, int left) {
        for (int panel = 0; panel < c.out; panel += c.panel) {
            const int columns = std::min(c.panel, padded - panel), end = std::min(c.out, panel + c.panel);
            for (int o = panel; o < end; o += kPanelVectors * lanes) {
                const int vectors = std::min(kPanelVectors, (end - o + lanes - 1) / lanes);
                const int tail = std::min(lanes, end - o - (vectors - 1) * lanes);
                for (int y = top; y < std::min(last, top + rows); ++y)
                    correlate_row(c, y, left, std::min(c.width, left + run), vectors, tail, src,
                                  weights + depth * panel + (o - panel), columns, start + o,
                                  dst.data + y * dst.row + o);
            }
        }
    };
    for (int top = first; top < last; top += rows)
        for (int left = 0; left < c.width; left += run) block(top, left);
}

// Channels first to first + columns - 1 of the pixels of a block, zeros in place of those that there are not: the
// pixels of a map may lie so that few of them fit into the first-level cache at once.
void pack_block(int lines, int width, int channels, ConstMap map, int first, int columns, float* packed) {
    const int count = std::min(columns, channels - first);
    for (int line = 0; line < lines; ++line)
        for (int x = 0; x < width; ++x, packed += columns) {
            std::copy_n(map.data + line * map.row + std::ptrdiff_t{x} * channels + first, count, packed);
            std::fill(packed + count, packed + columns, 0.0f);
        }
}

void accumulate_weights(const simd::WeightGradient& c, int ky_first, int ky_last, int first, int last, ConstMap src,
                        ConstMap diff_dst, float* sums, float* bias_sums, float* scratch) {
    const D d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const int columns = padded_channels(c.out), all = columns / lanes;
    for (int y = first; y < last; y += simd::kGradientLines)
        for (int x = 0; x < c.width; x += simd::kGradientWidth) {
            const int lines = std::min(simd::kGradientLines, last - y),
                      width = std::min(simd::kGradientWidth, c.width - x);
            const ConstMap g(diff_dst.data + y * diff_dst.row + std::ptrdiff_t{x} * c.out, diff_dst.row);
            for (int begin = 0; begin < all; begin += kSumVectors) {
                const int vectors = std::min(kSumVectors, all - begin), o = begin * lanes, step = vectors * lanes;
                pack_block(lines, width, c.out, g, o, step, scratch);
                const ConstMap packed(scratch, std::ptrdiff_t{width} * step);
                for (int ky = ky_first; ky < ky_last; ++ky) {
                    const ConstMap s(src.data + (y * c.stride + ky) * src.row + std::ptrdiff_t{x} * c.stride * c.in,
                                     src.row * c.stride);
                    accumulate_columns(c.kernel * c.in, vectors, lines, width, s, c.stride * c.in, packed, step,
                                       sums + std::ptrdiff_t{ky} * c.kernel * c.in * columns + o, columns);
                }
                if (bias_sums) accumulate_bias(lines, width, step, packed, step, bias_sums + o);
            }
        }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops::simd {

HWY_EXPORT(correlate);
HWY_EXPORT(accumulate_weights);

void correlate(const Correlation& shape, int first, int last, ConstMap src, const float* weights, const float* start,
               Map dst) {
    HWY_DYNAMIC_DISPATCH(correlate)(shape, first, last, src, weights, start, dst);
}
void accumulate_weights(const WeightGradient& shape, int ky_first, int ky_last, int first, int last, ConstMap src,
                        ConstMap diff_dst, float* sums, float* bias_sums, float* scratch) {
    HWY_DYNAMIC_DISPATCH(accumulate_weights)
    (shape, ky_first, ky_last, first, last, src, diff_dst, sums, bias_sums, scratch);
}

}  // namespace twofold::ops::simd
#endif

// Conv2dLayer's direct algorithm: bands of rows for the kernels of layer_simd.cpp.
//
// backward_data of stride s is s*s convolutions without stride, each with the taps of one remainder of the kernel's
// rows and columns by s ("phases"): no product with a zero in between is ever taken.
//
// Where it has few channels to give, it computes the products of all taps with each pixel of diff_dst, which fill
// vectors, and adds them up where they belong ("scatters").
//
// backward_weights sums each band for itself and then adds the bands in order; their number depends on the map only.
#include <algorithm>

#include "ops/conv2d/conv2d_simd.h"
#include "ops/conv2d/layer_algorithm.h"
#include "ops/conv2d/layer_simd.h"

namespace twofold::ops {
namespace {

// Vectors are mostly padding with as few.
constexpr int kFewChannels = 8;

std::ptrdiff_t rounded(std::ptrdiff_t floats) {
    return (floats + kVectorMultiple - 1) / kVectorMultiple * kVectorMultiple;
}

// Taps first, first + stride, ... of `kernel`.
int taps_of_phase(int kernel, int stride, int first) { return (kernel - first + stride - 1) / stride; }

class LayerDirect final : public ConvLayerAlgorithm {
  public:
    LayerDirect(const ConvLayerShape& shape, int threads) : ConvLayerAlgorithm(shape), threads_(threads) {}
    const char* name() const override { return "direct"; }
    std::size_t packed_size() const override {
        return static_cast<std::size_t>(forward_weights() + backward_weights_size());
    }
    std::size_t scratch_size() const override {
        return static_cast<std::size_t>(start_size() + threads_ * thread_size() + weight_bands() * band_size());
    }
    void pack(ThreadTeam& team, const float* weights, float* packed) const override;
    void forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                 float* scratch) const override;
    void backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src,
                       float* scratch) const override;
    void backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const override;

  private:
    std::ptrdiff_t taps() const { return shape().kernel * shape().kernel; }
    std::ptrdiff_t forward_weights() const { return taps() * shape().in * padded_channels(shape().out); }
    std::ptrdiff_t backward_weights_size() const {
        return scatters() ? shape().out * padded_channels(products())
                          : taps() * shape().out * padded_channels(shape().in);
    }
    // Start values of a pass, one set for all threads.
    std::ptrdiff_t start_size() const {
        return padded_channels(std::max({shape().in, shape().out, scatters() ? products() : 0}));
    }
    simd::WeightGradient gradient_shape() const {
        return {shape().width, shape().kernel, shape().stride, shape().in, shape().out};
    }
    std::ptrdiff_t thread_size() const {
        const std::ptrdiff_t scattered = scatters() ? std::ptrdiff_t{shape().width} * products() : 0;
        return rounded(std::max<std::ptrdiff_t>(simd::accumulate_weights_scratch(gradient_shape()), scattered));
    }
    std::ptrdiff_t band_size() const { return forward_weights() + padded_channels(shape().out); }
    // A thousand pixels pay for the memory that a band's own sums take.
    int weight_bands() const {
        return static_cast<int>(std::clamp<std::int64_t>(std::int64_t{shape().height} * shape().width / 1024, 1,
                                                         std::min(16, shape().height)));
    }
    // The last layer: dot products along the input are better than vectors that are mostly padding.
    bool projects() const {
        return shape().kernel == 1 && shape().stride == 1 && shape().out <= 4 && shape().in % kVectorMultiple == 0;
    }

    bool scatters() const {
        return shape().kernel > 1 && shape().stride == 1 && shape().in <= kFewChannels && shape().out >= 2 * kPanel;
    }
    // Of one pixel of diff_dst: [ky][kx][in].
    int products() const { return static_cast<int>(taps()) * shape().in; }
    void pack_scattered(const float* weights, float* packed) const;
    void scatter(ThreadTeam& team, ConstMap diff_dst, const float* weights, Map diff_src, float* scratch) const;

    int panel() const { return projects() ? padded_channels(std::max(shape().in, shape().out)) : kPanel; }

    int threads_;
};

// A matrix of `depth` rows that is cut into panels of columns, one after another: calls
// body(first column, columns, where it begins) for each panel.
template <typename Body>
void for_panels(int columns, int panel, std::int64_t depth, float* memory, const Body& body) {
    for (int first = 0; first < columns; first += panel)
        body(first, std::min(panel, columns - first), memory + depth * first);
}

// Rows in a band of forward and backward_data: some thirty bands, but not more rows than a core's cache likes.
int rows_in_band(int height) { return std::clamp(height / 32, 1, 8); }
int bands_of(int height) { return (height + rows_in_band(height) - 1) / rows_in_band(height); }

// Of scatters: [out][ky][kx][in] in panels.
void LayerDirect::pack_scattered(const float* weights, float* packed) const {
    const ConvLayerShape& c = shape();
    for_panels(padded_channels(products()), panel(), c.out, packed, [&](int first, int width, float* memory) {
        for (int o = 0; o < c.out; ++o)
            for (int i = 0; i < width; ++i)
                memory[o * width + i] = first + i < products() ? weights[std::ptrdiff_t{first + i} * c.out + o] : 0.0f;
    });
}

// First the weights with padded output channels; then, for each phase, its taps backwards, transposed and padded:
// [ky][kx][out][padded in]. Both in panels of columns.
void LayerDirect::pack(ThreadTeam& team, const float* weights, float* packed) const {
    const ConvLayerShape& c = shape();
    const int padded_in = padded_channels(c.in), padded_out = padded_channels(c.out);
    float* turned = packed + forward_weights();
    for (int py = 0; py < c.stride; ++py)
        for (int px = 0; px < c.stride; ++px) {
            const int rows = taps_of_phase(c.kernel, c.stride, py), columns = taps_of_phase(c.kernel, c.stride, px);
            team.run(rows * columns, [&](std::int64_t task, int) {
                const std::int64_t ky = py + c.stride * (rows - 1 - task / columns);
                const std::int64_t tap = ky * c.kernel + px + c.stride * (columns - 1 - task % columns);
                const float* from = weights + tap * c.in * c.out;
                for_panels(padded_out, panel(), taps() * c.in, packed, [&](int first, int width, float* memory) {
                    const int count = std::min(width, c.out - first);
                    for (int i = 0; i < c.in; ++i) {
                        float* to = memory + (tap * c.in + i) * width;
                        std::copy_n(from + i * c.out + first, count, to);
                        std::fill(to + count, to + width, 0.0f);
                    }
                });
                if (scatters()) return;
                const std::int64_t depth = std::int64_t{rows} * columns * c.out;
                for_panels(padded_in, panel(), depth, turned, [&](int first, int width, float* memory) {
                    const int count = std::min(width, c.in - first);
                    for (int o = 0; o < c.out; ++o) {
                        float* to = memory + (task * c.out + o) * width;
                        for (int i = 0; i < count; ++i) to[i] = from[(first + i) * c.out + o];
                        std::fill(to + count, to + width, 0.0f);
                    }
                });
            });
            turned += std::ptrdiff_t{rows * columns} * c.out * padded_in;
        }
    if (scatters()) pack_scattered(weights, packed + forward_weights());
}

void LayerDirect::forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                          float* scratch) const {
    const ConvLayerShape& c = shape();
    const int band = rows_in_band(c.height);
    std::copy_n(bias, c.out, scratch);
    std::fill(scratch + c.out, scratch + start_size(), 0.0f);
    const simd::Correlation correlation{c.width, c.src_height(), c.src_width(), c.kernel, c.kernel, 0,
                                        0,       c.stride,       c.in,          c.out,    c.out,    panel()};
    team.run(bands_of(c.height), [&](std::int64_t task, int) {
        const int first = static_cast<int>(task) * band, last = std::min(c.height, first + band);
        if (projects())  // the turned weights of one tap are [out][in]
            simd::project(last - first, c.width, c.in, c.out, {src.data + first * src.row, src.row},
                          packed + forward_weights(), bias, 1, {dst.data + first * dst.row, dst.row});
        else
            simd::correlate(correlation, first, last, src, packed, scratch, dst);
    });
}

void LayerDirect::backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src,
                                float* scratch) const {
    const ConvLayerShape& c = shape();
    // Rows are counted in phases: row r stands for rows r * stride to r * stride + stride - 1 of diff_src.
    const int height = (c.src_height() + c.stride - 1) / c.stride, band = rows_in_band(height);
    std::fill_n(scratch, start_size(), 0.0f);
    if (scatters()) return scatter(team, diff_dst, packed + forward_weights(), diff_src, scratch);
    team.run(bands_of(height), [&](std::int64_t task, int) {
        const float* weights = packed + forward_weights();
        for (int py = 0; py < c.stride; ++py)
            for (int px = 0; px < c.stride; ++px) {
                const int rows = taps_of_phase(c.kernel, c.stride, py), columns = taps_of_phase(c.kernel, c.stride, px);
                const int phase_height = (c.src_height() - py + c.stride - 1) / c.stride;
                const int first = static_cast<int>(task) * band, last = std::min(phase_height, first + band);
                const simd::Correlation correlation{(c.src_width() - px + c.stride - 1) / c.stride,
                                                    c.height,
                                                    c.width,
                                                    rows,
                                                    columns,
                                                    std::max(0, rows - 1),
                                                    std::max(0, columns - 1),
                                                    1,
                                                    c.out,
                                                    c.in,
                                                    std::ptrdiff_t{c.stride} * c.in,
                                                    panel()};
                simd::correlate(
                    correlation, first, last, diff_dst, weights, scratch,
                    {diff_src.data + py * diff_src.row + std::ptrdiff_t{px} * c.in, diff_src.row * c.stride});
                weights += std::ptrdiff_t{rows * columns} * c.out * padded_channels(c.in);
            }
    });
}

void LayerDirect::scatter(ThreadTeam& team, ConstMap diff_dst, const float* weights, Map diff_src,
                          float* scratch) const {
    const ConvLayerShape& c = shape();
    // Rows that two bands see are computed by both.
    const int band = std::clamp(c.src_height() / 16, 8, 32), run = c.kernel * c.in;
    const simd::Correlation correlation{c.width, 1, c.width, 1, 1, 0, 0, 1, c.out, products(), products(), panel()};
    team.run((c.src_height() + band - 1) / band, [&](std::int64_t task, int thread) {
        const int first = static_cast<int>(task) * band, last = std::min(c.src_height(), first + band);
        float* all = scratch + start_size() + thread * thread_size();
        for (int y = first; y < last; ++y) std::fill_n(diff_src.data + y * diff_src.row, c.src_width() * c.in, 0.0f);
        for (int y = std::max(0, first - c.kernel + 1); y < std::min(c.height, last); ++y) {
            simd::correlate(correlation, 0, 1, {diff_dst.data + y * diff_dst.row, diff_dst.row}, weights, scratch,
                            {all, 0});
            for (int ky = std::max(0, first - y); ky < std::min(c.kernel, last - y); ++ky) {
                const float* from = all + ky * run;
                float* to = diff_src.data + (y + ky) * diff_src.row;
                for (int x = 0; x < c.width; ++x, from += products(), to += c.in)
                    for (int i = 0; i < run; ++i) to[i] += from[i];
            }
        }
    });
}

void LayerDirect::backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                   float* diff_bias, float* scratch) const {
    const ConvLayerShape& c = shape();
    const int bands = weight_bands();
    // Where there are few bands, the kernel's rows are dealt out as well.
    const int parts = bands < 8 ? c.kernel : 1;
    const std::ptrdiff_t columns = padded_channels(c.out), row_sums = c.kernel * c.in * columns;
    float* sums = scratch + start_size() + threads_ * thread_size();
    team.run(std::int64_t{bands} * parts, [&](std::int64_t task, int thread) {
        const std::int64_t band = task / parts, part = task % parts;
        const int ky_first = static_cast<int>(part), ky_last = parts == 1 ? c.kernel : ky_first + 1;
        float* band_sums = sums + band * band_size();
        float* bias_sums = part == 0 ? band_sums + forward_weights() : nullptr;
        std::fill(band_sums + ky_first * row_sums, band_sums + ky_last * row_sums, 0.0f);
        if (bias_sums) std::fill_n(bias_sums, columns, 0.0f);
        simd::accumulate_weights(gradient_shape(), ky_first, ky_last, static_cast<int>(c.height * band / bands),
                                 static_cast<int>(c.height * (band + 1) / bands), src, diff_dst, band_sums, bias_sums,
                                 scratch + start_size() + thread * thread_size());
    });
    // Row `taps * in` of the sums are the biases.
    team.run(taps() * c.in + 1, [&](std::int64_t row, int) {
        float* to = row < taps() * c.in ? diff_weights + row * c.out : diff_bias;
        std::copy_n(sums + row * columns, c.out, to);
        for (int band = 1; band < bands; ++band) {
            const float* more = sums + band * band_size() + row * columns;
            for (int o = 0; o < c.out; ++o) to[o] += more[o];
        }
    });
}

}  // namespace

std::unique_ptr<ConvLayerAlgorithm> make_layer_direct(const ConvLayerShape& shape, int threads) {
    return std::make_unique<LayerDirect>(shape, threads);
}

}  // namespace twofold::ops

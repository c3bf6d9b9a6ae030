#include "ops/conv2d/mirrored_edges.h"

#include <algorithm>

#include "ops/padding/reflect_border.h"

namespace twofold::ops {
namespace {

// The length of a side as a map of some rows, which threads share.
ConvLayerShape side_shape(int in, int out, int length) {
    int width = 16;
    while (length % width != 0) width /= 2;
    return {1, 1, 3 * in, out, length / width, width};
}

void add(const float* from, float* to, int count) {
    for (int c = 0; c < count; ++c) to[c] += from[c];
}

}  // namespace

// Floats of one side.
struct MirroredEdges::Scratch {
    float *enlarged, *narrow, *taps, *result, *weights, *bias, *layer;

    // Returns the floats in all.
    static std::size_t lay_out(const MirroredEdges& edges, float* memory, Scratch* scratch) {
        const auto in = static_cast<std::size_t>(edges.in_), out = static_cast<std::size_t>(edges.out_);
        const auto most = static_cast<std::size_t>(2 * std::max(edges.height_, edges.width_));
        std::size_t size = 0;
        const auto take = [&](float*& part, std::size_t floats) {
            if (memory) part = memory + size;
            size += whole_cache_lines(floats);
        };
        take(scratch->enlarged, 4 * most * in);
        take(scratch->narrow, most * in);
        take(scratch->taps, 3 * most * in);
        take(scratch->result, most * out);
        take(scratch->weights, 3 * in * out);
        take(scratch->bias, out);
        take(scratch->layer, std::max(edges.row_.scratch_size(), edges.column_.scratch_size()));
        return size;
    }
    Scratch() = default;
    Scratch(const MirroredEdges& edges, float* memory) { lay_out(edges, memory, this); }
};

MirroredEdges::MirroredEdges(int in, int out, int height, int width, Upsampling kind, std::string_view implementation,
                             int threads)
    : in_(in),
      out_(out),
      height_(height),
      width_(width),
      kind_(kind),
      row_(side_shape(in, out, 2 * width), implementation, threads),
      column_(side_shape(in, out, 2 * height), implementation, threads) {}

std::size_t MirroredEdges::side_packed_size() const { return std::max(row_.packed_size(), column_.packed_size()); }

std::size_t MirroredEdges::scratch_size() const {
    Scratch unused;
    return Scratch::lay_out(*this, nullptr, &unused);
}

// The kernel's tap that tap i along a side is.
int MirroredEdges::tap_of(Side side, int i) const {
    switch (side) {
        case Side::kTop:
            return i;
        case Side::kBottom:
            return 6 + i;
        case Side::kLeft:
            return 3 * i;
        default:
            return 3 * i + 2;
    }
}

template <class Map>
Map MirroredEdges::source_lines(Side side, const Map& src) const {
    const int rows = along_row(side) ? std::min(2, height_) : height_;
    const int columns = along_row(side) ? width_ : std::min(2, width_);
    const int y = side == Side::kBottom ? height_ - rows : 0, x = side == Side::kRight ? width_ - columns : 0;
    return {src.at(y, x), src.row, src.pixel, rows, columns, src.channels};
}

FeatureMap MirroredEdges::enlarged_lines(Side side, float* memory) const {
    const int lines = 2 * std::min(2, along_row(side) ? height_ : width_);
    return along_row(side) ? dense_map(memory, lines, 2 * width_, in_) : dense_map(memory, 2 * height_, lines, in_);
}

// Pixel i of the outermost line (0) or the next one (1).
float* MirroredEdges::enlarged_pixel(Side side, const FeatureMap& lines, int line, int i) const {
    switch (side) {
        case Side::kTop:
            return lines.at(line, i);
        case Side::kBottom:
            return lines.at(lines.height - 1 - line, i);
        case Side::kLeft:
            return lines.at(i, line);
        default:
            return lines.at(i, lines.width - 1 - line);
    }
}

template <class Map>
auto MirroredEdges::edge_pixel(Side side, const Map& map, int i) const {
    switch (side) {
        case Side::kTop:
            return map.at(0, i);
        case Side::kBottom:
            return map.at(map.height - 1, i);
        case Side::kLeft:
            return map.at(i, 0);
        default:
            return map.at(i, map.width - 1);
    }
}

template <class Body>
void MirroredEdges::for_differences(Side side, const FeatureMap& lines, const Body& body) const {
    const int count = length(side);
    const auto difference = [&](int i) {
        body(i, enlarged_pixel(side, lines, 1, reflected_index(i, count)),
             enlarged_pixel(side, lines, 0, std::clamp(i, 0, count - 1)));
    };
    // The corners are counted to the rows.
    if (along_row(side)) difference(-1);
    for (int i = 0; i < count; ++i) difference(i);
    if (along_row(side)) difference(count);
}

// The differences of the borders, three neighbours for each pixel of the side.
void MirroredEdges::gather(ThreadTeam& team, Side side, ConstFeatureMap src, const Scratch& scratch) const {
    const FeatureMap lines = enlarged_lines(side, scratch.enlarged);
    upsample_forward(team, kind_, source_lines(side, src), lines);
    const int count = length(side);
    if (!along_row(side)) {
        std::fill_n(scratch.taps, in_, 0.0f);
        std::fill_n(scratch.taps + (std::ptrdiff_t{3} * count - 1) * in_, in_, 0.0f);
    }
    for_differences(side, lines, [&](int i, const float* at, const float* minus) {
        for (int tap = 0; tap < 3; ++tap) {
            const int pixel = i + 1 - tap;
            if (pixel < 0 || pixel >= count) continue;
            float* to = scratch.taps + (std::ptrdiff_t{3} * pixel + tap) * in_;
            for (int c = 0; c < in_; ++c) to[c] = at[c] - minus[c];
        }
    });
}

void MirroredEdges::gather_diff(Side side, ConstFeatureMap diff_dst, const Scratch& scratch) const {
    for (int i = 0; i < length(side); ++i)
        std::copy_n(edge_pixel(side, diff_dst, i), out_, scratch.result + std::ptrdiff_t{i} * out_);
}

void MirroredEdges::pack(ThreadTeam& team, const float* weights, std::ptrdiff_t tap, float* packed,
                         float* memory) const {
    const Scratch scratch(*this, memory);
    const std::ptrdiff_t size = std::ptrdiff_t{in_} * out_;
    for (const Side side : kSides) {
        for (int i = 0; i < 3; ++i) std::copy_n(weights + tap_of(side, i) * tap, size, scratch.weights + i * size);
        layer(side).pack(team, scratch.weights, packed + static_cast<std::size_t>(side) * side_packed_size());
    }
}

void MirroredEdges::forward(ThreadTeam& team, ConstFeatureMap src, const float* packed, FeatureMap dst,
                            float* memory) const {
    const Scratch scratch(*this, memory);
    std::fill_n(scratch.bias, out_, 0.0f);
    for (const Side side : kSides) {
        gather(team, side, src, scratch);
        const std::ptrdiff_t pixels = layer(side).shape().width;
        layer(side).forward(team, {scratch.taps, pixels * 3 * in_}, packed_for(side, packed), scratch.bias,
                            {scratch.result, pixels * out_}, scratch.layer);
        for (int i = 0; i < length(side); ++i)
            add(scratch.result + std::ptrdiff_t{i} * out_, edge_pixel(side, dst, i), out_);
    }
}

void MirroredEdges::backward_weights(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap diff_dst,
                                     float* diff_weights, std::ptrdiff_t tap, float* memory) const {
    const Scratch scratch(*this, memory);
    const int size = in_ * out_;
    for (const Side side : kSides) {
        gather(team, side, src, scratch);
        gather_diff(side, diff_dst, scratch);
        const std::ptrdiff_t pixels = layer(side).shape().width;
        layer(side).backward_weights(team, {scratch.taps, pixels * 3 * in_}, {scratch.result, pixels * out_},
                                     scratch.weights, scratch.bias, scratch.layer);
        for (int i = 0; i < 3; ++i)
            add(scratch.weights + std::ptrdiff_t{i} * size, diff_weights + tap_of(side, i) * tap, size);
    }
}

void MirroredEdges::backward_data(ThreadTeam& team, ConstFeatureMap diff_dst, const float* packed, FeatureMap diff_src,
                                  float* memory) const {
    const Scratch scratch(*this, memory);
    for (const Side side : kSides) {
        gather_diff(side, diff_dst, scratch);
        const std::ptrdiff_t pixels = layer(side).shape().width;
        layer(side).backward_data(team, {scratch.result, pixels * out_}, packed_for(side, packed),
                                  {scratch.taps, pixels * 3 * in_}, scratch.layer);
        const FeatureMap lines = enlarged_lines(side, scratch.enlarged);
        std::fill_n(lines.data, lines.height * lines.row, 0.0f);
        const int count = length(side);
        for_differences(side, lines, [&](int i, float* at, float* minus) {
            for (int tap = 0; tap < 3; ++tap) {
                const int pixel = i + 1 - tap;
                if (pixel < 0 || pixel >= count) continue;
                const float* from = scratch.taps + (std::ptrdiff_t{3} * pixel + tap) * in_;
                add(from, at, in_);
                for (int c = 0; c < in_; ++c) minus[c] -= from[c];
            }
        });
        const FeatureMap to = source_lines(side, diff_src),
                         narrow = dense_map(scratch.narrow, to.height, to.width, in_);
        upsample_backward(team, kind_, lines, narrow);
        for (int y = 0; y < to.height; ++y)
            for (int x = 0; x < to.width; ++x) add(narrow.at(y, x), to.at(y, x), in_);
    }
}

}  // namespace twofold::ops

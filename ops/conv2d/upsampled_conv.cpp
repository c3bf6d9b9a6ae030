#include "ops/conv2d/upsampled_conv.h"

#include <algorithm>

#include "ops/padding/reflect_border.h"
#include "ops/resample/interpolation.h"

namespace twofold::ops {
namespace {

// to[ky][kx][out][in] = the turned kernel.
void turn(ThreadTeam& team, const float* weights, std::ptrdiff_t tap, int in, int out, float* to) {
    team.run(9, [&](std::int64_t t, int) {
        const float* from = weights + (8 - t) * tap;
        for (int o = 0; o < out; ++o)
            for (int i = 0; i < in; ++i) to[(t * out + o) * in + i] = from[std::ptrdiff_t{i} * out + o];
    });
}

void turn_back(ThreadTeam& team, const float* turned, std::ptrdiff_t tap, int in, int out, float* weights) {
    team.run(9, [&](std::int64_t t, int) {
        float* to = weights + (8 - t) * tap;
        for (int i = 0; i < in; ++i)
            for (int o = 0; o < out; ++o) to[std::ptrdiff_t{i} * out + o] = turned[(t * out + o) * in + i];
    });
}

// The pixel outside of the map in the upper left corner of its border.
Map with_border(const FeatureMap& map) { return {map.at(-1, -1), map.row}; }

void clear_edges(const FeatureMap& map) {
    const std::ptrdiff_t width = map.width * map.pixel;
    std::fill_n(map.at(0, 0), width, 0.0f);
    std::fill_n(map.at(map.height - 1, 0), width, 0.0f);
    for (int y = 1; y + 1 < map.height; ++y) {
        std::fill_n(map.at(y, 0), map.channels, 0.0f);
        std::fill_n(map.at(y, map.width - 1), map.channels, 0.0f);
    }
}

}  // namespace

UpsampledConv::UpsampledConv(int in, int out, int height, int width, Upsampling kind, std::string_view implementation,
                             int threads)
    : in_(in), out_(out), kind_(kind), layer_({3, 2, out, in, height + 2, width + 2}, implementation, threads) {
    // Enlarging by repetition makes the outermost two lines equal, so that both borders are the same.
    if (kind == Upsampling::kBilinear) edges_.emplace(in, out, height, width, kind, implementation, threads);
}

std::size_t UpsampledConv::packed_size() const { return layer_.packed_size() + (edges_ ? edges_->packed_size() : 0); }

std::size_t UpsampledConv::spread_size() const {
    const ConvLayerShape& shape = layer_.shape();
    return dense_size(shape.src_height(), shape.src_width(), shape.in);
}

std::size_t UpsampledConv::turned_size() const {
    return whole_cache_lines(layer_.shape().weights() + static_cast<std::size_t>(layer_.shape().out));
}

std::size_t UpsampledConv::scratch_size() const {
    return turned_size() + std::max(layer_.scratch_size(), edges_ ? edges_->scratch_size() : 0);
}

FeatureMap UpsampledConv::spread_map(float* memory) const {
    const ConvLayerShape& shape = layer_.shape();
    return dense_map(memory, shape.src_height(), shape.src_width(), shape.in);
}

void UpsampledConv::pack(ThreadTeam& team, const float* weights, std::ptrdiff_t tap, float* packed,
                         float* scratch) const {
    turn(team, weights, tap, in_, out_, scratch);
    layer_.pack(team, scratch, packed);
    if (edges_) edges_->pack(team, weights, tap, packed + layer_.packed_size(), scratch + turned_size());
}

void UpsampledConv::forward(ThreadTeam& team, FeatureMap src, const float* packed, FeatureMap dst, float* spread,
                            float* scratch) const {
    float* more = scratch + turned_size();
    const FeatureMap spread_out = spread_map(spread);
    repeat_border_forward(team, src, 1);
    layer_.backward_data(team, with_border(src), packed, {spread_out.data, spread_out.row}, more);
    interpolate_forward(team, kind_, without_border(spread_out, 1), dst);
    if (edges_) edges_->forward(team, src, packed + layer_.packed_size(), dst, more);
}

void UpsampledConv::backward(ThreadTeam& team, FeatureMap src, ConstFeatureMap diff_dst, const float* packed,
                             float* diff_weights, std::ptrdiff_t tap, FeatureMap diff_src, float* spread,
                             float* scratch) const {
    float *turned = scratch, *bias = scratch + layer_.shape().weights(), *more = scratch + turned_size();
    const FeatureMap diff_spread = spread_map(spread);
    clear_edges(diff_spread);
    interpolate_backward(team, kind_, diff_dst, without_border(diff_spread, 1));
    const Map from{diff_spread.data, diff_spread.row};
    repeat_border_forward(team, src, 1);
    layer_.backward_weights(team, from, with_border(src), turned, bias, more);
    turn_back(team, turned, tap, in_, out_, diff_weights);
    if (edges_) edges_->backward_weights(team, src, diff_dst, diff_weights, tap, more);

    std::fill_n(bias, in_, 0.0f);
    layer_.forward(team, from, packed, bias, with_border(diff_src), more);
    repeat_border_backward(team, diff_src, 1);
    if (edges_) edges_->backward_data(team, diff_dst, packed + layer_.packed_size(), diff_src, more);
}

}  // namespace twofold::ops

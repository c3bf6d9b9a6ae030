#include "pipelines/common/noise_network/network.h"

#include <algorithm>
#include <string>

#include "ops/conv2d/conv2d_table.h"
#include "ops/feature_map.h"
#include "runtime/error.h"

namespace twofold {
namespace {

using ops::ConstMap;
using ops::Map;

constexpr int kRing = 2;  // of zeros around a gradient that a 3x3 layer passes down

}  // namespace

void clear_outside(int height, int width, int channels, const Rectangle& inside, ops::Map map) {
    const int top = std::clamp(inside.top, 0, height), bottom = std::clamp(inside.bottom, top, height);
    const int left = std::clamp(inside.left, 0, width), right = std::clamp(inside.right, left, width);
    for (int y = 0; y < height; ++y) {
        float* row = map.data + y * map.row;
        if (y < top || y >= bottom) {
            std::fill_n(row, width * channels, 0.0f);
        } else {
            std::fill_n(row, left * channels, 0.0f);
            std::fill_n(row + right * channels, (width - right) * channels, 0.0f);
        }
    }
}

Network::Network(const NetworkShape& shape, std::string_view implementation) : shape_(shape) {
    for (int i = 0; i < shape.layers(); ++i) {
        const LayerShape layer = shape.layer(i);
        auto conv =
            ops::make_conv2d({layer.kernel, layer.in, layer.out}, implementation, i == 0 ? &implementation_ : nullptr);
        if (!conv) {
            throw Error(ErrorCode::kUnsupported, "no kernel named '" + std::string(implementation) + "' for a " +
                                                     std::to_string(layer.kernel) + "x" + std::to_string(layer.kernel) +
                                                     " convolution from " + std::to_string(layer.in) + " to " +
                                                     std::to_string(layer.out) + " channels");
        }
        const std::size_t packed = conv->packed_size();
        layers_.push_back({std::move(conv), layer, packed_size_});
        // Every layer's block begins on a cache line.
        constexpr std::size_t kLine = platform::kAlignment / sizeof(float);
        packed_size_ += (packed + kLine - 1) / kLine * kLine;
    }
}

void Network::pack(const float* parameters, float* packed) const {
    for (const Layer& layer : layers_) layer.conv->pack(parameters + layer.shape.offset, packed + layer.packed_offset);
}

void Network::plan(int height, int width) {
    for (int i = 0; i < shape_.layers(); ++i) {
        const int grow = 2 * std::max(0, shape_.depth - 1 - i);
        layers_[static_cast<std::size_t>(i)].conv->plan(height + grow, width + grow);
    }
}

PassPlan Network::reserve(ArenaPlan& plan, int max_height, int max_width, bool backward) const {
    PassPlan pass = reserve_maps(plan, max_height, max_width);
    if (backward) {
        const int grow = 2 * (shape_.depth - 1) + 2 * kRing;
        for (auto& gradient : pass.gradients)
            gradient = plan.reserve<float>(ops::dense_size(max_height + grow, max_width + grow, shape_.width));
    }
    std::size_t scratch = 0;
    for (const Layer& layer : layers_) scratch = std::max(scratch, layer.conv->scratch_size(backward));
    pass.scratch = plan.reserve<float>(scratch);
    return pass;
}

PassPlan Network::reserve_beside(const PassPlan& larger, ArenaPlan& plan, int max_height, int max_width) const {
    PassPlan pass = reserve_maps(plan, max_height, max_width);
    pass.gradients = larger.gradients;
    pass.scratch = larger.scratch;
    return pass;
}

PassPlan Network::reserve_maps(ArenaPlan& plan, int max_height, int max_width) const {
    PassPlan pass;
    for (int i = 0; i <= shape_.depth; ++i) {
        const int grow = 2 * (shape_.depth - i);
        pass.activations[static_cast<std::size_t>(i)] = plan.reserve<float>(
            ops::dense_size(max_height + grow, max_width + grow, i == 0 ? shape_.samples() : shape_.width));
    }
    pass.output = plan.reserve<float>(ops::dense_size(max_height, max_width, shape_.samples()));
    return pass;
}

Pass Network::resolve(const Arena& arena, const PassPlan& plan) {
    Pass pass;
    for (std::size_t i = 0; i < plan.activations.size(); ++i) pass.activations[i] = arena[plan.activations[i]].data();
    pass.output = arena[plan.output].data();
    for (std::size_t i = 0; i < plan.gradients.size(); ++i) pass.gradients[i] = arena[plan.gradients[i]].data();
    pass.scratch = arena[plan.scratch].data();
    return pass;
}

void Network::forward(int height, int width, const Rectangle& inside, const float* parameters, const float* packed,
                      const Pass& pass) const {
    const int depth = shape_.depth;
    for (int i = 0; i <= depth; ++i) {
        const Layer& layer = layers_[static_cast<std::size_t>(i)];
        const bool last = i == depth;
        const int grow = last ? 0 : 2 * (depth - 1 - i);
        const int h = height + grow, w = width + grow;
        const int src_width = w + layer.shape.kernel - 1;
        const ConstMap src(pass.activations[static_cast<std::size_t>(i)], std::ptrdiff_t{src_width} * layer.shape.in);
        float* out = last ? pass.output : pass.activations[static_cast<std::size_t>(i) + 1];
        const Map dst{out, std::ptrdiff_t{w} * layer.shape.out};
        const float* bias = parameters + layer.shape.offset + layer.shape.weights();
        layer.conv->forward(h, w, src, packed + layer.packed_offset, bias, last ? 1.0f : kNegativeSlope, dst,
                            pass.scratch);
        if (!last) clear_outside(h, w, layer.shape.out, shifted(inside, i + 1), dst);
    }
}

void Network::backward(int height, int width, const Rectangle& inside, const float* packed, const Pass& pass,
                       const float* diff_output, float* diff_parameters) const {
    const int depth = shape_.depth;
    const auto gradient_of = [&](int i, float* weights_and_bias) {
        return weights_and_bias + layers_[static_cast<std::size_t>(i)].shape.offset;
    };
    ConstMap diff(diff_output, std::ptrdiff_t{width} * shape_.samples());  // ring included from the second layer on
    ConstMap diff_first = diff;                                            // its first pixel
    for (int i = depth; i >= 0; --i) {
        const Layer& layer = layers_[static_cast<std::size_t>(i)];
        const int grow = i == depth ? 0 : 2 * (depth - 1 - i);
        const int h = height + grow, w = width + grow, kernel = layer.shape.kernel;
        const int src_h = h + kernel - 1, src_w = w + kernel - 1;
        const ConstMap src(pass.activations[static_cast<std::size_t>(i)], std::ptrdiff_t{src_w} * layer.shape.in);
        float* weights = gradient_of(i, diff_parameters);
        layer.conv->backward_weights(h, w, src, diff_first, weights, weights + layer.shape.weights(), pass.scratch);
        if (i == 0) break;
        // The layer below is 3x3 and needs a ring of zeros, unless it is the first and passes nothing down.
        const int ring = i > 1 ? kRing : 0;
        const int in = layer.shape.in;
        float* below = pass.gradients[static_cast<std::size_t>(i) % 2];
        const Map ringed{below, std::ptrdiff_t{src_w + 2 * ring} * in};
        const Map below_first{below + ring * ringed.row + ring * in, ringed.row};
        if (ring > 0)
            clear_outside(src_h + 2 * ring, src_w + 2 * ring, in, {ring, ring, ring + src_w, ring + src_h}, ringed);
        layer.conv->backward_data(h, w, diff, packed + layer.packed_offset, src, kNegativeSlope, below_first,
                                  pass.scratch);
        clear_outside(src_h, src_w, in, shifted(inside, i), below_first);
        diff = ringed;
        diff_first = below_first;
    }
}

double Network::flops(int height, int width, bool backward) const {
    double sum = 0;
    for (int i = 0; i <= shape_.depth; ++i) {
        const Layer& layer = layers_[static_cast<std::size_t>(i)];
        const int grow = i == shape_.depth ? 0 : 2 * (shape_.depth - 1 - i);
        const int ring = layer.shape.kernel - 1;
        const auto pixels = [&](int extra) { return double(height + grow + extra) * double(width + grow + extra); };
        if (!backward) {
            sum += layer.conv->shape().flops(pixels(0));
        } else {
            sum += layer.conv->shape().flops(pixels(0));
            if (i > 0) sum += layer.conv->shape().flops(pixels(ring));
        }
    }
    return sum;
}

}  // namespace twofold

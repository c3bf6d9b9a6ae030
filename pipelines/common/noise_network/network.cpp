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
// Rows of a strip: three of Winograd's tiles.
constexpr int kStrip = 12;

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

void Network::plan(int height, int width, bool backward) {
    const int strip = backward ? height : std::min(kStrip, height);
    for (int i = 0; i < shape_.layers(); ++i) {
        ops::Conv2d& conv = *layers_[static_cast<std::size_t>(i)].conv;
        conv.plan(strip + margin(i), width + margin(i));
        // The strips that follow the first.
        if (height >= 2 * strip) conv.plan(strip, width + margin(i));
        if (height % strip > 0) conv.plan(height % strip, width + margin(i));
    }
}

PassPlan Network::reserve(ArenaPlan& plan, int max_height, int max_width, bool backward) const {
    PassPlan pass = reserve_maps(plan, backward ? max_height : std::min(kStrip, max_height), max_height, max_width);
    if (backward) {
        const int grow = margin(0) + 2 * kRing;
        for (auto& gradient : pass.gradients)
            gradient = plan.reserve<float>(ops::dense_size(max_height + grow, max_width + grow, shape_.width));
    }
    std::size_t scratch = 0;
    for (const Layer& layer : layers_) scratch = std::max(scratch, layer.conv->scratch_size(backward));
    pass.scratch = plan.reserve<float>(scratch);
    return pass;
}

PassPlan Network::reserve_beside(const PassPlan& larger, ArenaPlan& plan, int max_height, int max_width) const {
    PassPlan pass = reserve_maps(plan, max_height, max_height, max_width);
    pass.gradients = larger.gradients;
    pass.scratch = larger.scratch;
    return pass;
}

PassPlan Network::reserve_maps(ArenaPlan& plan, int strip, int max_height, int max_width) const {
    const int halos = 2 * shape_.halo();
    PassPlan pass;
    pass.strip = strip;
    pass.activations[0] = plan.reserve<float>(ops::dense_size(max_height + halos, max_width + halos, shape_.samples()));
    for (int i = 0; i < shape_.depth; ++i)
        pass.activations[static_cast<std::size_t>(i) + 1] =
            plan.reserve<float>(ops::dense_size(strip + margin(i), max_width + margin(i), shape_.width));
    pass.output = plan.reserve<float>(ops::dense_size(max_height, max_width, shape_.samples()));
    return pass;
}

Pass Network::resolve(const Arena& arena, const PassPlan& plan) {
    Pass pass;
    for (std::size_t i = 0; i < plan.activations.size(); ++i) pass.activations[i] = arena[plan.activations[i]].data();
    pass.output = arena[plan.output].data();
    for (std::size_t i = 0; i < plan.gradients.size(); ++i) pass.gradients[i] = arena[plan.gradients[i]].data();
    pass.scratch = arena[plan.scratch].data();
    pass.strip = plan.strip;
    return pass;
}

void Network::forward(int height, int width, const Rectangle& inside, const float* parameters, const float* packed,
                      const Pass& pass) const {
    // Rows of each layer's output so far, and those of them that are in its map.
    std::array<int, kMaxDepth + 1> done{}, held{};
    const ConstMap input(pass.activations[0], std::ptrdiff_t{width + 2 * shape_.halo()} * shape_.samples());
    for (int end = 0; end < height;) {
        end = std::min(end + pass.strip, height);
        ConstMap src(input.data + done[0] * input.row, input.row);
        for (int i = 0; i <= shape_.depth; ++i) {
            const Layer& layer = layers_[static_cast<std::size_t>(i)];
            const bool last = i == shape_.depth;
            int& top = done[static_cast<std::size_t>(i)];
            const int h = end + margin(i) - top, w = width + margin(i);
            Map dst{pass.output, std::ptrdiff_t{w} * layer.shape.out};
            if (last) {
                dst.data += top * dst.row;
            } else {
                // The last rows of the strip before, which the next layer needs once more, come first.
                dst.data = pass.activations[static_cast<std::size_t>(i) + 1];
                int& rows = held[static_cast<std::size_t>(i)];
                const int kept = rows > 0 ? layers_[static_cast<std::size_t>(i) + 1].shape.kernel - 1 : 0;
                std::copy_n(dst.data + (rows - kept) * dst.row, kept * dst.row, dst.data);
                dst.data += kept * dst.row;
                rows = kept + h;
            }
            const float* bias = parameters + layer.shape.offset + layer.shape.weights();
            layer.conv->forward(h, w, src, packed + layer.packed_offset, bias, last ? 1.0f : kNegativeSlope, dst,
                                pass.scratch);
            if (!last) {
                Rectangle in_image = shifted(inside, i + 1);
                in_image.top -= top;
                in_image.bottom -= top;
                clear_outside(h, w, layer.shape.out, in_image, dst);
                src = ConstMap(pass.activations[static_cast<std::size_t>(i) + 1], dst.row);
            }
            top = end + margin(i);
        }
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
        const int h = height + margin(i), w = width + margin(i), kernel = layer.shape.kernel;
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
        const int ring = layer.shape.kernel - 1;
        const auto pixels = [&](int extra) {
            return double(height + margin(i) + extra) * double(width + margin(i) + extra);
        };
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

// Shape of the network that predicts the noise: 3x3 convolutions with LeakyReLU(0.2), then a 1x1 convolution.
//
// With fold 2 it sees blocks of 2x2 pixels, all samples of a block as channels of one (pixel unshuffle): each output
// then depends on a part of the image twice as wide, at a quarter of the cost.
//
// Parameters lie one layer after another: weights [tap_y][tap_x][in][out], then biases [out].
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_NETWORK_SHAPE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_NETWORK_SHAPE_H

#include <cstddef>
#include <cstdint>

namespace twofold {

constexpr float kNegativeSlope = 0.2f;
constexpr int kMaxDepth = 8;
constexpr int kMaxWidth = 256;
constexpr int kMaxFold = 2;

struct LayerShape {
    int kernel;  // 3 or 1
    int in;
    int out;
    std::size_t offset;  // of its weights among all parameters
    std::size_t weights() const { return static_cast<std::size_t>(kernel * kernel * in * out); }
};

struct NetworkShape {
    int channels = 3;  // of the image, 1..4
    int width = 48;    // of the hidden layers, a multiple of 16
    int depth = 2;     // 3x3 convolutions, 1..kMaxDepth
    int fold = 1;      // side of a block in pixels, 1..kMaxFold

    bool operator==(const NetworkShape&) const = default;

    int layers() const { return depth + 1; }
    int samples() const { return channels * fold * fold; }  // of a block
    int halo() const { return depth; }                      // blocks that an output block sees on each side
    int image_halo() const { return depth * fold; }         // the same in pixels
    // Beyond the image's border there is a mirror image of it; else zeros on every layer, as published. A network that
    // looks far would show a frame around the image otherwise.
    bool mirrors_border() const { return fold > 1; }
    LayerShape layer(int index) const {
        LayerShape shape{};
        std::size_t offset = 0;
        for (int i = 0;; ++i) {
            shape = {i == depth ? 1 : 3, i == 0 ? samples() : width, i == depth ? samples() : width, offset};
            if (i == index) return shape;
            offset += shape.weights() + static_cast<std::size_t>(shape.out);
        }
    }
    std::size_t parameters() const {
        const LayerShape last = layer(depth);
        return last.offset + last.weights() + static_cast<std::size_t>(last.out);
    }
};

}  // namespace twofold

#endif

// One pass of the network over one patch: the layers, their prepared weights, and the buffers of a pass.
//
// A patch carries its halo: the input of a pass for height x width outputs is (height + 2 halo) x (width + 2 halo)
// pixels, or blocks of them where the network folds its input. What lies outside the image is zero on every layer,
// which is the zero padding of the published network, but only at the true border of the image.
//
// A pass that only goes forward takes the patch in strips, each through all layers before the next one begins: between
// the layers there are then a few rows, which stay in a cache, however high the patch.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_NETWORK_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_NETWORK_H

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "ops/conv2d/conv2d.h"
#include "pipelines/common/noise_network/network_shape.h"
#include "runtime/arena.h"

namespace twofold {

// Half-open rectangle of pixels.
struct Rectangle {
    int left = 0, top = 0, right = 0, bottom = 0;
};

// The same rectangle in the coordinates of a patch that begins `by` pixels further in on both axes.
inline Rectangle shifted(const Rectangle& r, int by) { return {r.left - by, r.top - by, r.right - by, r.bottom - by}; }

// Zero all pixels of a map that lie outside a rectangle.
void clear_outside(int height, int width, int channels, const Rectangle& inside, ops::Map map);

// Memory of a pass, reserved for a largest patch.
struct PassPlan {
    std::array<ArenaRange<float>, kMaxDepth + 1> activations;
    ArenaRange<float> output;
    std::array<ArenaRange<float>, 2> gradients;  // empty when the pass only goes forward
    ArenaRange<float> scratch;
    int strip = 0;  // rows of the output that are made together
};

struct Pass {
    std::array<float*, kMaxDepth + 1> activations{};  // [0] is the input, filled by the caller
    float* output = nullptr;                          // height x width x samples of a block
    std::array<float*, 2> gradients{};
    float* scratch = nullptr;
    int strip = 0;
};

class Network {
  public:
    // `implementation` as in conv2d_table.h. Throws Error kUnsupported if it cannot do the shape.
    Network(const NetworkShape& shape, std::string_view implementation);

    const NetworkShape& shape() const { return shape_; }
    const char* implementation() const { return implementation_; }
    std::size_t packed_size() const { return packed_size_; }
    // Bring parameters into the form that the kernels read.
    void pack(const float* parameters, float* packed) const;

    // Announce a size of output patch, at plan time, and whether its passes go backward as well.
    void plan(int height, int width, bool backward);
    PassPlan reserve(ArenaPlan& plan, int max_height, int max_width, bool backward) const;
    // For a pass that runs in turn with a larger one in the same thread: shares its gradients and its scratch memory.
    PassPlan reserve_beside(const PassPlan& larger, ArenaPlan& plan, int max_height, int max_width) const;
    static Pass resolve(const Arena& arena, const PassPlan& plan);

    // Fills pass.output from pass.activations[0]. `inside` is the part of the input patch that lies in the image.
    void forward(int height, int width, const Rectangle& inside, const float* parameters, const float* packed,
                 const Pass& pass) const;
    // Adds the gradient of the parameters, given that of the output, after forward on the same pass.
    void backward(int height, int width, const Rectangle& inside, const float* packed, const Pass& pass,
                  const float* diff_output, float* diff_parameters) const;
    // Floating point operations of forward (and of backward) for a patch, halo included.
    double flops(int height, int width, bool backward) const;

  private:
    struct Layer {
        std::unique_ptr<ops::Conv2d> conv;
        LayerShape shape;
        std::size_t packed_offset;
    };
    PassPlan reserve_maps(ArenaPlan& plan, int strip, int max_height, int max_width) const;
    // Rows and columns by which the output of layer `i` is larger than that of the network.
    int margin(int i) const { return 2 * std::max(0, shape_.depth - 1 - i); }

    NetworkShape shape_;
    std::vector<Layer> layers_;
    std::size_t packed_size_ = 0;
    const char* implementation_ = "";
};

}  // namespace twofold

#endif

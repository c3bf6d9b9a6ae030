// Forward and backward pass of the hourglass network, with the memory that they need.
//
// Kept for the backward pass: what convolutions put out, which batch norm reads again, and what convolutions of the way
// down read; of the way up, what the 1x1 convolutions read is computed again, which costs less than the memory.
// Gradients go through one buffer a scale and through the memory of maps that are not read any more.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_H

#include <optional>
#include <string_view>
#include <vector>

#include "pipelines/common/prior/hourglass_merge.h"
#include "pipelines/common/prior/hourglass_parts.h"

namespace twofold::prior {

class Hourglass {
  public:
    // Throws Error kUnsupported for kernels that this build has not.
    Hourglass(const HourglassShape& shape, std::string_view implementation, int threads);

    const HourglassShape& shape() const { return shape_; }
    const ParameterLayout& parameters() const { return layout_; }
    // Makes the last layer give nothing, whatever it is given.
    void clear_last_layer(float* parameters) const;
    // Floating point operations of a forward and a backward pass, convolutions counted as direct ones.
    double flops() const;

    void reserve(ArenaPlan& plan);
    // Where the caller writes the network's input, shape().height x width x in, before forward.
    ops::FeatureMap input(const Arena& arena) const { return inputs_.front().inside(arena); }
    // What forward wrote, and where the caller writes its gradient before backward; height x width x out without gaps.
    ops::FeatureMap output(const Arena& arena) const { return output_.inside(arena); }
    ops::FeatureMap output_gradient(const Arena& arena) const { return output_gradient_.inside(arena); }

    // `offset`, dense and of the output's size unless its data is null, is added before the sigmoid.
    void forward(ThreadTeam& team, const Arena& arena, const float* parameters, PassWatch* watch = nullptr,
                 ops::ConstFeatureMap offset = ops::no_map()) const;
    // After forward with the same parameters. Writes the gradient of every parameter.
    void backward(ThreadTeam& team, const Arena& arena, const float* parameters, float* gradient,
                  PassWatch* watch = nullptr) const;

  private:
    struct Scale {
        std::optional<Unit> skip;
        Unit down_first, down_second;
        MapRange down_map;  // between the two
        Merge merge;        // of what comes up and the skip
        std::optional<Unit> up_1x1;
        MapRange up_map;  // between the two, if there are two; in the memory of `result`
        MapRange result;
        MapRange gradient;  // of the result, then of `down_map`; between, what `merge` needs
    };

    Scale make_scale(std::size_t index, std::string_view implementation, int threads);
    void forward_scale(std::size_t index, const Pass& pass) const;
    void backward_scale(std::size_t index, const Pass& pass) const;
    // What comes up to a scale.
    const MapRange& deeper(std::size_t index) const;
    void backward_up(std::size_t index, const Pass& pass) const;
    void backward_skip(std::size_t index, const Pass& pass) const;
    void backward_down(std::size_t index, const Pass& pass) const;

    HourglassShape shape_;
    int border_;  // of maps that a down convolution reads
    ParameterLayout layout_;
    std::vector<Scale> scales_;
    std::vector<MapRange> inputs_,
        input_gradients_;  // of each scale, and last what the deepest one's down branch gives
    std::optional<Convolution> last_;
    MapRange output_, output_gradient_;
    ArenaRange<float> scratch_;
};

}  // namespace twofold::prior

#endif

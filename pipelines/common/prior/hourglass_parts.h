// The parts of an hourglass: maps, convolutions and batch norms, each with its place in the arena and among the
// parameters.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_PARTS_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_PARTS_H

#include <algorithm>
#include <string_view>

#include "ops/activation/add.h"
#include "ops/batch_norm/batch_norm.h"
#include "ops/conv2d/conv2d_layer.h"
#include "ops/feature_map.h"
#include "pipelines/common/prior/hourglass_shape.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

// A map in the arena with a border of `border` pixels around it.
struct MapRange {
    ArenaRange<float> range;
    int height = 0, width = 0, channels = 0, border = 0;

    static MapRange reserve(ArenaPlan& plan, int height, int width, int channels, int border) {
        const auto side = [border](int length) { return static_cast<std::size_t>(length + 2 * border); };
        return {plan.reserve<float>(side(height) * side(width) * static_cast<std::size_t>(channels)), height, width,
                channels, border};
    }
    // The same memory seen as a smaller map.
    MapRange as(int other_height, int other_width, int other_channels, int other_border) const {
        return {range, other_height, other_width, other_channels, other_border};
    }

    std::ptrdiff_t row() const { return std::ptrdiff_t{width + 2 * border} * channels; }
    ops::FeatureMap inside(const Arena& arena) const {
        return {arena[range].data() + border * (row() + channels), row(), channels, height, width, channels};
    }
    // With its border, with some of it, and without.
    ops::Map whole(const Arena& arena) const { return {arena[range].data(), row()}; }
    ops::Map framed(const Arena& arena, int frame) const {
        return {inside(arena).data - frame * (row() + channels), row()};
    }
    ops::Map inner(const Arena& arena) const { return framed(arena, 0); }
};

// Asked between layers, on the thread that runs the pass: a step over a large image takes seconds. May throw to end it.
class PassWatch {
  public:
    virtual void between_layers() = 0;

  protected:
    ~PassWatch() = default;
};

// What every part needs during a pass.
struct Pass {
    ThreadTeam& team;
    const Arena& arena;
    const float* parameters;
    float* gradient;  // null in forward
    float* scratch;
    PassWatch* watch;  // may be null

    void check() const {
        if (watch) watch->between_layers();
    }
};

struct Convolution {
    ops::Conv2dLayer layer;
    UnitParameters at;
    ArenaRange<float> packed;

    Convolution(const ops::ConvLayerShape& shape, const UnitParameters& parameters, std::string_view implementation,
                int threads)
        : layer(shape, implementation, threads), at(parameters) {}

    void reserve(ArenaPlan& plan) { packed = plan.reserve<float>(layer.packed_size()); }
    void forward(const Pass& pass, ops::ConstMap src, ops::Map dst) const {
        pass.check();
        float* weights = pass.arena[packed].data();
        layer.pack(pass.team, pass.parameters + at.weights, weights);
        layer.forward(pass.team, src, weights, pass.parameters + at.bias, dst, pass.scratch);
    }
    void backward_weights(const Pass& pass, ops::ConstMap src, ops::ConstMap diff_dst) const {
        pass.check();
        layer.backward_weights(pass.team, src, diff_dst, pass.gradient + at.weights, pass.gradient + at.bias,
                               pass.scratch);
    }
    void backward_data(const Pass& pass, ops::ConstMap diff_dst, ops::Map diff_src) const {
        pass.check();
        layer.backward_data(pass.team, diff_dst, pass.arena[packed].data(), diff_src, pass.scratch);
    }
};

// Batch norm and what follows it: LeakyReLU, or nothing for a slope of 1.
struct Norm {
    UnitParameters at;
    int channels = 0;
    float slope = kSlope;
    ArenaRange<float> mean, inv_std;

    void reserve(ArenaPlan& plan) {
        mean = plan.reserve<float>(static_cast<std::size_t>(channels));
        inv_std = plan.reserve<float>(static_cast<std::size_t>(channels));
    }
    void forward(const Pass& pass, ops::ConstFeatureMap src, ops::FeatureMap dst) const {
        ops::batch_norm_forward(pass.team, src, pass.parameters + at.gamma, pass.parameters + at.beta, slope,
                                state(pass.arena), dst, pass.scratch);
    }
    // What forward wrote, once more.
    void repeat(const Pass& pass, ops::ConstFeatureMap src, ops::FeatureMap dst) const {
        ops::batch_norm_repeat(pass.team, src, pass.parameters + at.gamma, pass.parameters + at.beta, slope,
                               state(pass.arena), dst, pass.scratch);
    }
    void backward(const Pass& pass, ops::ConstFeatureMap src, ops::ConstFeatureMap diff_dst,
                  ops::FeatureMap diff_src) const {
        ops::batch_norm_backward(pass.team, src, diff_dst, pass.parameters + at.gamma, pass.parameters + at.beta, slope,
                                 state(pass.arena), diff_src, pass.gradient + at.gamma, pass.gradient + at.beta,
                                 pass.scratch);
    }

  private:
    ops::BatchNormState state(const Arena& arena) const { return {arena[mean].data(), arena[inv_std].data()}; }
};

// A convolution, its batch norm and the map between the two.
struct Unit {
    Convolution convolution;
    Norm norm;
    MapRange before_norm;

    Unit(const ops::ConvLayerShape& shape, const UnitParameters& parameters, std::string_view implementation,
         int threads)
        : convolution(shape, parameters, implementation, threads),
          norm{parameters, shape.out, kSlope, {}, {}},
          before_norm{{}, shape.height, shape.width, shape.out, 0} {}

    void reserve(ArenaPlan& plan) {
        convolution.reserve(plan);
        norm.reserve(plan);
        before_norm = MapRange::reserve(plan, before_norm.height, before_norm.width, before_norm.channels, 0);
    }
    void forward(const Pass& pass, ops::ConstMap src, ops::FeatureMap dst) const {
        convolution.forward(pass, src, before_norm.whole(pass.arena));
        norm.forward(pass, before_norm.inside(pass.arena), dst);
    }
    // Everything up to the gradient of what the convolution put out, which is left in diff_dst's dense map `diff`.
    void backward_weights(const Pass& pass, ops::ConstMap src, ops::ConstFeatureMap diff_dst,
                          ops::FeatureMap diff) const {
        norm.backward(pass, before_norm.inside(pass.arena), diff_dst, diff);
        convolution.backward_weights(pass, src, {diff.data, diff.row});
    }
};

}  // namespace twofold::prior

#endif

// What Conv2dLayer chooses from. The members mean the same as those of Conv2dLayer.
#ifndef TWOFOLD_OPS_CONV2D_LAYER_ALGORITHM_H
#define TWOFOLD_OPS_CONV2D_LAYER_ALGORITHM_H

#include <memory>

#include "ops/conv2d/conv2d_layer.h"

namespace twofold::ops {

class ConvLayerAlgorithm {
  public:
    explicit ConvLayerAlgorithm(const ConvLayerShape& shape) : shape_(shape) {}
    virtual ~ConvLayerAlgorithm() = default;
    const ConvLayerShape& shape() const { return shape_; }

    virtual const char* name() const = 0;
    virtual std::size_t packed_size() const = 0;
    virtual std::size_t scratch_size() const = 0;
    virtual void pack(ThreadTeam& team, const float* weights, float* packed) const = 0;
    virtual void forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                         float* scratch) const = 0;
    virtual void backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src,
                               float* scratch) const = 0;
    virtual void backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                  float* diff_bias, float* scratch) const = 0;

  private:
    ConvLayerShape shape_;
};

// Null for a shape that the algorithm cannot do.
std::unique_ptr<ConvLayerAlgorithm> make_layer_direct(const ConvLayerShape& shape, int threads);
std::unique_ptr<ConvLayerAlgorithm> make_layer_winograd(const ConvLayerShape& shape, int threads);
std::unique_ptr<ConvLayerAlgorithm> make_layer_ref(const ConvLayerShape& shape, int threads);

}  // namespace twofold::ops

#endif

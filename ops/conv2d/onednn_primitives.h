// The one place that knows oneDNN 2 (operation descriptors) from oneDNN 3 (none): makes primitive descriptors.
#ifndef TWOFOLD_OPS_CONV2D_ONEDNN_PRIMITIVES_H
#define TWOFOLD_OPS_CONV2D_ONEDNN_PRIMITIVES_H

#include <oneapi/dnnl/dnnl.hpp>

namespace twofold::ops::onednn {

struct ConvolutionMemory {
    dnnl::memory::desc src, weights, bias, dst;
};

// Unpadded, stride 1, direct, scratch memory handed in by the caller.
inline dnnl::primitive_attr attributes() {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attr;
}

#if DNNL_VERSION_MAJOR >= 3

inline auto forward(const dnnl::engine& engine, const ConvolutionMemory& m) {
    return dnnl::convolution_forward::primitive_desc(engine, dnnl::prop_kind::forward_training,
                                                     dnnl::algorithm::convolution_direct, m.src, m.weights, m.bias,
                                                     m.dst, {1, 1}, {0, 0}, {0, 0}, attributes());
}
inline auto backward_data(const dnnl::engine& engine, const ConvolutionMemory& m,
                          const dnnl::convolution_forward::primitive_desc& hint) {
    return dnnl::convolution_backward_data::primitive_desc(engine, dnnl::algorithm::convolution_direct, m.src,
                                                           m.weights, m.dst, {1, 1}, {0, 0}, {0, 0}, hint,
                                                           attributes());
}
inline auto backward_weights(const dnnl::engine& engine, const ConvolutionMemory& m,
                             const dnnl::convolution_forward::primitive_desc& hint) {
    return dnnl::convolution_backward_weights::primitive_desc(engine, dnnl::algorithm::convolution_direct, m.src,
                                                              m.weights, m.bias, m.dst, {1, 1}, {0, 0}, {0, 0}, hint,
                                                              attributes());
}

#else

inline auto forward(const dnnl::engine& engine, const ConvolutionMemory& m) {
    const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct,
                                               m.src, m.weights, m.bias, m.dst, {1, 1}, {0, 0}, {0, 0});
    return dnnl::convolution_forward::primitive_desc(desc, attributes(), engine);
}
inline auto backward_data(const dnnl::engine& engine, const ConvolutionMemory& m,
                          const dnnl::convolution_forward::primitive_desc& hint) {
    const dnnl::convolution_backward_data::desc desc(dnnl::algorithm::convolution_direct, m.src, m.weights, m.dst,
                                                     {1, 1}, {0, 0}, {0, 0});
    return dnnl::convolution_backward_data::primitive_desc(desc, attributes(), engine, hint);
}
inline auto backward_weights(const dnnl::engine& engine, const ConvolutionMemory& m,
                             const dnnl::convolution_forward::primitive_desc& hint) {
    const dnnl::convolution_backward_weights::desc desc(dnnl::algorithm::convolution_direct, m.src, m.weights, m.bias,
                                                        m.dst, {1, 1}, {0, 0}, {0, 0});
    return dnnl::convolution_backward_weights::primitive_desc(desc, attributes(), engine, hint);
}

#endif

}  // namespace twofold::ops::onednn

#endif

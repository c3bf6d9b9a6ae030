// oneDNN's direct convolutions on channels-last maps. Primitives are made at plan time, one set per size. Weights
// travel in the formats that oneDNN chose for the first size; later sizes are held to them.
//
// oneDNN wants dense maps, so maps with a ring are copied; it keeps small objects of its own on the heap in every call.
#include <omp.h>

#include <algorithm>
#include <list>
#include <stdexcept>

#include "ops/conv2d/conv2d_implementations.h"
#include "ops/conv2d/onednn_primitives.h"

namespace twofold::ops {
namespace {

using dnnl::memory;

// Patches run on our threads, one each: oneDNN must not start its own beneath them.
class SingleThread {
  public:
    SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~SingleThread() { omp_set_num_threads(before_); }
    SingleThread(const SingleThread&) = delete;
    SingleThread& operator=(const SingleThread&) = delete;

  private:
    int before_;
};

const dnnl::engine& cpu_engine() {
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

constexpr std::size_t kLine = 32;  // floats: parts of scratch memory begin on cache lines

std::size_t rounded(std::size_t count) { return (count + kLine - 1) / kLine * kLine; }

memory wrap(const memory::desc& desc, const float* data) {
    return memory(desc, cpu_engine(), const_cast<float*>(data));
}

class Conv2dOneDnn final : public Conv2d {
  public:
    explicit Conv2dOneDnn(const Conv2dShape& shape)
        : Conv2d(shape),
          plain_({shape.out, shape.in, shape.kernel, shape.kernel}, memory::data_type::f32, memory::format_tag::hwio) {
        plan(16, 16);  // fixes the weights' formats
    }

    void plan(int height, int width) override;
    std::size_t packed_size() const override { return rounded(forward_weights_size()) + backward_weights_size(); }
    std::size_t scratch_size(bool) const override { return scratch_size_; }
    void pack(const float* weights, float* packed) const override {
        const SingleThread single;
        dnnl::stream stream(cpu_engine());
        memory src = wrap(plain_, weights);
        memory forward = wrap(forward_weights_, packed);
        memory backward = wrap(backward_weights_, packed + rounded(forward_weights_size()));
        dnnl::reorder(src, forward).execute(stream, src, forward);
        dnnl::reorder(src, backward).execute(stream, src, backward);
        stream.wait();
    }
    void forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope, Map dst,
                 float* scratch) const override;
    void backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation, float slope,
                       Map diff_src, float* scratch) const override;
    void backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights, float* diff_bias,
                          float* scratch) const override;

  private:
    struct Planned {
        int height, width;
        onednn::ConvolutionMemory memory;
        dnnl::convolution_forward::primitive_desc forward_desc;
        dnnl::convolution_backward_data::primitive_desc backward_data_desc;
        dnnl::convolution_backward_weights::primitive_desc backward_weights_desc;
        dnnl::convolution_forward forward;
        dnnl::convolution_backward_data backward_data;
        dnnl::convolution_backward_weights backward_weights;
    };

    const Planned& find(int height, int width) const {
        for (const Planned& planned : planned_)
            if (planned.height == height && planned.width == width) return planned;
        throw std::logic_error("a convolution of a size that was not planned");
    }
    std::size_t forward_weights_size() const { return forward_weights_.get_size() / sizeof(float); }
    std::size_t backward_weights_size() const { return backward_weights_.get_size() / sizeof(float); }
    std::size_t source_size(int height, int width) const {
        const int grow = shape().kernel - 1;
        return rounded(static_cast<std::size_t>(height + grow) * static_cast<std::size_t>(width + grow) *
                       static_cast<std::size_t>(shape().in));
    }
    std::size_t destination_size(int height, int width) const {
        return rounded(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
                       static_cast<std::size_t>(shape().out));
    }
    // Copies rows of `row` floats between maps; skips what is dense already.
    static const float* dense(ConstMap map, int rows, std::ptrdiff_t row, float* buffer) {
        if (map.row == row) return map.data;
        for (int y = 0; y < rows; ++y) std::copy_n(map.data + y * map.row, row, buffer + y * row);
        return buffer;
    }

    memory::desc plain_, forward_weights_, backward_weights_, diff_weights_;
    std::list<Planned> planned_;
    std::size_t scratch_size_ = 0;
};

void Conv2dOneDnn::plan(int height, int width) {
    for (const Planned& planned : planned_)
        if (planned.height == height && planned.width == width) return;
    const SingleThread single;
    const auto [kernel, in, out] = shape();
    const auto f32 = memory::data_type::f32;
    const auto nhwc = memory::format_tag::nhwc;
    const auto any = memory::format_tag::any;
    onednn::ConvolutionMemory m{memory::desc({1, in, height + kernel - 1, width + kernel - 1}, f32, nhwc),
                                memory::desc({out, in, kernel, kernel}, f32, any),
                                memory::desc({out}, f32, memory::format_tag::x),
                                memory::desc({1, out, height, width}, f32, nhwc)};
    const bool first = planned_.empty();
    const memory::desc free = m.weights;
    m.weights = first ? free : forward_weights_;
    const auto forward_desc = onednn::forward(cpu_engine(), m);
    m.weights = first ? free : backward_weights_;
    const auto data_desc = onednn::backward_data(cpu_engine(), m, forward_desc);
    m.weights = first ? free : diff_weights_;
    const auto weights_desc = onednn::backward_weights(cpu_engine(), m, forward_desc);
    if (first) {
        forward_weights_ = forward_desc.weights_desc();
        backward_weights_ = data_desc.weights_desc();
        diff_weights_ = weights_desc.diff_weights_desc();
    }
    planned_.push_back({height, width, m, forward_desc, data_desc, weights_desc,
                        dnnl::convolution_forward(forward_desc), dnnl::convolution_backward_data(data_desc),
                        dnnl::convolution_backward_weights(weights_desc)});
    const std::size_t library =
        rounded(std::max({forward_desc.scratchpad_desc().get_size(), data_desc.scratchpad_desc().get_size(),
                          weights_desc.scratchpad_desc().get_size()}) /
                    sizeof(float) +
                1);
    const std::size_t gradients =
        2 * rounded(diff_weights_.get_size() / sizeof(float)) + rounded(static_cast<std::size_t>(out));
    scratch_size_ =
        std::max(scratch_size_, library + gradients + source_size(height, width) + destination_size(height, width));
}

void Conv2dOneDnn::forward(int height, int width, ConstMap src, const float* packed, const float* bias, float slope,
                           Map dst, float* scratch) const {
    const SingleThread single;
    const auto [kernel, in, out] = shape();
    const Planned& p = find(height, width);
    const std::ptrdiff_t src_row = std::ptrdiff_t{width + kernel - 1} * in, dst_row = std::ptrdiff_t{width} * out;
    const float* dense_src = dense(src, height + kernel - 1, src_row, scratch);
    float* dense_dst = dst.row == dst_row ? dst.data : scratch + source_size(height, width);
    float* library = scratch + source_size(height, width) + destination_size(height, width);
    dnnl::stream stream(cpu_engine());
    p.forward.execute(stream, {{DNNL_ARG_SRC, wrap(p.memory.src, dense_src)},
                               {DNNL_ARG_WEIGHTS, wrap(forward_weights_, packed)},
                               {DNNL_ARG_BIAS, wrap(p.memory.bias, bias)},
                               {DNNL_ARG_DST, wrap(p.memory.dst, dense_dst)},
                               {DNNL_ARG_SCRATCHPAD, wrap(p.forward_desc.scratchpad_desc(), library)}});
    stream.wait();
    for (int y = 0; y < height; ++y)
        for (std::ptrdiff_t i = 0; i < dst_row; ++i) {
            const float value = dense_dst[y * dst_row + i];
            dst.data[y * dst.row + i] = value > 0 ? value : slope * value;
        }
}

void Conv2dOneDnn::backward_data(int height, int width, ConstMap diff_dst, const float* packed, ConstMap activation,
                                 float slope, Map diff_src, float* scratch) const {
    const SingleThread single;
    const auto [kernel, in, out] = shape();
    const Planned& p = find(height, width);
    const int ring = kernel - 1;
    const std::ptrdiff_t src_row = std::ptrdiff_t{width + ring} * in, dst_row = std::ptrdiff_t{width} * out;
    // oneDNN supplies the zeros around diff_dst itself.
    const ConstMap inner(diff_dst.data + ring * diff_dst.row + ring * out, diff_dst.row);
    float* dense_src = scratch;
    const float* dense_dst = dense(inner, height, dst_row, scratch + source_size(height, width));
    float* library = scratch + source_size(height, width) + destination_size(height, width);
    dnnl::stream stream(cpu_engine());
    p.backward_data.execute(stream,
                            {{DNNL_ARG_DIFF_DST, wrap(p.memory.dst, dense_dst)},
                             {DNNL_ARG_WEIGHTS, wrap(backward_weights_, packed + rounded(forward_weights_size()))},
                             {DNNL_ARG_DIFF_SRC, wrap(p.memory.src, dense_src)},
                             {DNNL_ARG_SCRATCHPAD, wrap(p.backward_data_desc.scratchpad_desc(), library)}});
    stream.wait();
    for (int y = 0; y < height + ring; ++y)
        for (std::ptrdiff_t i = 0; i < src_row; ++i) {
            const bool negative = activation.data && !(activation.data[y * activation.row + i] > 0);
            diff_src.data[y * diff_src.row + i] = (negative ? slope : 1) * dense_src[y * src_row + i];
        }
}

void Conv2dOneDnn::backward_weights(int height, int width, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                    float* diff_bias, float* scratch) const {
    const SingleThread single;
    const auto [kernel, in, out] = shape();
    const Planned& p = find(height, width);
    const float* dense_src = dense(src, height + kernel - 1, std::ptrdiff_t{width + kernel - 1} * in, scratch);
    float* rest = scratch + source_size(height, width);
    const float* dense_dst = dense(diff_dst, height, std::ptrdiff_t{width} * out, rest);
    float* blocked = rest + destination_size(height, width);
    float* plain = blocked + rounded(diff_weights_.get_size() / sizeof(float));
    float* bias = plain + rounded(shape().weights());
    float* library = bias + rounded(static_cast<std::size_t>(out));
    dnnl::stream stream(cpu_engine());
    memory blocked_memory = wrap(diff_weights_, blocked), plain_memory = wrap(plain_, plain);
    p.backward_weights.execute(stream,
                               {{DNNL_ARG_SRC, wrap(p.memory.src, dense_src)},
                                {DNNL_ARG_DIFF_DST, wrap(p.memory.dst, dense_dst)},
                                {DNNL_ARG_DIFF_WEIGHTS, blocked_memory},
                                {DNNL_ARG_DIFF_BIAS, wrap(p.memory.bias, bias)},
                                {DNNL_ARG_SCRATCHPAD, wrap(p.backward_weights_desc.scratchpad_desc(), library)}});
    dnnl::reorder(blocked_memory, plain_memory).execute(stream, blocked_memory, plain_memory);
    stream.wait();
    for (std::size_t i = 0; i < shape().weights(); ++i) diff_weights[i] += plain[i];
    for (int o = 0; o < out; ++o) diff_bias[o] += bias[o];
}

}  // namespace

std::unique_ptr<Conv2d> make_conv2d_onednn(const Conv2dShape& shape) {
    try {
        return std::make_unique<Conv2dOneDnn>(shape);
    } catch (const dnnl::error&) {
        return nullptr;  // no kernel for this shape on this machine
    }
}

}  // namespace twofold::ops

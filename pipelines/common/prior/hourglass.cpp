#include "pipelines/common/prior/hourglass.h"

#include <algorithm>
#include <utility>

#include "ops/activation/sigmoid.h"
#include "ops/padding/reflect_border.h"
#include "runtime/error.h"

namespace twofold::prior {

namespace {

// With stride 2 the last row and column of the border are not read by the convolution, so that it writes no gradient
// there.
void clear_last_edges(const MapRange& map, const Arena& arena) {
    const ops::Map whole = map.whole(arena);
    const std::ptrdiff_t rows = map.height + 2 * map.border;
    std::fill_n(whole.data + (rows - 1) * whole.row, whole.row, 0.0f);
    for (std::ptrdiff_t y = 0; y + 1 < rows; ++y)
        std::fill_n(whole.data + (y + 1) * whole.row - map.channels, map.channels, 0.0f);
}

}  // namespace

Hourglass::Hourglass(const HourglassShape& shape, std::string_view implementation, int threads)
    : shape_(shape), border_(shape.down_kernel / 2) {
    if (shape.skip_kernel % 2 == 0 || shape.skip_kernel > shape.down_kernel)
        throw Error(ErrorCode::kUnsupported, "the kernel of the skips must be odd and not larger than the others");
    for (std::size_t i = 0; i < shape.depth(); ++i) scales_.push_back(make_scale(i, implementation, threads));
    const int channels = shape.depth() > 0 ? shape.scales[0].up : shape.in;
    last_.emplace(ops::ConvLayerShape{1, 1, channels, shape.out, shape.height, shape.width},
                  layout_.add_convolution(1, channels, shape.out), implementation, threads);
}

Hourglass::Scale Hourglass::make_scale(std::size_t index, std::string_view implementation, int threads) {
    const auto [down, up, skip] = shape_.scales[index];
    const int height = shape_.scale_height(index), width = shape_.scale_width(index);
    const int in = shape_.scale_in(index), kernel = shape_.down_kernel;
    const auto unit = [&](int k, int stride, int from, int to, int h, int w) {
        return Unit(ops::ConvLayerShape{k, stride, from, to, h, w}, layout_.add_unit(k, from, to), implementation,
                    threads);
    };
    Unit down_first = unit(kernel, 2, in, down, height / 2, width / 2);
    Unit down_second = unit(kernel, 1, down, down, height / 2, width / 2);
    const MergeShape merged{shape_.deeper(index), skip, up, height, width, shape_.upsampling};
    const UnitParameters merged_norm = layout_.add_batch_norm(merged.merged());
    const UnitParameters merged_unit = layout_.add_unit(3, merged.merged(), up);
    Scale scale{{},
                std::move(down_first),
                std::move(down_second),
                {},
                Merge(merged, merged_norm, merged_unit, implementation, threads),
                {},
                {},
                {},
                {}};
    if (skip > 0) scale.skip.emplace(unit(shape_.skip_kernel, 1, in, skip, height, width));
    if (shape_.up_1x1) scale.up_1x1.emplace(unit(1, 1, up, up, height, width));
    return scale;
}

double Hourglass::flops() const {
    double flops = 3 * last_->layer.shape().flops();
    for (std::size_t i = 0; i < scales_.size(); ++i) {
        const Scale& scale = scales_[i];
        // Nobody asks for the gradient of the network's input.
        const double passes = i == 0 ? 2 : 3;
        flops += passes * scale.down_first.convolution.layer.shape().flops();
        flops += 3 * scale.down_second.convolution.layer.shape().flops() + scale.merge.flops();
        if (scale.skip) flops += passes * scale.skip->convolution.layer.shape().flops();
        if (scale.up_1x1) flops += 3 * scale.up_1x1->convolution.layer.shape().flops();
    }
    return flops;
}

void Hourglass::reserve(ArenaPlan& plan) {
    std::size_t scratch = last_->layer.scratch_size();
    const auto take = [&](Unit& unit) {
        unit.reserve(plan);
        const auto& shape = unit.convolution.layer.shape();
        scratch = std::max({scratch, unit.convolution.layer.scratch_size(),
                            ops::batch_norm_scratch(shape.height, shape.width, shape.out)});
    };
    inputs_.clear();
    input_gradients_.assign(1, MapRange{});
    inputs_.push_back(MapRange::reserve(plan, shape_.height, shape_.width, shape_.in, border_));
    for (std::size_t i = 0; i < scales_.size(); ++i) {
        Scale& scale = scales_[i];
        const auto [down, up, skip] = shape_.scales[i];
        const int height = shape_.scale_height(i), width = shape_.scale_width(i);
        const int in = i > 0 ? shape_.scale_in(i) : 0;  // nobody asks for the gradient of the network's input
        take(scale.down_first);
        take(scale.down_second);
        if (scale.skip) take(*scale.skip);
        if (scale.up_1x1) take(*scale.up_1x1);
        scale.merge.reserve(plan);
        scratch = std::max(scratch, scale.merge.scratch_size());
        scale.down_map = MapRange::reserve(plan, height / 2, width / 2, down, border_);
        // Some maps lend their memory to others during the passes.
        scale.result =
            MapRange::reserve(plan, height, width, std::max(up, in), shape_.skip_kernel / 2).as(height, width, up, 0);
        const int border = 2 * border_;
        scale.gradient = {plan.reserve<float>(std::max({ops::dense_size(height, width, std::max(up, skip)),
                                                        ops::dense_size(height / 2 + border, width / 2 + border, down),
                                                        scale.merge.spread_size()})),
                          height, width, up, 0};
        scale.up_map = scale.result;
        const int next_border = i + 1 < scales_.size() ? border_ : 0;
        inputs_.push_back(MapRange::reserve(plan, height / 2, width / 2, down, next_border));
        input_gradients_.push_back(MapRange::reserve(plan, height / 2, width / 2, down, next_border));
    }
    last_->reserve(plan);
    output_ = MapRange::reserve(plan, shape_.height, shape_.width, shape_.out, 0);
    output_gradient_ = MapRange::reserve(plan, shape_.height, shape_.width, shape_.out, 0);
    scratch_ = plan.reserve<float>(scratch);
}

// It is laid out last.
void Hourglass::clear_last_layer(float* parameters) const {
    std::fill(parameters + last_->at.weights, parameters + layout_.size(), 0.0f);
}

void Hourglass::forward(ThreadTeam& team, const Arena& arena, const float* parameters, PassWatch* watch,
                        ops::ConstFeatureMap offset) const {
    const Pass pass{team, arena, parameters, nullptr, arena[scratch_].data(), watch};
    if (!scales_.empty()) forward_scale(0, pass);
    const ops::Map last_input = scales_.empty() ? inputs_[0].inner(arena) : scales_[0].result.whole(arena);
    last_->forward(pass, last_input, output_.whole(arena));
    if (offset.data) ops::add(team, offset, output(arena));
    ops::sigmoid_forward(team, output(arena), output(arena));
}

void Hourglass::forward_scale(std::size_t index, const Pass& pass) const {
    const Scale& scale = scales_[index];
    const MapRange& input = inputs_[index];
    const MapRange& next = inputs_[index + 1];
    ops::reflect_border_forward(pass.team, input.inside(pass.arena), input.border);
    scale.down_first.forward(pass, input.whole(pass.arena), scale.down_map.inside(pass.arena));
    ops::reflect_border_forward(pass.team, scale.down_map.inside(pass.arena), border_);
    scale.down_second.forward(pass, scale.down_map.whole(pass.arena), next.inside(pass.arena));
    if (index + 1 < scales_.size()) forward_scale(index + 1, pass);

    const Arena& arena = pass.arena;
    if (scale.skip) scale.skip->forward(pass, input.framed(arena, shape_.skip_kernel / 2), scale.merge.skip(arena));
    scale.merge.forward(pass, deeper(index).inside(arena), scale.up_map.inside(arena),
                        scale.gradient.whole(arena).data);
    if (scale.up_1x1) scale.up_1x1->forward(pass, scale.up_map.whole(arena), scale.result.inside(arena));
}

const MapRange& Hourglass::deeper(std::size_t index) const {
    return index + 1 == scales_.size() ? inputs_[index + 1] : scales_[index + 1].result;
}

void Hourglass::backward(ThreadTeam& team, const Arena& arena, const float* parameters, float* gradient,
                         PassWatch* watch) const {
    const Pass pass{team, arena, parameters, gradient, arena[scratch_].data(), watch};
    ops::sigmoid_backward(team, output(arena), output_gradient(arena), output_gradient(arena));
    const ops::Map last_input = scales_.empty() ? inputs_[0].inner(arena) : scales_[0].result.whole(arena);
    last_->backward_weights(pass, last_input, output_gradient_.whole(arena));
    if (scales_.empty()) return;
    last_->backward_data(pass, output_gradient_.whole(arena), scales_[0].gradient.whole(arena));
    backward_scale(0, pass);
}

// The gradient of the scale's result lies in `gradient`.
void Hourglass::backward_scale(std::size_t index, const Pass& pass) const {
    backward_up(index, pass);
    backward_skip(index, pass);
    if (index + 1 < scales_.size()) backward_scale(index + 1, pass);
    backward_down(index, pass);
}

void Hourglass::backward_up(std::size_t index, const Pass& pass) const {
    const Scale& scale = scales_[index];
    const Arena& arena = pass.arena;
    const ops::FeatureMap gradient = scale.gradient.inside(arena), result = scale.result.inside(arena);
    ops::FeatureMap diff = gradient;
    if (scale.up_1x1) {
        scale.merge.norm().repeat(pass, scale.merge.before_norm().inside(arena), scale.up_map.inside(arena));
        scale.up_1x1->backward_weights(pass, scale.up_map.whole(arena), gradient, gradient);
        scale.up_1x1->convolution.backward_data(pass, scale.gradient.whole(arena), scale.result.whole(arena));
        diff = result;
    }
    const MapRange& target = index + 1 == scales_.size() ? input_gradients_[index + 1] : scales_[index + 1].gradient;
    scale.merge.backward(pass, deeper(index).inside(arena), diff, result, target.inside(arena), gradient.data);
}

// Leaves the skip branch's part of the gradient of the scale's input in the memory of `result`.
void Hourglass::backward_skip(std::size_t index, const Pass& pass) const {
    const Scale& scale = scales_[index];
    if (!scale.skip) return;
    const Arena& arena = pass.arena;
    const MapRange& input = inputs_[index];
    const int channels = shape_.scales[index].skip, border = shape_.skip_kernel / 2;
    const MapRange diff = scale.gradient.as(input.height, input.width, channels, 0);
    scale.skip->backward_weights(pass, input.framed(arena, border), scale.merge.skip_gradient(arena),
                                 diff.inside(arena));
    if (index == 0) return;
    const MapRange diff_input = scale.result.as(input.height, input.width, input.channels, border);
    scale.skip->convolution.backward_data(pass, diff.whole(arena), diff_input.whole(arena));
    ops::reflect_border_backward(pass.team, diff_input.inside(arena), border);
}

void Hourglass::backward_down(std::size_t index, const Pass& pass) const {
    const Scale& scale = scales_[index];
    const Arena& arena = pass.arena;
    const MapRange& next = input_gradients_[index + 1];
    scale.down_second.backward_weights(pass, scale.down_map.whole(arena), next.inside(arena), next.inside(arena));
    const MapRange middle = scale.gradient.as(next.height, next.width, next.channels, border_);
    scale.down_second.convolution.backward_data(pass, next.inner(arena), middle.whole(arena));
    ops::reflect_border_backward(pass.team, middle.inside(arena), border_);
    scale.down_first.backward_weights(pass, inputs_[index].whole(arena), middle.inside(arena), middle.inside(arena));
    if (index == 0) return;
    const MapRange& diff = input_gradients_[index];
    clear_last_edges(diff, arena);
    scale.down_first.convolution.backward_data(pass, middle.inner(arena), diff.whole(arena));
    ops::reflect_border_backward(pass.team, diff.inside(arena), diff.border);
    if (!scale.skip) return;
    const MapRange skip = scale.result.as(diff.height, diff.width, diff.channels, shape_.skip_kernel / 2);
    ops::add(pass.team, skip.inside(arena), diff.inside(arena));
}

}  // namespace twofold::prior

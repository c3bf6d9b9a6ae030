#include "pipelines/common/prior/hourglass_merge.h"

#include <algorithm>

#include "ops/activation/bias.h"
#include "ops/padding/reflect_border.h"

namespace twofold::prior {

Merge::Merge(const MergeShape& shape, const UnitParameters& merged_norm, const UnitParameters& unit,
             std::string_view implementation, int threads)
    : shape_(shape),
      at_(unit),
      upsampled_(shape.deeper, shape.out, shape.height / 2, shape.width / 2, shape.upsampling, implementation, threads),
      deeper_norm_(merged_norm),
      norm_{unit, shape.out, kSlope, {}, {}} {
    if (shape.skip == 0) return;
    beside_.emplace(ops::ConvLayerShape{3, 1, shape.skip, shape.out, shape.height, shape.width}, implementation,
                    threads);
    // The skip's channels come after those from the deeper scale.
    const auto after = static_cast<std::size_t>(shape.deeper);
    skip_norm_ = {{0, 0, merged_norm.gamma + after, merged_norm.beta + after}, shape.skip, 1, {}, {}};
}

double Merge::flops() const {
    return 3 * ops::ConvLayerShape{3, 1, shape_.merged(), shape_.out, shape_.height, shape_.width}.flops();
}

void Merge::reserve(ArenaPlan& plan) {
    const auto [deeper, skip, out, height, width, kind] = shape_;
    packed_ = plan.reserve<float>(upsampled_.packed_size());
    deeper_mean_ = plan.reserve<float>(static_cast<std::size_t>(deeper));
    deeper_inv_std_ = plan.reserve<float>(static_cast<std::size_t>(deeper));
    deeper_normed_ = MapRange::reserve(plan, height / 2, width / 2, deeper, 1);
    norm_.reserve(plan);
    before_norm_ = MapRange::reserve(plan, height, width, out, 0);
    if (!beside_) return;
    packed_beside_ = plan.reserve<float>(beside_->packed_size());
    skip_norm_.reserve(plan);
    skip_ = MapRange::reserve(plan, height, width, skip, 0);
    skip_normed_ = MapRange::reserve(plan, height, width, skip, 1);
}

// Of the skip's part of the weights, in whole cache lines.
std::size_t Merge::skip_weights() const {
    return ops::whole_cache_lines(static_cast<std::size_t>(9 * shape_.skip * shape_.out));
}

std::size_t Merge::scratch_size() const {
    const auto [deeper, skip, out, height, width, kind] = shape_;
    return std::max({upsampled_.scratch_size(), skip_weights() + (beside_ ? beside_->scratch_size() : 0),
                     ops::bias_scratch(height, out), ops::batch_norm_scratch(height, width, out),
                     ops::batch_norm_scratch(height, width, skip),
                     ops::batch_norm_scratch(height / 2, width / 2, deeper)});
}

void Merge::forward(const Pass& pass, ops::ConstFeatureMap deeper, ops::FeatureMap dst, float* spread) const {
    const Arena& arena = pass.arena;
    const float *weights = pass.parameters + at_.weights, *bias = pass.parameters + at_.bias;
    const ops::FeatureMap sum = before_norm_.inside(arena);
    const std::ptrdiff_t skip_tap = std::ptrdiff_t{shape_.skip} * shape_.out;
    if (beside_) {
        skip_norm_.forward(pass, skip(arena), skip_normed_.inside(arena));
        ops::reflect_border_forward(pass.team, skip_normed_.inside(arena), 1);
        float *own = pass.scratch, *packed = arena[packed_beside_].data();
        for (int t = 0; t < 9; ++t) std::copy_n(weights + (t + 1) * tap() - skip_tap, skip_tap, own + t * skip_tap);
        pass.check();
        beside_->pack(pass.team, own, packed);
        beside_->forward(pass.team, skip_normed_.whole(arena), packed, bias, before_norm_.whole(arena),
                         pass.scratch + skip_weights());
    } else {
        ops::bias_forward(pass.team, bias, sum);
    }
    const ops::FeatureMap normed = deeper_normed_.inside(arena);
    ops::batch_norm_upsampled_forward(pass.team, shape_.upsampling, deeper, pass.parameters + deeper_norm_.gamma,
                                      pass.parameters + deeper_norm_.beta, deeper_state(arena), normed, pass.scratch);
    pass.check();
    upsampled_.pack(pass.team, weights, tap(), arena[packed_].data(), pass.scratch);
    upsampled_.forward(pass.team, normed, arena[packed_].data(), sum, spread, pass.scratch);
    norm_.forward(pass, sum, dst);
}

void Merge::backward(const Pass& pass, ops::ConstFeatureMap deeper, ops::ConstFeatureMap diff_dst, ops::FeatureMap diff,
                     ops::FeatureMap diff_deeper, float* spread) const {
    const Arena& arena = pass.arena;
    norm_.backward(pass, before_norm_.inside(arena), diff_dst, diff);
    const ops::FeatureMap normed = deeper_normed_.inside(arena);
    pass.check();
    upsampled_.backward(pass.team, normed, diff, arena[packed_].data(), pass.gradient + at_.weights, tap(), normed,
                        spread, pass.scratch);
    ops::batch_norm_upsampled_backward(pass.team, shape_.upsampling, deeper, normed,
                                       pass.parameters + deeper_norm_.gamma, pass.parameters + deeper_norm_.beta,
                                       deeper_state(arena), diff_deeper, pass.gradient + deeper_norm_.gamma,
                                       pass.gradient + deeper_norm_.beta, pass.scratch);
    if (beside_)
        backward_skip(pass, diff);
    else
        ops::bias_backward(pass.team, diff, pass.gradient + at_.bias, pass.scratch);
}

void Merge::backward_skip(const Pass& pass, ops::FeatureMap diff) const {
    const Arena& arena = pass.arena;
    const ops::ConstMap diff_sum{diff.data, diff.row};
    float *own = pass.scratch, *scratch = pass.scratch + skip_weights();
    const std::ptrdiff_t skip_tap = std::ptrdiff_t{shape_.skip} * shape_.out;
    pass.check();
    beside_->backward_weights(pass.team, skip_normed_.whole(arena), diff_sum, own, pass.gradient + at_.bias, scratch);
    for (int t = 0; t < 9; ++t)
        std::copy_n(own + t * skip_tap, skip_tap, pass.gradient + at_.weights + (t + 1) * tap() - skip_tap);
    beside_->backward_data(pass.team, diff_sum, arena[packed_beside_].data(), skip_normed_.whole(arena), scratch);
    ops::reflect_border_backward(pass.team, skip_normed_.inside(arena), 1);
    skip_norm_.backward(pass, skip(arena), skip_normed_.inside(arena), skip_normed_.inside(arena));
}

}  // namespace twofold::prior

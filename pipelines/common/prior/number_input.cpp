#include "pipelines/common/prior/number_input.h"

#include <algorithm>

#include "ops/noise/normal_field.h"

namespace twofold::prior {
namespace {

// Streams of random numbers, one a purpose.
constexpr std::uint64_t kBase = 0x64697010, kNoise = 0x64697011;

}  // namespace

NumberInput::NumberInput(const Recipe& recipe, int height, int width, std::uint64_t seed)
    : coordinates_(recipe.input == InputKind::kMeshGrid),
      height_(height),
      width_(width),
      channels_(coordinates_ ? 2 : recipe.in),
      noise_(static_cast<float>(recipe.input_noise)),
      seed_(seed) {}

void NumberInput::reserve(ArenaPlan& plan) { base_ = plan.reserve<float>(ops::dense_size(height_, width_, channels_)); }

ops::FeatureMap NumberInput::base(const Arena& arena) const {
    return ops::dense_map(arena[base_].data(), height_, width_, channels_);
}

void NumberInput::begin(ThreadTeam& team, const Arena& arena, const DataTerm&) {
    const ops::FeatureMap numbers = base(arena);
    if (!coordinates_) {
        ops::fill_uniform(team, {seed_, kBase, 0}, 0, 0.1f, numbers);
        return;
    }
    for (int y = 0; y < height_; ++y)
        for (int x = 0; x < width_; ++x) {
            numbers.at(y, x)[0] = static_cast<float>(x) / static_cast<float>(std::max(1, width_ - 1));
            numbers.at(y, x)[1] = static_cast<float>(y) / static_cast<float>(std::max(1, height_ - 1));
        }
}

void NumberInput::write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) {
    const std::uint64_t counters = ops::random_field_counters(height_, width_, channels_);
    ops::fill_normal(team, normals_, {seed_, kNoise, static_cast<std::uint64_t>(step) * counters}, noise_, base(arena),
                     input);
}

}  // namespace twofold::prior

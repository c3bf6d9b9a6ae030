#include "pipelines/common/prior/hourglass_shape.h"

#include <algorithm>
#include <cmath>

#include "ops/feature_map.h"
#include "runtime/random.h"

namespace twofold::prior {
namespace {

constexpr std::uint64_t kInitialStream = 0x64697001;  // random numbers of this purpose

}  // namespace

std::size_t possible_scales(std::int64_t height, std::int64_t width, int down_kernel, std::size_t wanted) {
    const std::int64_t needed = down_kernel / 2 + 1;
    std::size_t scales = 0;
    // Sides are rounded up to a multiple of 2^scales, so that the coarsest side is the quotient rounded up.
    while (scales < wanted) {
        const std::int64_t step = std::int64_t{1} << (scales + 1);
        if ((std::min(height, width) + step - 1) / step < needed) break;
        ++scales;
    }
    return scales;
}

std::size_t ParameterLayout::add(ParameterBlock::Kind kind, int rows, int columns, int fan_in) {
    const std::size_t offset = size_;
    blocks_.push_back({kind, offset, rows, columns, fan_in});
    // Blocks begin on cache lines: kernels load whole vectors.
    size_ += ops::whole_cache_lines(blocks_.back().size());
    return offset;
}

UnitParameters ParameterLayout::add_convolution(int kernel, int in, int out) {
    const int fan_in = kernel * kernel * in;
    UnitParameters unit{};
    unit.weights = add(ParameterBlock::Kind::kWeights, fan_in, out, fan_in);
    unit.bias = add(ParameterBlock::Kind::kBias, 1, out, fan_in);
    return unit;
}

UnitParameters ParameterLayout::add_batch_norm(int channels) {
    UnitParameters unit{};
    unit.gamma = add(ParameterBlock::Kind::kGamma, 1, channels, 0);
    unit.beta = add(ParameterBlock::Kind::kBeta, 1, channels, 0);
    return unit;
}

UnitParameters ParameterLayout::add_unit(int kernel, int in, int out) {
    UnitParameters unit = add_convolution(kernel, in, out);
    const UnitParameters norm = add_batch_norm(out);
    unit.gamma = norm.gamma;
    unit.beta = norm.beta;
    return unit;
}

void ParameterLayout::initialise(std::uint64_t seed, float* parameters) const {
    std::fill_n(parameters, size_, 0.0f);
    for (const ParameterBlock& block : blocks_) {
        float* values = parameters + block.offset;
        if (block.kind == ParameterBlock::Kind::kBeta) continue;
        if (block.kind == ParameterBlock::Kind::kGamma) {
            std::fill_n(values, block.size(), 1.0f);
            continue;
        }
        const double bound = 1 / std::sqrt(static_cast<double>(block.fan_in));
        for (std::size_t i = 0; i < block.size(); i += 4) {
            const RandomBlock words = random_block(seed, kInitialStream, block.offset + i);
            for (std::size_t k = 0; k < std::min<std::size_t>(4, block.size() - i); ++k)
                values[i + k] = static_cast<float>(bound * (2 * uniform_open(words[k]) - 1));
        }
    }
}

}  // namespace twofold::prior

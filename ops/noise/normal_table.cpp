#include "ops/noise/normal_table.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/random.h"

namespace twofold::ops {

NormalTable::NormalTable() {
    // Quantiles at the middles of equal shares of probability, by Newton's method from the neighbour's value.
    double x = 0, squares = 0;
    for (std::size_t i = kEntries / 2; i < kEntries; ++i) {
        const double upper = 1 - (static_cast<double>(i) + 0.5) / kEntries;
        for (int round = 0; round < 20; ++round) {
            const double tail = 0.5 * std::erfc(x / std::numbers::sqrt2);
            const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
            // Convex beyond the mean: steps that are cut short still come from below.
            x += std::min((tail - upper) / density, 0.5);
        }
        quantiles_[i] = static_cast<float>(x);
        quantiles_[kEntries - 1 - i] = static_cast<float>(-x);
        squares += 2 * x * x;
    }
    // The middles lose a little of the tails' variance.
    const auto scale = static_cast<float>(1 / std::sqrt(squares / kEntries));
    for (float& value : quantiles_) value *= scale;
}

void NormalTable::fill(std::uint64_t seed, std::uint64_t stream, std::size_t count, float* dst) const {
    for (std::size_t i = 0; i < count; i += 8) {
        const RandomBlock words = random_block(seed, stream, i / 8);
        float eight[8];
        for (std::size_t j = 0; j < 4; ++j) {
            eight[2 * j] = quantiles_[words[j] & 0xFFF];
            eight[2 * j + 1] = quantiles_[words[j] >> 16 & 0xFFF];
        }
        std::copy_n(eight, std::min<std::size_t>(8, count - i), dst + i);
    }
}

}  // namespace twofold::ops

// Reproducible numbers for tests.
#ifndef TWOFOLD_TESTS_SUPPORT_RANDOM_VALUES_H
#define TWOFOLD_TESTS_SUPPORT_RANDOM_VALUES_H

#include <cstddef>
#include <vector>

#include "runtime/random.h"

namespace twofold::test {

// `count` numbers uniform in (-scale/2, scale/2).
inline std::vector<float> random_values(std::size_t count, std::uint64_t stream, double scale = 1) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const RandomBlock words = random_block(1234, stream, i / 4);
        values[i] = static_cast<float>(scale * (uniform_open(words[i % 4]) - 0.5));
    }
    return values;
}

}  // namespace twofold::test

#endif

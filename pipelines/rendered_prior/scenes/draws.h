// A sequence of random numbers of its own for each scene.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_DRAWS_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_DRAWS_H

#include <cmath>
#include <cstdint>

#include "runtime/random.h"

namespace twofold::rendered {

class Draws {
  public:
    Draws(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

    double uniform() { return uniform_open(word()); }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    // Every factor is as likely as any other.
    double log_uniform(double low, double high) { return low * std::pow(high / low, uniform()); }
    double normal() {
        const std::uint32_t a = word(), b = word();
        return normal_pair(a, b)[0];
    }
    std::int64_t index(std::int64_t count) { return uniform_index(word(), count); }
    bool chance(double share) { return uniform() < share; }

  private:
    std::uint32_t word() {
        if (used_ == block_.size()) {
            block_ = random_block(seed_, stream_, counter_++);
            used_ = 0;
        }
        return block_[used_++];
    }

    std::uint64_t seed_, stream_, counter_ = 0;
    RandomBlock block_{};
    std::size_t used_ = block_.size();
};

}  // namespace twofold::rendered

#endif

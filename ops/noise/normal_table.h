// Fast normal numbers: a table of quantiles indexed by twelve random bits, eight numbers from one counter block.
#ifndef TWOFOLD_OPS_NOISE_NORMAL_TABLE_H
#define TWOFOLD_OPS_NOISE_NORMAL_TABLE_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace twofold::ops {

class NormalTable {
  public:
    NormalTable();

    // `count` numbers of mean 0 and variance 1, a pure function of seed, stream and the number's index.
    void fill(std::uint64_t seed, std::uint64_t stream, std::size_t count, float* dst) const;

    // Numbers from one counter block: two from each word, the low 12 bits of either half.
    static constexpr int kBlock = 8;
    static constexpr std::size_t kEntries = 4096;
    float quantile(std::size_t index) const { return quantiles_[index]; }
    const float* quantiles() const { return quantiles_.data(); }

  private:
    std::array<float, kEntries> quantiles_;
};

}  // namespace twofold::ops

#endif

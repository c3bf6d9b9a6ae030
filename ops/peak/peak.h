// The float32 peak of one core: what the other figures are shares of.
#ifndef TWOFOLD_OPS_PEAK_PEAK_H
#define TWOFOLD_OPS_PEAK_PEAK_H

#include <cstdint>

namespace twofold::ops {

// Runs `rounds` rounds of independent multiply-adds on vectors of the instruction set in use and returns the number of
// floating point operations done. `sink` holds 12 start values and receives a result, so that no compiler can drop the
// work.
double run_multiply_adds(std::int64_t rounds, float* sink);

}  // namespace twofold::ops

#endif

// Adam (Kingma & Ba, ICLR 2015, arXiv 1412.6980), without weight decay.
#ifndef TWOFOLD_OPS_OPTIMIZER_ADAM_H
#define TWOFOLD_OPS_OPTIMIZER_ADAM_H

#include <cstddef>
#include <cstdint>

namespace twofold::ops {

struct AdamConstants {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
};

// One update of `count` parameters. `first` and `second` are the moments, zero before the first step; `step` counts
// from 1.
void adam_step(std::size_t count, std::int64_t step, double learning_rate, const AdamConstants& constants,
               const float* gradient, float* first, float* second, float* parameters);

}  // namespace twofold::ops

#endif

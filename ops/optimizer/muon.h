// Muon: momentum whose update is orthogonalised by Newton-Schulz steps (Jordan et al. 2024), for weight matrices.
//
// A weight matrix W of rows x columns (rows = kernel * kernel * in, columns = out, as convolutions store it) moves
// along U = g + momentum * m, m = momentum * m + g, with U replaced by X after `kMuonIterations` steps of
//   X <- X (a I + b X'X + c (X'X)^2),   X0 = U / |U|,   (a, b, c) = (3.4445, -4.7750, 2.0315)
// which brings all singular values near 1, scaled by sqrt(max(1, columns / rows)).
#ifndef TWOFOLD_OPS_OPTIMIZER_MUON_H
#define TWOFOLD_OPS_OPTIMIZER_MUON_H

#include <cstddef>

namespace twofold::ops {

constexpr int kMuonIterations = 5;

struct MuonShape {
    int rows;
    int columns;
    std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
    // Floats of scratch memory that a step takes.
    std::size_t scratch() const;
};

// momentum_buffer is m, zero before the first step; scratch is aligned to a cache line.
void muon_step(const MuonShape& shape, double learning_rate, double momentum, const float* gradient,
               float* momentum_buffer, float* weights, float* scratch);

// The same in plain loops and double precision: the specification. `scratch` is not needed.
void muon_step_ref(const MuonShape& shape, double learning_rate, double momentum, const float* gradient,
                   float* momentum_buffer, float* weights);

}  // namespace twofold::ops

#endif

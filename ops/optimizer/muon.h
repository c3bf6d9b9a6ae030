// Muon: momentum whose update is orthogonalised by Newton-Schulz steps (Jordan et al. 2024), for weight matrices.
//
// A weight matrix W of rows x columns (rows = kernel * kernel * in, columns = out, as convolutions store it) moves
// along U = g + momentum * m, m = momentum * m + g, with U replaced by X after kMuonIterations steps of
//   X <- X (a I + b X'X + c (X'X)^2),   X0 = U / |U|,   (a, b, c) = (3.4445, -4.7750, 2.0315)
// which brings all singular values near 1, scaled by sqrt(max(1, columns / rows)).
//
// All of those polynomials P commute, so that the next X'X is P X'X P: only U'U and the last product with U, X = U P P'
// ..., take all rows, and the steps are products of small matrices.
#ifndef TWOFOLD_OPS_OPTIMIZER_MUON_H
#define TWOFOLD_OPS_OPTIMIZER_MUON_H

#include <cstddef>

namespace twofold::ops {

constexpr int kMuonIterations = 5;

struct MuonShape {
    int rows;
    int columns;
    std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

// The tensors of a step.
struct MuonTensors {
    const float* gradient;
    float* momentum;  // m, zero before the first step
    float* weights;
    float* scratch;  // of scratch_size() floats, aligned to a cache line
};

// A step in phases, so that threads can share one matrix: all chunks of a phase may run at the same time, and every
// chunk of a phase must be done before the next phase begins. The result does not depend on who runs what.
class Muon {
  public:
    explicit Muon(const MuonShape& shape);
    int chunks() const { return chunks_; }
    static constexpr int phases() { return 3; }
    std::size_t scratch_size() const;
    double flops() const;

    void run(int phase, int chunk, double learning_rate, double momentum, const MuonTensors& tensors) const;

  private:
    struct Scratch;
    void prepare(int chunk, float momentum, const MuonTensors& tensors, const Scratch& scratch) const;
    void iterate(const Scratch& scratch) const;
    void update(int chunk, float rate, const MuonTensors& tensors, const Scratch& scratch) const;
    int first_row(int chunk) const;
    std::ptrdiff_t square() const { return std::ptrdiff_t{padded_} * padded_; }

    MuonShape shape_;
    int padded_;  // columns, rounded up to what the kernels want
    int chunks_;  // groups of rows
};

// All phases of a step, one after another.
void muon_step(const MuonShape& shape, double learning_rate, double momentum, const MuonTensors& tensors);

// The same in plain loops and double precision: the specification. The scratch memory is not used.
void muon_step_ref(const MuonShape& shape, double learning_rate, double momentum, const MuonTensors& tensors);

}  // namespace twofold::ops

#endif

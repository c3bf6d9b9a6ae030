// TV denoising fast: accelerated block descent on the dual, vectorised, tiled for the second cache and threaded.
//
// A round is some sweeps of projected Gauss-Seidel in every tile (Chambolle & Pock, "A remark on accelerated block
// coordinate descent", SMAI-JCM 1, 2015, have two exact blocks; here they are many and over-relaxed), then Nesterov's
// extrapolation of the whole dual, restarted when the dual objective gets worse (O'Donoghue & Candes 2015). That the
// order of blocks has no proof of the accelerated rate does no harm: the gap is measured, not assumed.
//
// Sums are in float: where the image itself is large beside what TV takes from it, relative gaps below some 1e-6 drown
// in rounding.
//
// All results are the same bits for any number of threads.
#ifndef TWOFOLD_OPS_TV_TV_SOLVER_H
#define TWOFOLD_OPS_TV_TV_SOLVER_H

#include <cstdint>

#include "ops/tv/tv_kernels.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

class TvSolver {
  public:
    TvSolver(const TvShape& shape, ThreadTeam& team);

    // Six planes of the image in float, a little padded.
    void reserve(ArenaPlan& plan);

    const TvShape& shape() const { return shape_; }

    // Interleaved pixels of one row in and out. set_row may be called by several threads for different rows, and so may
    // get_row.
    void clear(const Arena& arena);  // to be called first; forgets the dual of the image before
    void set_row(const Arena& arena, std::ptrdiff_t y, const float* pixels);
    void get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const;

    // Sets lambda >= 0. The dual of a solve before, scaled, is the start of the next.
    void start(const Arena& arena, float lambda);
    // Some sweeps and, from the second round on, momentum.
    void round(const Arena& arena);
    // The certificate of u as it stands after a round, rounding of the running sums apart.
    TvCertificate measure(const Arena& arena);
    // Computes u anew from the dual, and its certificate.
    TvCertificate finish(const Arena& arena);

    static constexpr int kSweeps = 4;  // in a round

  private:
    TvPlanes planes(const Arena& arena) const;
    void extrapolate(const Arena& arena, float momentum, bool refresh_only);
    template <typename Body>
    void for_each_band(Body&& body);

    TvShape shape_;
    ThreadTeam& team_;
    std::ptrdiff_t columns_;  // halves of a row, whole vectors
    std::ptrdiff_t half_;
    std::ptrdiff_t bands_;
    ArenaRange<float> noisy_, u_, dual_[2];  // a dual is h, then v
    ArenaRange<TvCertificate> sums_;
    int current_ = 0;  // which dual
    float lambda_ = 0;
    double momentum_t_ = 1;
    bool extrapolate_ = false;
    double dual_energy_ = 0;
};

}  // namespace twofold::ops

#endif

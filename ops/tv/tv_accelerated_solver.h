// TV with momentum between the rounds (tv_solver.h).
//
// Chambolle & Pock, "A remark on accelerated block coordinate descent", SMAI-JCM 1, 2015, have two exact blocks; here
// they are many and over-relaxed. Nesterov's extrapolation of the whole dual follows each round, restarted when the
// dual objective gets worse (O'Donoghue & Candes 2015). That the order of blocks has no proof of the accelerated rate
// does no harm: the gap is measured, not assumed.
#ifndef TWOFOLD_OPS_TV_TV_ACCELERATED_SOLVER_H
#define TWOFOLD_OPS_TV_TV_ACCELERATED_SOLVER_H

#include "ops/tv/tv_solver.h"

namespace twofold::ops {

class TvAcceleratedSolver final : public TvSolver {
  public:
    TvAcceleratedSolver(const TvShape& shape, ThreadTeam& team);

    void reserve(ArenaPlan& plan) override;
    void load(const Arena& arena, const TvImage& image) override;
    void get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const override;
    void start(const Arena& arena, float lambda) override;
    // Some sweeps and, from the second round on, momentum.
    void round(const Arena& arena) override;
    TvCertificate measure(const Arena& arena) override;
    TvCertificate finish(const Arena& arena) override;

  private:
    TvPlanes planes(const Arena& arena) const;
    void extrapolate(const Arena& arena, float momentum, bool refresh_only);
    template <typename Body>
    void for_each_band(Body&& body);

    std::ptrdiff_t bands_;
    ArenaRange<float> pixels_;               // a row for each thread
    ArenaRange<float> noisy_, u_, dual_[2];  // a dual is h, then v
    ArenaRange<TvCertificate> sums_;
    int current_ = 0;  // which dual
    double momentum_t_ = 1;
    bool extrapolate_ = false;
    double dual_energy_ = 0;
};

}  // namespace twofold::ops

#endif

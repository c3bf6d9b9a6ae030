// TV that keeps nothing but the dual (tv_solver.h): two planes of the image in float. What else a tile needs is
// computed when its turn comes, u = noisy - D^T p of its pixels and of those that it changes beside them.
#ifndef TWOFOLD_OPS_TV_TV_DUAL_SOLVER_H
#define TWOFOLD_OPS_TV_TV_DUAL_SOLVER_H

#include "ops/tv/tv_solver.h"

namespace twofold::ops {

class TvDualSolver final : public TvSolver {
  public:
    TvDualSolver(const TvShape& shape, ThreadTeam& team);

    void reserve(ArenaPlan& plan) override;
    void load(const Arena& arena, const TvImage& image) override;
    void get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const override;
    void start(const Arena& arena, float lambda) override;
    void round(const Arena& arena) override;
    TvCertificate measure(const Arena& arena) override;
    TvCertificate finish(const Arena& arena) override { return measure(arena); }

  private:
    // A tile and what surrounds it, in planes of their own.
    struct Region {
        TvPlanes planes;
        TvTile tile;
    };
    // The part of a thread.
    float* own(const Arena& arena, const ArenaRange<float>& range, int thread) const;
    Region load_region(const Arena& arena, const TvTile& tile, int thread) const;
    void load_dual(const Arena& arena, const TvTile& tile, const Region& region) const;
    void store_dual(const Arena& arena, const TvTile& tile, const Region& region) const;

    ArenaRange<float> h_, v_;
    ArenaRange<float> pixels_, region_;  // of each thread
    ArenaRange<TvCertificate> sums_;
    const TvImage* image_ = nullptr;
};

}  // namespace twofold::ops

#endif

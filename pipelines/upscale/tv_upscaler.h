// Enlarging with little total variation (Marquina, Osher, "Image super-resolution by TV-regularization and Bregman
// iteration", J. Sci. Comput. 2008, without the Bregman iteration): the image u that minimises
//
//     factor^2 / 2 * |d(u) - x|^2 + lambda * sum of sqrt(dx^2 + dy^2 + epsilon^2)
//
// where d reduces as in Deep Image Prior's data term. By Nesterov's gradient method with restarts, from the bicubic
// image on.
#ifndef TWOFOLD_PIPELINES_UPSCALE_TV_UPSCALER_H
#define TWOFOLD_PIPELINES_UPSCALE_TV_UPSCALER_H

#include "pipelines/upscale/interpolator.h"
#include "pipelines/upscale/reduction_term.h"
#include "pipelines/upscale/upscale.h"

namespace twofold::upscale {

class TvUpscaler final : public Pipeline {
  public:
    TvUpscaler(const Settings& settings, float white, std::optional<Interpolator> alpha);

    void run(ProgressCallback callback, void* user) override;
    const Report& report() const override { return report_; }

  private:
    void reserve(ArenaPlan& plan);
    // Throws when told to cancel.
    ProgressAction ask(RunControl& control, const Progress& progress, bool last);
    void begin();
    // One step of the method; returns the objective where it started from.
    double step();
    void deliver();
    ops::FeatureMap map(const ArenaRange<float>& range) const;

    Settings settings_;
    float white_;
    double lambda_;
    int height_, width_, channels_;  // of the result
    std::size_t values_;
    ReductionTerm term_;
    ThreadTeam team_;
    double momentum_ = 1;  // Nesterov's t
    Arena arena_;
    ArenaRange<float> small_, image_, ahead_, gradient_, scratch_;
    Report report_;
};

}  // namespace twofold::upscale

#endif

// Enlarges some channels of an image by interpolation.
#ifndef TWOFOLD_PIPELINES_UPSCALE_INTERPOLATOR_H
#define TWOFOLD_PIPELINES_UPSCALE_INTERPOLATOR_H

#include "ops/resample/enlarge.h"
#include "runtime/arena.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::upscale {

class Interpolator {
  public:
    // `white`: the input's. Float output may lie beyond the input's range.
    static Interpolator of_colour(const ImageView& input, const ImageView& output, float white, int factor,
                                  ops::Interpolation kind);
    // Bicubic, clamped to 0..1; both images have alpha.
    static Interpolator of_alpha(const ImageView& input, const ImageView& output, int factor);

    void reserve(ArenaPlan& plan);
    void run(ThreadTeam& team, const Arena& arena) const;

  private:
    Interpolator(const ImageView& input, const ImageView& output, float white, int factor, ops::Interpolation kind,
                 bool clamped)
        : input_(input), output_(output), white_(white), factor_(factor), kind_(kind), clamped_(clamped) {}

    ImageView input_, output_;  // of the channels alone
    float white_;
    int factor_;
    ops::Interpolation kind_;
    bool clamped_;
    ArenaRange<float> small_, large_, scratch_;
};

}  // namespace twofold::upscale

#endif

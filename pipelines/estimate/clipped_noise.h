// Gaussian noise that was cut off at black or white: what is left of it, and what it was.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_CLIPPED_NOISE_H
#define TWOFOLD_PIPELINES_ESTIMATE_CLIPPED_NOISE_H

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/estimate/photon_transfer.h"

namespace twofold {

struct Clipping {
    bool at_black = false, at_white = false;  // brightness 0 and 1
};

// By the mean brightness that is seen, which clipping has moved away from the bound.
class ClippedNoise {
  public:
    ClippedNoise(const PhotonTransfer& transfer, Clipping clipping);

    double variance(double seen) const { return interpolate(left_, seen); }
    double variance_before(double seen) const { return interpolate(before_, seen); }
    double brightness_before(double seen) const { return interpolate(brightness_, seen); }

  private:
    LevelCurve left_, before_, brightness_;
};

}  // namespace twofold

#endif

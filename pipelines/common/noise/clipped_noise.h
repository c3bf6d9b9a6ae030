// Gaussian noise that was cut off at black or white: what is left of it, and what it was.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_CLIPPED_NOISE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_CLIPPED_NOISE_H

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/photon_transfer.h"

namespace twofold {

// The mean of noisy samples whose brightness is `mean`.
double clipped_mean(const PhotonTransfer& transfer, Clipping clipping, double mean);

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

// Distances between images, for curves and tables.
#ifndef TWOFOLD_APPS_REPORT_MEASURE_H
#define TWOFOLD_APPS_REPORT_MEASURE_H

#include <cstdint>
#include <optional>
#include <vector>

#include "apps/common/library.h"

namespace twofold::apps {

// The colours of an image to compare with: a copy of its own, for the image may be denoised in place.
class Reference {
  public:
    // `white`: the sample that is white in a FLOAT32 view, and a share of full scale in the others.
    Reference(const twofold_image& view, double white);
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;

    // FLOAT32 without alpha and without gaps; white is 1.
    const twofold_image& view() const { return view_; }
    std::uint64_t bytes() const { return samples_.size() * sizeof(float); }

  private:
    std::vector<float> samples_;
    twofold_image view_{};
};

// PSNR as twofold_compare defines it, without the far slower SSIM: affordable at every step of a fit. `image` is like
// Reference::view(). Nothing for images of another shape, and when a sample is not finite, as those of a fit that has
// diverged.
std::optional<double> psnr(const Reference& reference, const twofold_image& image);

}  // namespace twofold::apps

#endif

// From the samples of an image to the numbers that the network sees, and back.
#ifndef TWOFOLD_PIPELINES_COMMON_IMAGE_SCALE_H
#define TWOFOLD_PIPELINES_COMMON_IMAGE_SCALE_H

#include <cstdint>

#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/noise/stabilizer.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

class ImageScale {
  public:
    // `stabilizer` is null where black is 0, white is 1 and all between is proportional. `shift` is what clipping did
    // to the means that are stored, which are restored; null where that is nothing, or the stabilizer knows of it.
    ImageScale(const WhiteLevel& white = {}, const Stabilizer* stabilizer = nullptr,
               const ClippingShift* shift = nullptr);

    // As load_rectangle and store_rectangle; the samples that are stored are overwritten. `share` of the noise has been
    // taken from them.
    void load(const ImageView& image, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
              float* samples, std::ptrdiff_t row) const;
    void store(const ImageView& output, float white, std::int64_t x, std::int64_t y, std::int64_t width,
               std::int64_t height, float* samples, std::ptrdiff_t row, float share = 1) const;

    // Loads what store() gave: as it was, if `share` was 1.
    void restore(const ImageView& image, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
                 float* samples, std::ptrdiff_t row) const;

    // Sample value of white; what the network sees is clipped to +-limit.
    float white() const { return white_; }
    float limit() const { return limit_; }

  private:
    float white_, limit_;
    const Stabilizer* stabilizer_;
    const ClippingShift* shift_;
};

}  // namespace twofold

#endif

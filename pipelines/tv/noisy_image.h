// What TV is solved on.
#ifndef TWOFOLD_PIPELINES_TV_NOISY_IMAGE_H
#define TWOFOLD_PIPELINES_TV_NOISY_IMAGE_H

#include <cstdint>

#include "ops/tv/tv_solver.h"
#include "runtime/image_view.h"

namespace twofold::tv {

class WholeImage final : public ops::TvImage {
  public:
    WholeImage(const ImageView& image, float white) : image_(image), white_(white) {}
    void load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* pixels) const override;

  private:
    ImageView image_;
    float white_;
};

// Pieces from an even grid over a large image, side by side: what lies between them is lost, and the few edges that
// arise where they meet do not count.
class Mosaic final : public ops::TvImage {
  public:
    static constexpr std::int64_t kPiece = 192, kPieces = 5;
    static constexpr std::int64_t kSide = kPiece * kPieces;  // pixels, of the mosaic

    Mosaic(const ImageView& image, float white) : image_(image), white_(white) {}
    void load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* pixels) const override;

  private:
    ImageView image_;
    float white_;
};

}  // namespace twofold::tv

#endif

// What a network that worked at half the size knows better: slow changes of brightness and colour.
//
// The network sees a few pixels around each one, and noise of coarser grain than that stays. At half the size the same
// network sees twice as far, and the noise is half as strong. Its result replaces that part of the other's which half
// the size can show, or a share of it.
#ifndef TWOFOLD_PIPELINES_COMMON_HALF_SIZE_COARSE_CORRECTION_H
#define TWOFOLD_PIPELINES_COMMON_HALF_SIZE_COARSE_CORRECTION_H

#include <cstdint>

#include "pipelines/common/half_size/half_image.h"

namespace twofold {

// Rows of the result come from top to bottom and leave corrected, a few rows later.
class CoarseCorrection {
  public:
    // Rows by which the corrected ones lag behind.
    static constexpr int kLag = 4;

    // `half` holds what was denoised at half the size, and then, row by row, the correction.
    CoarseCorrection(HalfImage& half, std::int64_t height) : half_(half), height_(height) {}

    void start(float blend) { blend_ = blend, compared_ = 0, end_ = 0; }
    // Turns row `y` of half the size into its correction; `upper` and `lower` are the result's rows 2y and 2y + 1.
    void compare_row(std::int64_t y, const float* upper, const float* lower);
    // Takes the result's rows up to `end`, dense; `rows` is where row `first` lies.
    void compare(const float* rows, std::int64_t first, std::int64_t end, std::int64_t width);
    // Rows [0, ready()) can be corrected.
    std::int64_t ready() const;
    // `scratch`: room for a row of half the size.
    void add(std::int64_t y, std::int64_t width, float* scratch, float* row) const;

  private:
    HalfImage& half_;
    std::int64_t height_;
    float blend_ = 0;
    std::int64_t compared_ = 0;  // rows of half the size
    std::int64_t end_ = 0;       // rows of the result that have come
};

}  // namespace twofold

#endif

// Patterns that surfaces are covered with, from coarse to fine: drawn once, then looked up at random places, turns and
// scales.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_TEXTURE_BANK_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_TEXTURE_BANK_H

#include <cstdint>
#include <vector>

namespace twofold::rendered {

class TextureBank {
  public:
    static constexpr int kSide = 256;  // samples; patterns repeat beyond
    static constexpr int kPatterns = 8;

    explicit TextureBank(std::uint64_t seed);

    // Of mean 0 and variance 1, at a position in samples; bilinear.
    float at(int pattern, float x, float y) const {
        const float fx = floor_of(x), fy = floor_of(y);
        const int x0 = static_cast<int>(fx) & kMask, y0 = static_cast<int>(fy) & kMask;
        const int x1 = (x0 + 1) & kMask, y1 = (y0 + 1) & kMask;
        const float tx = x - fx, ty = y - fy;
        const float* tile = tiles_.data() + pattern * kSide * kSide;
        const float top = tile[y0 * kSide + x0] * (1 - tx) + tile[y0 * kSide + x1] * tx;
        const float bottom = tile[y1 * kSide + x0] * (1 - tx) + tile[y1 * kSide + x1] * tx;
        return top * (1 - ty) + bottom * ty;
    }

  private:
    static constexpr int kMask = kSide - 1;
    static float floor_of(float x) {
        const float whole = static_cast<float>(static_cast<int>(x));
        return whole > x ? whole - 1 : whole;
    }
    std::vector<float> tiles_;
};

}  // namespace twofold::rendered

#endif

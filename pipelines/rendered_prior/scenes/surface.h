// What a thing's surface looks like.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SURFACE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SURFACE_H

#include <array>

#include "pipelines/rendered_prior/scenes/draws.h"
#include "pipelines/rendered_prior/scenes/texture_bank.h"

namespace twofold::rendered {

// What the things of one scene have in common.
struct Palette {
    double brightness, contrast, chroma;
    std::array<double, 3> tint;
};
Palette draw_palette(Draws& draws);

struct Surface {
    enum Pattern { kPlain, kTexture, kStripes, kChecks, kDots };

    std::array<float, 3> colour{};
    float slope_x = 0, slope_y = 0;  // of its shading, a pixel
    Pattern pattern = kPlain;
    int texture = 0;
    float amplitude = 0;
    std::array<float, 3> channel{};    // by which the pattern is multiplied
    float across_x = 1, across_y = 0;  // one period, or sample of the texture, a pixel
    float offset_x = 0, offset_y = 0;
    float x = 0, y = 0;  // where its shading is 0

    // Adds nothing: the colour at a place.
    void shade(const TextureBank& bank, float px, float py, float* rgb) const;
};

Surface draw_surface(Draws& draws, const Palette& palette, double x, double y, double radius);

}  // namespace twofold::rendered

#endif

// Sky, mountains, sea and rock: gradients and textures.
#include <cmath>

#include "samples/scene_layers.h"
#include "samples/texture.h"

namespace twofold::samples {
namespace {

constexpr double kHorizon = 196;
constexpr double kSunX = 292, kSunY = 156, kSunRadius = 21;

double distance_to_sun(double x, double y) { return std::sqrt((x - kSunX) * (x - kSunX) + (y - kSunY) * (y - kSunY)); }

// Height of a mountain ridge above the horizon.
double ridge(double x, double scale, double height, std::uint64_t seed) {
    return height * (0.25 + 1.1 * fractal_noise(x / scale, 0.5, seed, 5) - 0.25);
}

}  // namespace

Colour Layers::sky(double x, double y) const {
    static const Colour top = from_srgb(0x2E5FA3), middle = from_srgb(0x8FB4D6), low = from_srgb(0xF7C98B),
                        warm = from_srgb(0xFFF0C4), cloud = from_srgb(0xFBE3D2);
    const double t = clamp01(y / kHorizon);
    Colour c = t < 0.6 ? mix(top, middle, t / 0.6) : mix(middle, low, smooth_step(0.6, 1, t));

    const double density = fractal_noise(x / 90, y / 26, seed_ + 11, 5);
    c = mix(c, cloud, 0.8 * smooth_step(0.52, 0.78, density) * smooth_step(0, 40, y));

    const double d = distance_to_sun(x, y);
    c = mix(c, warm, 0.75 / (1 + (d / 46) * (d / 46)));
    return d < kSunRadius ? from_srgb(0xFFFBEA) : c;
}

void Layers::mountains(double x, double y, Colour* c) const {
    static const Colour far_haze = from_srgb(0xA9A6BE), far_foot = from_srgb(0xD9BFA8), near_top = from_srgb(0x59688C),
                        near_foot = from_srgb(0x8E86A0);
    const double above = kHorizon - y;
    if (above < 0) return;
    const double far_ridge = ridge(x + 40, 130, 78, seed_ + 21);
    if (above < far_ridge) *c = mix(far_foot, far_haze, clamp01(above / 55));
    const double near_ridge = ridge(x + 300, 85, 46, seed_ + 33);
    if (above < near_ridge) {
        const double rock = fractal_noise(x / 7, y / 5, seed_ + 41, 3);
        *c = mix(near_foot, near_top, clamp01(above / 32)) * (0.8 + 0.4 * rock);
    }
}

void Layers::sea(double x, double y, Colour* c) const {
    static const Colour far_water = from_srgb(0xB9C0B4), near_water = from_srgb(0x0F5A72), deep = from_srgb(0x0B3F58),
                        glitter = from_srgb(0xFFE2A6);
    const double depth = y - kHorizon;
    if (depth < 0) return;
    // Waves get larger and slower towards the viewer, as perspective has it.
    const double distance = 26 / (depth + 4);
    const double waves = fractal_noise(x * distance / 9 + 60, 60 * distance, seed_ + 51, 4);
    const double t = clamp01(depth / 110);
    Colour water = mix(mix(far_water, near_water, smooth_step(0, 0.65, t)), deep, smooth_step(0.4, 1, t));
    water = water * (0.72 + 0.56 * waves);
    const double width = 14 + 0.45 * depth;
    const double column = clamp01(1 - std::fabs(x - kSunX) / (2.2 * width));
    const double sparkle = smooth_step(0.62 - 0.28 * column, 0.74 - 0.2 * column, waves);
    *c = mix(water, glitter, 0.95 * sparkle * column * (1 - 0.5 * t));
}

void Layers::island(double x, double y, Colour* c) const {
    static const Colour rock_light = from_srgb(0xB08F73), rock_dark = from_srgb(0x5E4A45),
                        grass_light = from_srgb(0x8FA63C), grass_dark = from_srgb(0x35591F), foam = from_srgb(0xE9F0EA);
    const double from_middle = (x - 78) / 112;
    const double crest = 252 - 50 * (1 - from_middle * from_middle) - 9 * fractal_noise(x / 14, 3, seed_ + 61, 3);
    const double shore = 262 + 6 * fractal_noise(x / 20, 8, seed_ + 67, 2);
    if (from_middle * from_middle > 1.02 || y < crest || y > shore + 2.5) return;
    if (y > shore) {
        *c = mix(*c, foam, 0.8);
        return;
    }
    const double grain = fractal_noise(x / 9 + y / 18, y / 5, seed_ + 71, 5);
    const double cracks = std::fabs(fractal_noise(x / 16, y / 11, seed_ + 77, 3) - 0.5);
    Colour rock = mix(rock_dark, rock_light, smooth_step(0.25, 0.75, grain));
    rock = rock * (0.45 + 0.55 * smooth_step(0, 0.04, cracks));
    const double blades = value_noise(x / 1.3, y / 4.5, seed_ + 83);
    const Colour grass = mix(grass_dark, grass_light, smooth_step(0.15, 0.9, blades));
    const double grown = 17 * fractal_noise(x / 24, 1, seed_ + 89, 3) + 3;
    *c = y - crest < grown ? grass : rock;
}

}  // namespace twofold::samples

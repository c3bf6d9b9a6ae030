#include "pipelines/rendered_prior/scenes/surface.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace twofold::rendered {
namespace {

// Distance to the middle of a period, 0..1.
float triangle(float t) { return std::abs(2 * (t - std::floor(t)) - 1); }

// -1 or 1, with a ramp between.
float soft_sign(float t) { return std::clamp(4 * t, -1.0f, 1.0f); }

}  // namespace

Palette draw_palette(Draws& draws) {
    Palette palette{};
    palette.brightness = draws.uniform(0.12, 0.85);
    palette.contrast = draws.uniform(0.08, 0.3);
    palette.chroma = draws.chance(0.12) ? 0 : draws.log_uniform(0.01, 0.12);
    for (double& channel : palette.tint) channel = palette.chroma > 0 ? 0.05 * draws.normal() : 0;
    return palette;
}

void Surface::shade(const TextureBank& bank, float px, float py, float* rgb) const {
    const float dx = px - x, dy = py - y;
    const float light = slope_x * dx + slope_y * dy;
    float value = 0;
    if (pattern != kPlain) {
        const float u = across_x * dx + across_y * dy + offset_x, v = across_x * dy - across_y * dx + offset_y;
        switch (pattern) {
            case kTexture:
                value = bank.at(texture, u, v);
                break;
            case kStripes:
                value = soft_sign(triangle(u) - 0.5f);
                break;
            case kChecks:
                value = soft_sign(triangle(u) - 0.5f) * soft_sign(triangle(v) - 0.5f);
                break;
            case kDots: {
                const float a = triangle(u), b = triangle(v);
                value = soft_sign(0.45f - std::sqrt(a * a + b * b));
                break;
            }
            case kPlain:
                break;
        }
        value *= amplitude;
    }
    for (std::size_t c = 0; c < 3; ++c) rgb[c] = colour[c] + light + value * channel[c];
}

Surface draw_surface(Draws& draws, const Palette& palette, double x, double y, double radius) {
    Surface surface;
    const double light = std::clamp(palette.brightness + palette.contrast * draws.normal(), 0.0, 1.0);
    const double chroma = palette.chroma * (draws.chance(0.1) ? 3 : 1);
    double mean = 0;
    std::array<double, 3> shift{};
    for (std::size_t c = 0; c < 3; ++c) {
        shift[c] = palette.tint[c] + chroma * draws.normal();
        mean += shift[c] / 3;
    }
    for (std::size_t c = 0; c < 3; ++c) surface.colour[c] = static_cast<float>(light + shift[c] - mean);
    surface.x = static_cast<float>(x);
    surface.y = static_cast<float>(y);
    if (draws.chance(0.6)) {
        const double slope = draws.log_uniform(0.02, 0.3) / std::max(4.0, radius), turn = draws.uniform(0, 6.28);
        surface.slope_x = static_cast<float>(slope * std::cos(turn));
        surface.slope_y = static_cast<float>(slope * std::sin(turn));
    }
    if (draws.chance(0.35)) return surface;
    const double kind = draws.uniform();
    surface.pattern = kind < 0.85   ? Surface::kTexture
                      : kind < 0.93 ? Surface::kStripes
                      : kind < 0.97 ? Surface::kChecks
                                    : Surface::kDots;
    surface.texture = static_cast<int>(draws.index(TextureBank::kPatterns));
    surface.amplitude = static_cast<float>(draws.log_uniform(0.01, 0.15));
    for (float& channel : surface.channel)
        channel = static_cast<float>(palette.chroma > 0 ? draws.uniform(0.6, 1.4) : 1);
    // Samples of a texture, or periods of a pattern, a pixel: some are finer than the pixels can show.
    const double scale =
        surface.pattern == Surface::kTexture ? draws.log_uniform(0.25, 2) : 1 / draws.log_uniform(2.5, 24);
    const double turn = draws.uniform(0, 2 * std::numbers::pi);
    surface.across_x = static_cast<float>(scale * std::cos(turn));
    surface.across_y = static_cast<float>(scale * std::sin(turn));
    surface.offset_x = static_cast<float>(draws.uniform(0, TextureBank::kSide));
    surface.offset_y = static_cast<float>(draws.uniform(0, TextureBank::kSide));
    return surface;
}

}  // namespace twofold::rendered

// Lighthouse, boat, pennants and sign: edges, saturated colours and lettering.
#include <cmath>

#include "samples/scene_layers.h"
#include "samples/stroke_font.h"
#include "samples/texture.h"

namespace twofold::samples {
namespace {

bool inside(double x, double y, double left, double top, double right, double bottom) {
    return x >= left && x < right && y >= top && y < bottom;
}

}  // namespace

void Layers::lighthouse(double x, double y, Colour* c) const {
    static const Colour white = from_srgb(0xF4EFE4), red = from_srgb(0xCC2B1D), iron = from_srgb(0x2B2F3A),
                        glass = from_srgb(0xFFE58A), window = from_srgb(0x3A4A66), roof = from_srgb(0x9E1F17);
    constexpr double kMiddle = 78, kTop = 76, kFoot = 212;
    const double from_middle = x - kMiddle;
    if (y >= kTop && y < kFoot) {
        const double half = 11.5 + (y - kTop) * 0.075;
        if (std::fabs(from_middle) < half) {
            // The bands follow the round of the tower, and so does the light, which comes from the right.
            const double round = from_middle / half;
            const double band = std::floor((y - kTop + 3.5 * round * round) / 22.7);
            Colour paint = static_cast<int>(band) % 2 == 0 ? white : red;
            const bool in_window =
                std::fabs(from_middle + 1) < 2.6 && (std::fabs(y - 111) < 4.5 || std::fabs(y - 157) < 4.5);
            if (in_window) paint = window;
            const double plaster = 0.93 + 0.14 * value_noise(x / 1.7, y / 1.7, seed_ + 101);
            *c = paint * (plaster * (0.55 + 0.45 * smooth_step(-1.1, 0.7, round)));
        }
    }
    if (inside(x, y, kMiddle - 17, 72, kMiddle + 17, 76)) *c = iron;
    const bool rail = inside(x, y, kMiddle - 17, 63, kMiddle + 17, 64.2) ||
                      (inside(x, y, kMiddle - 17, 63, kMiddle + 17, 72) && std::fabs(wave((x - kMiddle) / 9.6)) < 0.28);
    if (inside(x, y, kMiddle - 8, 55, kMiddle + 8, 72)) {
        *c = std::fabs(wave((x - kMiddle) / 10.4)) < 0.3 ? iron
                                                         : mix(glass, white, smooth_step(4, 0, std::fabs(x - kMiddle)));
    }
    if (rail) *c = iron;
    const double dome = (from_middle * from_middle) / 100 + ((y - 55) * (y - 55)) / 110;
    if (y < 55 && dome < 1) *c = mix(roof, red, smooth_step(-8, 8, from_middle));
    if (inside(x, y, kMiddle - 0.8, 36, kMiddle + 0.8, 46)) *c = iron;
}

void Layers::boat(double x, double y, Colour* c) const {
    static const Colour hull = from_srgb(0x1B4FA8), stripe = from_srgb(0xF6F1E7), sail = from_srgb(0xFBF6EA),
                        jib = from_srgb(0xF08A1D), mast = from_srgb(0x6B4423), letters = from_srgb(0x20304A);
    constexpr double kMast = 222;
    // Reflection first, broken by the waves.
    const double wobble = 4 * (value_noise(x / 9, y / 2.2, seed_ + 111) - 0.5) * clamp01((y - 258) / 12);
    if (y >= 258 && y < 276 && std::fabs(x + wobble - 220) < 34 - (y - 258) * 0.9) *c = mix(*c, hull * 0.5, 0.6);

    const double bow = (y - 240) / 18;  // 0 at the deck, 1 at the water
    if (bow >= 0 && bow < 1 && x > 180 + 10 * bow * bow && x < 266 - 16 * bow * bow) {
        *c = y < 244 ? stripe : hull * (1.05 - 0.35 * bow);
        if (on_text({"NOISE", 197, 247.2, 7, 1.3}, x, y)) *c = stripe;
    }
    if (inside(x, y, kMast - 1.1, 128, kMast + 1.1, 241)) *c = mast;
    const double up = (234 - y) / 100;  // along the mast, 0 at the foot of the sails
    if (up < 0 || up > 1) return;
    const double belly = up * (1 - up);
    if (x > kMast + 2 && x < kMast + 2 + 42 * (1 - up) + 17 * belly) {
        const double seams = std::fabs(wave(up * 4.5)) < 0.07 ? 0.86 : 1;
        *c = sail * (seams * (0.82 + 0.18 * smooth_step(0, 45, x - kMast)));
        if (on_text({"TF", kMast + 10, 196, 13, 2.2}, x, y)) *c = letters;
    }
    if (x < kMast - 2 && x > kMast - 2 - 38 * (1 - up) - 12 * belly && up < 0.93) {
        *c = (static_cast<int>(std::floor(up * 7)) % 2 == 0 ? jib : sail) *
             (0.78 + 0.2 * smooth_step(-40, 0, x - kMast));
    }
}

void Layers::pennants(double x, double y, Colour* c) const {
    static const Colour paints[6] = {from_srgb(0xE02B2B), from_srgb(0xFFC61A), from_srgb(0x12934F),
                                     from_srgb(0x1D62D1), from_srgb(0xC2279B), from_srgb(0xFF7A14)};
    static const Colour rope = from_srgb(0x3B2F2A);
    constexpr double kPitch = 27, kFirst = 96;
    const double t = (x - 84) / (kPitch * 14);
    if (t < 0) return;
    const double line = 67 - 46 * t - 92 * (t - 0.5) * (t - 0.5);  // from the tower to the corner, sagging
    if (std::fabs(y - line) < 0.8) *c = rope;
    const double flag = std::floor((x - kFirst) / kPitch);
    const double across = (x - kFirst) / kPitch - flag - 0.5;  // -0.5..0.5 within the pitch
    const double down = y - line;
    if (flag < 0 || down < 0 || down > 24 || std::fabs(across) > 0.38 * (1 - down / 24)) return;
    const double fold = 0.86 + 0.14 * wave(across * 1.6 + down / 40);
    *c = paints[static_cast<int>(flag) % 6] * fold;
}

void Layers::sign(double x, double y, Colour* c) const {
    static const Colour wood_light = from_srgb(0xC08A52), wood_dark = from_srgb(0x7A4A24), paint = from_srgb(0xFFF3D6),
                        gap = from_srgb(0x2C1A10), small_paint = from_srgb(0x2B160A);
    const bool post = inside(x, y, 318, 240, 326, 336) || inside(x, y, 404, 240, 412, 336);
    const bool board = inside(x, y, 296, 252, 434, 312);
    if (!post && !board) return;
    const double plank = board ? std::floor((y - 252) / 20) : 7;
    const double along = board ? x : y, over = board ? y : x;
    const double rings = fractal_noise(along / 46 + 9 * plank, over / 2.1, seed_ + 121, 4) +
                         0.12 * wave(over / 5 + 1.5 * value_noise(along / 30, plank, seed_ + 131));
    *c = mix(wood_dark, wood_light, smooth_step(0.2, 0.85, rings)) * (board ? 1.0 : 0.7);
    if (!board) return;
    if (y - 252 - 20 * plank < 1.2 && plank > 0) *c = gap;
    if (on_text({"TWOFOLD", 308, 261, 18, 3.2}, x, y)) *c = paint;
    if (on_text({"ONE NOISY IMAGE", 307, 291, 8.4, 1.3}, x, y)) *c = small_paint;
}

}  // namespace twofold::samples

#include "samples/stroke_font.h"

#include <array>
#include <cmath>

namespace twofold::samples {
namespace {

// Polylines on a grid of 0..4 by 0..6, two digits a point, strokes separated by a space.
constexpr std::array<std::string_view, 26> kGlyphs = {
    "062046 1434",                   // A
    "0006 003041423303 3344453606",  // B
    "4130100105163645",              // C
    "06003041453606",                // D
    "40000646 0333",                 // E
    "400006 0333",                   // F
    "41301001051636454323",          // G
    "0006 4046 0343",                // H
    "2026 1030 1636",                // I
    "4045361605",                    // J
    "0006 400346",                   // K
    "000646",                        // L
    "0600234046",                    // M
    "06004640",                      // N
    "103041453616050110",            // O
    "06003041423303",                // P
    "103041453616050110 2446",       // Q
    "06003041423303 2346",           // R
    "413010010213334445361605",      // S
    "0040 2026",                     // T
    "000516364540",                  // U
    "002640",                        // V
    "0016233640",                    // W
    "0046 4006",                     // X
    "002340 2326",                   // Y
    "00400646",                      // Z
};
constexpr double kAdvance = 5.6;  // from letter to letter, in units of the grid
constexpr double kGridHeight = 6;

double squared_distance_to_segment(double px, double py, double ax, double ay, double bx, double by) {
    const double dx = bx - ax, dy = by - ay;
    double t = ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    const double ex = px - ax - t * dx, ey = py - ay - t * dy;
    return ex * ex + ey * ey;
}

bool on_glyph(std::string_view strokes, double x, double y, double pen_radius) {
    for (std::size_t i = 0; i + 4 <= strokes.size(); i += 2) {
        if (strokes[i + 2] == ' ') {
            ++i;  // on to the first point of the next stroke
            continue;
        }
        const auto at = [&](std::size_t k) { return static_cast<double>(strokes[i + k] - '0'); };
        if (squared_distance_to_segment(x, y, at(0), at(1), at(2), at(3)) <= pen_radius * pen_radius) return true;
    }
    return false;
}

}  // namespace

double text_width(const Text& text) {
    if (text.letters.empty()) return 0;
    return (static_cast<double>(text.letters.size() - 1) * kAdvance + 4) * text.height / kGridHeight;
}

bool on_text(const Text& text, double x, double y) {
    const double scale = kGridHeight / text.height;
    const double gx = (x - text.x) * scale, gy = (y - text.y) * scale, radius = 0.5 * text.pen * scale;
    if (gy < -radius || gy > kGridHeight + radius) return false;
    const double cell = std::floor((gx + 0.5 * (kAdvance - 4)) / kAdvance);
    if (cell < 0 || cell >= static_cast<double>(text.letters.size())) return false;
    const char letter = text.letters[static_cast<std::size_t>(cell)];
    if (letter < 'A' || letter > 'Z') return false;
    return on_glyph(kGlyphs[static_cast<std::size_t>(letter - 'A')], gx - cell * kAdvance, gy, radius);
}

}  // namespace twofold::samples

#include "pipelines/rendered_prior/scenes/fluorescence.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipelines/rendered_prior/scenes/blur.h"
#include "pipelines/rendered_prior/scenes/shape.h"

namespace twofold::rendered {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

class Plane {
  public:
    explicit Plane(int side) : side_(side), values_(static_cast<std::size_t>(side * side)) {}

    int side() const { return side_; }
    std::vector<float>& values() { return values_; }
    float& at(int x, int y) { return values_[static_cast<std::size_t>(y * side_ + x)]; }
    // The nearest point; the optics make a spot of it.
    void add(double x, double y, double light) {
        const int px = static_cast<int>(std::floor(x)), py = static_cast<int>(std::floor(y));
        if (px >= 0 && px < side_ && py >= 0 && py < side_) at(px, py) += static_cast<float>(light);
    }

  private:
    int side_;
    std::vector<float> values_;
};

void add_spots(Draws& draws, Plane* plane) {
    const auto count = static_cast<int>(draws.log_uniform(5, 600));
    const double light = draws.log_uniform(3, 40);
    for (int i = 0; i < count; ++i)
        plane->add(draws.uniform(0, plane->side()), draws.uniform(0, plane->side()), light * draws.log_uniform(0.2, 2));
}

// Curves whose direction drifts.
void add_filaments(Draws& draws, Plane* plane) {
    const auto count = static_cast<int>(draws.log_uniform(3, 120));
    const double stiffness = draws.log_uniform(0.005, 0.08), light = draws.log_uniform(0.2, 1.5);
    for (int i = 0; i < count; ++i) {
        double x = draws.uniform(0, plane->side()), y = draws.uniform(0, plane->side());
        double direction = draws.uniform(0, kTurn), bend = 0;
        const double own = light * draws.log_uniform(0.3, 2);
        const auto steps = static_cast<int>(draws.log_uniform(20, 3 * plane->side()));
        for (int k = 0; k < steps; ++k) {
            plane->add(x, y, own);
            bend = 0.95 * bend + stiffness * draws.normal() * 0.3;
            direction += bend;
            x += std::cos(direction);
            y += std::sin(direction);
        }
    }
}

// Bodies with an inside, a border, or both.
void add_cells(Draws& draws, const TextureBank& bank, Plane* plane) {
    const double size = draws.log_uniform(8, plane->side() / 2.5);
    const auto count = static_cast<int>(draws.uniform(1, 1 + 1.5 * std::pow(plane->side() / size, 2) * 0.3));
    const double inside = draws.chance(0.75) ? draws.log_uniform(0.05, 0.8) : 0;
    const double border = inside == 0 || draws.chance(0.4) ? draws.log_uniform(0.1, 1) : 0;
    const double rough = draws.uniform(0, 0.5), fine = draws.log_uniform(0.2, 1.5);
    const int pattern = static_cast<int>(draws.index(TextureBank::kPatterns));
    for (int i = 0; i < count; ++i) {
        const double radius = size * draws.uniform(0.7, 1.3);
        Shape outer = draw_shape(draws, draws.uniform(0, plane->side()), draws.uniform(0, plane->side()), radius);
        while (outer.kind != Shape::kBlob && outer.kind != Shape::kEllipse)
            outer = draw_shape(draws, double{outer.x}, double{outer.y}, radius);
        if (outer.kind == Shape::kEllipse) outer.width = std::max(outer.width, 0.5f);
        Shape inner = outer;
        inner.radius = std::max(1.0f, outer.radius - static_cast<float>(draws.uniform(1, 4)));
        const double own = draws.log_uniform(0.5, 1.5), phase = draws.uniform(0, TextureBank::kSide);
        const int reach = static_cast<int>(std::ceil(radius));
        const int cx = static_cast<int>(outer.x), cy = static_cast<int>(outer.y);
        for (int y = std::max(0, cy - reach); y < std::min(plane->side(), cy + reach + 1); ++y)
            for (int x = std::max(0, cx - reach); x < std::min(plane->side(), cx + reach + 1); ++x) {
                const auto px = static_cast<float>(x), py = static_cast<float>(y);
                if (!outer.contains(px, py)) continue;
                const auto at = [&](float p) { return static_cast<float>(double{p} * fine + phase); };
                const double texture = 1 + rough * double{bank.at(pattern, at(px), at(py))};
                plane->at(x, y) += static_cast<float>(
                    own * (inner.contains(px, py) ? inside * std::max(0.0, texture) : inside + border));
            }
    }
}

Plane draw_plane(Draws& draws, const TextureBank& bank, int side) {
    Plane plane(side);
    const double kind = draws.uniform();
    if (kind < 0.3 || draws.chance(0.15)) add_spots(draws, &plane);
    if ((kind >= 0.3 && kind < 0.6) || draws.chance(0.15)) add_filaments(draws, &plane);
    if (kind >= 0.6 || draws.chance(0.3)) add_cells(draws, bank, &plane);
    // Light from above and below the focus, wide and weak, and that of the focus.
    std::vector<float> haze = plane.values();
    blur(&haze, side, 1, draws.log_uniform(6, 20));
    blur(&plane.values(), side, 1, draws.log_uniform(1.0, 4));
    const auto share = static_cast<float>(draws.uniform(0, 0.6));
    float largest = 1e-6f;
    for (std::size_t i = 0; i < haze.size(); ++i) {
        plane.values()[i] = (1 - share) * plane.values()[i] + share * haze[i];
        largest = std::max(largest, plane.values()[i]);
    }
    const double ground = draws.log_uniform(0.01, 0.15), light = draws.uniform(0.25, 1.2);
    for (float& value : plane.values()) value = static_cast<float>(ground + light * double{value} / double{largest});
    return plane;
}

}  // namespace

void render_fluorescence(Draws& draws, const TextureBank& bank, int side, std::vector<float>* image) {
    image->assign(static_cast<std::size_t>(3 * side * side), 0.0f);
    const bool grey = draws.chance(0.6);
    std::vector<float> values;
    for (std::size_t c = 0; c < 3; ++c) {
        if (c == 0 || !grey) {
            const bool empty = !grey && draws.chance(0.25);
            values = draw_plane(draws, bank, side).values();
            if (empty) std::ranges::fill(values, 0.01f);
        }
        for (std::size_t i = 0; i < values.size(); ++i) (*image)[3 * i + c] = values[i];
    }
}

}  // namespace twofold::rendered

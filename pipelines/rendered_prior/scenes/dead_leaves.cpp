#include "pipelines/rendered_prior/scenes/dead_leaves.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "pipelines/rendered_prior/scenes/shape.h"
#include "pipelines/rendered_prior/scenes/surface.h"

namespace twofold::rendered {
namespace {

constexpr int kMostThings = 6000;
constexpr double kCovered = 0.995;  // then the ground shows through the gaps

// Which thing each point shows, nearest things first: what is covered is never drawn.
class Painter {
  public:
    explicit Painter(int side) : side_(side), owner_(static_cast<std::size_t>(side * side), -1) {}

    void add(const Shape& shape, int thing) {
        const int left = std::max(0, static_cast<int>(std::floor(shape.x - shape.radius)));
        const int right = std::min(side_ - 1, static_cast<int>(std::ceil(shape.x + shape.radius)));
        const int top = std::max(0, static_cast<int>(std::floor(shape.y - shape.radius)));
        const int bottom = std::min(side_ - 1, static_cast<int>(std::ceil(shape.y + shape.radius)));
        for (int y = top; y <= bottom; ++y)
            for (int x = left; x <= right; ++x) {
                int& owner = owner_[static_cast<std::size_t>(y * side_ + x)];
                if (owner >= 0 || !shape.contains(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f)) continue;
                owner = thing;
                ++covered_;
            }
    }
    bool full() const { return double(covered_) > kCovered * double(owner_.size()); }
    int owner(int x, int y) const { return owner_[static_cast<std::size_t>(y * side_ + x)]; }

  private:
    int side_;
    std::vector<int> owner_;
    std::int64_t covered_ = 0;
};

// Lines of letters, all of one surface.
void add_text(Draws& draws, int side, int thing, Painter* painter) {
    const double size = draws.log_uniform(4, 30), turn = draws.chance(0.7) ? 0 : draws.uniform(0, 6.28);
    const double pen = draws.uniform(0.06, 0.2), x0 = draws.uniform(-0.3, 0.8) * side,
                 y0 = draws.uniform(0, 0.9) * side;
    const std::int64_t letters = 4 + draws.index(20), lines = 1 + draws.index(4);
    for (std::int64_t line = 0; line < lines; ++line)
        for (std::int64_t i = 0; i < letters; ++i) {
            if (draws.chance(0.15)) continue;
            const double along = 1.1 * size * double(i), down = 2.2 * size * double(line);
            painter->add(draw_glyph(draws, x0 + along * std::cos(turn) - down * std::sin(turn),
                                    y0 + along * std::sin(turn) + down * std::cos(turn), size, turn, pen),
                         thing);
        }
}

}  // namespace

void render_dead_leaves(Draws& draws, const TextureBank& bank, int side, std::vector<float>* image) {
    const Palette palette = draw_palette(draws);
    // Radii with density r^-(1+power) between two bounds.
    const double power = draws.uniform(1.2, 2.2), smallest = draws.log_uniform(3, 40);
    const double largest = std::max(2 * smallest, draws.uniform(0.2, 0.8) * side);
    const double low = std::pow(smallest, -power), high = std::pow(largest, -power);
    Painter painter(side);
    std::vector<Surface> surfaces;
    const std::int64_t texts = draws.chance(0.12) ? 1 + draws.index(3) : 0;
    for (std::int64_t i = 0; i < texts; ++i) {
        add_text(draws, side, static_cast<int>(surfaces.size()), &painter);
        surfaces.push_back(draw_surface(draws, palette, side / 2.0, side / 2.0, side));
        surfaces.back().pattern = Surface::kPlain;
    }
    while (!painter.full() && surfaces.size() < kMostThings) {
        const double radius = std::pow(low + (high - low) * draws.uniform(), -1 / power);
        const double x = draws.uniform(-radius / 2, side + radius / 2),
                     y = draws.uniform(-radius / 2, side + radius / 2);
        painter.add(draw_shape(draws, x, y, radius), static_cast<int>(surfaces.size()));
        surfaces.push_back(draw_surface(draws, palette, x, y, radius));
    }
    const Surface ground = draw_surface(draws, palette, side / 2.0, side / 2.0, side);
    image->resize(static_cast<std::size_t>(3 * side * side));
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const int owner = painter.owner(x, y);
            const Surface& surface = owner < 0 ? ground : surfaces[static_cast<std::size_t>(owner)];
            surface.shade(bank, static_cast<float>(x), static_cast<float>(y),
                          image->data() + 3 * static_cast<std::size_t>(y * side + x));
        }
}

}  // namespace twofold::rendered

#include "pipelines/rendered_prior/scenes/texture_bank.h"

#include <algorithm>
#include <cmath>

#include "pipelines/rendered_prior/scenes/draws.h"

namespace twofold::rendered {
namespace {

constexpr int kSide = TextureBank::kSide;
constexpr int kSamples = kSide * kSide;
constexpr std::uint64_t kStream = 0x74657874;

void normalize(float* tile) {
    double sum = 0, squares = 0;
    for (int i = 0; i < kSamples; ++i) sum += double{tile[i]};
    for (int i = 0; i < kSamples; ++i) squares += std::pow(double{tile[i]} - sum / kSamples, 2);
    const double scale = 1 / std::sqrt(std::max(1e-12, squares / kSamples));
    for (int i = 0; i < kSamples; ++i) tile[i] = static_cast<float>((double{tile[i]} - sum / kSamples) * scale);
}

double smooth(double t) { return t * t * (3 - 2 * t); }

// White noise between points that are `across` and `down` samples apart.
void add_octave(Draws& draws, int across, int down, float weight, float* tile) {
    const int columns = kSide / across, rows = kSide / down;
    std::vector<float> points(static_cast<std::size_t>(columns * rows));
    for (float& point : points) point = static_cast<float>(draws.normal());
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            const int x0 = x / across, y0 = y / down, x1 = (x0 + 1) % columns, y1 = (y0 + 1) % rows;
            const double tx = smooth(double(x % across) / across), ty = smooth(double(y % down) / down);
            const auto at = [&](int u, int v) { return double{points[static_cast<std::size_t>(v * columns + u)]}; };
            const double value =
                (at(x0, y0) * (1 - tx) + at(x1, y0) * tx) * (1 - ty) + (at(x0, y1) * (1 - tx) + at(x1, y1) * tx) * ty;
            tile[y * kSide + x] += weight * static_cast<float>(value);
        }
}

// Noise of power 1 / f^(2 beta) in both directions, `stretch` times as long as wide.
void draw_fractal(Draws& draws, double beta, int stretch, float* tile) {
    for (int period = 1; period <= kSide / 4; period *= 2)
        add_octave(draws, std::min(period * stretch, kSide / 2), period, static_cast<float>(std::pow(period, beta - 1)),
                   tile);
}

// The distance to the nearest of some points, as of cells, scales and pebbles.
void draw_cells(Draws& draws, int count, float* tile) {
    std::vector<double> px, py;
    for (int i = 0; i < count; ++i) {
        px.push_back(draws.uniform(0, kSide));
        py.push_back(draws.uniform(0, kSide));
    }
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            double nearest = 1e9, second = 1e9;
            for (int i = 0; i < count; ++i) {
                const double dx = std::remainder(x - px[static_cast<std::size_t>(i)], kSide);
                const double dy = std::remainder(y - py[static_cast<std::size_t>(i)], kSide);
                const double distance = dx * dx + dy * dy;
                if (distance < nearest) {
                    second = nearest;
                    nearest = distance;
                } else {
                    second = std::min(second, distance);
                }
            }
            tile[y * kSide + x] = static_cast<float>(std::min(6.0, std::sqrt(second) - std::sqrt(nearest)));
        }
}

}  // namespace

TextureBank::TextureBank(std::uint64_t seed) : tiles_(static_cast<std::size_t>(kPatterns * kSamples)) {
    Draws draws(seed, kStream);
    const auto tile = [&](int pattern) { return tiles_.data() + pattern * kSamples; };
    draw_fractal(draws, 0.6, 1, tile(0));
    draw_fractal(draws, 1.0, 1, tile(1));
    draw_fractal(draws, 1.4, 1, tile(2));
    draw_fractal(draws, 1.8, 1, tile(3));
    draw_fractal(draws, 1.0, 4, tile(4));   // fibres, hair, grass
    draw_fractal(draws, 0.8, 16, tile(5));  // grain of wood, brushed metal
    draw_cells(draws, 160, tile(6));
    // Ridges, as of bark, clouds and cloth in folds.
    draw_fractal(draws, 1.3, 1, tile(7));
    normalize(tile(7));
    for (int i = 0; i < kSamples; ++i) tile(7)[i] = -std::abs(tile(7)[i]);
    for (int pattern = 0; pattern < kPatterns; ++pattern) normalize(tile(pattern));
}

}  // namespace twofold::rendered

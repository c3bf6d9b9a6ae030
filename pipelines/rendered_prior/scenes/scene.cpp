#include "pipelines/rendered_prior/scenes/scene.h"

#include <algorithm>
#include <cmath>

#include "pipelines/rendered_prior/scenes/blur.h"
#include "pipelines/rendered_prior/scenes/dead_leaves.h"
#include "pipelines/rendered_prior/scenes/fluorescence.h"
#include "pipelines/rendered_prior/scenes/shape.h"

namespace twofold::rendered {
namespace {

constexpr double kFluorescence = 0.12;  // of all scenes
constexpr int kFiner = 2;               // points a pixel, each way

// The mean of kFiner x kFiner points.
std::vector<float> reduced(const std::vector<float>& fine, int side) {
    std::vector<float> image(static_cast<std::size_t>(3 * side * side));
    const std::size_t row = static_cast<std::size_t>(3 * kFiner * side);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                float sum = 0;
                for (int v = 0; v < kFiner; ++v)
                    for (int u = 0; u < kFiner; ++u)
                        sum += fine[static_cast<std::size_t>(kFiner * y + v) * row +
                                    static_cast<std::size_t>(3 * (kFiner * x + u)) + c];
                image[3 * static_cast<std::size_t>(y * side + x) + c] = sum / (kFiner * kFiner);
            }
    return image;
}

// Things near by that are sharp before others that are not, or the other way round.
void add_depth(Draws& draws, const TextureBank& bank, int side, std::vector<float>* image) {
    std::vector<float> other;
    render_dead_leaves(draws, bank, side, &other);
    std::vector<float> cover(static_cast<std::size_t>(side * side));
    const std::int64_t things = 1 + draws.index(4);
    for (std::int64_t i = 0; i < things; ++i) {
        const Shape shape =
            draw_shape(draws, draws.uniform(0, side), draws.uniform(0, side), draws.uniform(0.2, 0.7) * side);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                if (shape.contains(static_cast<float>(x), static_cast<float>(y)))
                    cover[static_cast<std::size_t>(y * side + x)] = 1;
    }
    const double sigma = draws.log_uniform(2, 12);
    if (draws.chance(0.3)) {
        // The nearer things are out of focus, their borders with them.
        blur(&other, side, 3, sigma);
        blur(&cover, side, 1, sigma);
    } else {
        blur(image, side, 3, sigma);
    }
    for (std::size_t i = 0; i < image->size(); ++i) (*image)[i] += cover[i / 3] * (other[i] - (*image)[i]);
}

// Light that falls off to one side.
void shade(Draws& draws, int side, std::vector<float>* image) {
    const double turn = draws.uniform(0, 6.28), fall = draws.uniform(0.1, 0.8);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const double along = (std::cos(turn) * (x - side / 2.0) + std::sin(turn) * (y - side / 2.0)) / side;
            const auto light = static_cast<float>(std::max(0.1, 1 + fall * along));
            for (std::size_t c = 0; c < 3; ++c) (*image)[3 * static_cast<std::size_t>(y * side + x) + c] *= light;
        }
}

}  // namespace

SceneKind render_scene(const TextureBank& bank, std::uint64_t seed, std::uint64_t index, int side,
                       std::vector<float>* image) {
    Draws draws(seed, index);
    const int fine = kFiner * side;
    const SceneKind kind = draws.chance(kFluorescence) ? SceneKind::kFluorescence : SceneKind::kDeadLeaves;
    std::vector<float> points;
    if (kind == SceneKind::kFluorescence) {
        render_fluorescence(draws, bank, fine, &points);
    } else {
        render_dead_leaves(draws, bank, fine, &points);
        if (draws.chance(0.25)) add_depth(draws, bank, fine, &points);
        if (draws.chance(0.25)) shade(draws, fine, &points);
    }
    *image = reduced(points, side);
    // What a lens and a demosaicer leave of the finest detail.
    if (draws.chance(0.45)) blur(image, side, 3, draws.uniform(0.35, 1.2));
    for (float& value : *image) value = std::clamp(value, 0.0f, 1.0f);
    return kind;
}

}  // namespace twofold::rendered

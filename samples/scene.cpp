#include "samples/scene.h"

#include "samples/scene_layers.h"

namespace twofold::samples {
namespace {

constexpr int kPointsAcross = 5;  // 25 points a pixel: edges get 25 steps, invisible at 8 bits after the noise

Colour light_at(double x, double y, const Layers& layers) {
    Colour c = layers.sky(x, y);
    layers.mountains(x, y, &c);
    layers.sea(x, y, &c);
    layers.lighthouse(x, y, &c);
    layers.island(x, y, &c);
    layers.boat(x, y, &c);
    layers.pennants(x, y, &c);
    layers.sign(x, y, &c);
    return c;
}

}  // namespace

std::vector<Colour> render_scene(std::uint64_t seed) {
    const Layers layers(seed);
    std::vector<Colour> light;
    light.reserve(static_cast<std::size_t>(kSceneWidth) * kSceneHeight);
    for (int row = 0; row < kSceneHeight; ++row) {
        for (int column = 0; column < kSceneWidth; ++column) {
            Colour sum;
            for (int i = 0; i < kPointsAcross * kPointsAcross; ++i) {
                const double x = column + (i % kPointsAcross + 0.5) / kPointsAcross;
                const double y = row + (i / kPointsAcross + 0.5) / kPointsAcross;
                sum = sum + light_at(x, y, layers);
            }
            light.push_back(sum * (1.0 / (kPointsAcross * kPointsAcross)));
        }
    }
    return light;
}

}  // namespace twofold::samples

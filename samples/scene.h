// The picture that comes with the project: a coast in the evening, with lettering, straight and curved edges, fine and
// coarse texture, smooth gradients and saturated colours.
#ifndef TWOFOLD_SAMPLES_SCENE_H
#define TWOFOLD_SAMPLES_SCENE_H

#include <cstdint>
#include <vector>

#include "samples/colour.h"

namespace twofold::samples {

inline constexpr int kSceneWidth = 448;
inline constexpr int kSceneHeight = 336;
// Of scene and noise in the files that are checked in.
inline constexpr std::uint64_t kBundledSeed = 1;

// Light that reaches every pixel, row by row, averaged over a grid of points inside it. A pure function of the seed.
std::vector<Colour> render_scene(std::uint64_t seed);

}  // namespace twofold::samples

#endif

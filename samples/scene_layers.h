// The parts of the scene, painted from back to front. Coordinates are pixels, y down.
#ifndef TWOFOLD_SAMPLES_SCENE_LAYERS_H
#define TWOFOLD_SAMPLES_SCENE_LAYERS_H

#include <cstdint>

#include "samples/colour.h"

namespace twofold::samples {

class Layers {
  public:
    explicit Layers(std::uint64_t seed) : seed_(seed) {}

    Colour sky(double x, double y) const;
    // Each of these leaves the colour alone where it does not cover the point.
    void mountains(double x, double y, Colour* c) const;
    void sea(double x, double y, Colour* c) const;
    void lighthouse(double x, double y, Colour* c) const;
    void island(double x, double y, Colour* c) const;
    void boat(double x, double y, Colour* c) const;
    void pennants(double x, double y, Colour* c) const;
    void sign(double x, double y, Colour* c) const;

  private:
    std::uint64_t seed_;
};

}  // namespace twofold::samples

#endif

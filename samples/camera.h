// From linear light to the 8-bit picture of a camera, with or without its noise.
#ifndef TWOFOLD_SAMPLES_CAMERA_H
#define TWOFOLD_SAMPLES_CAMERA_H

#include <cstdint>
#include <vector>

#include "samples/colour.h"

namespace twofold::samples {

struct Camera {
    double photons_at_white = 60;             // collected in a green pixel at white; fewer means more noise
    double read_noise = 1.0;                  // standard deviation in photons, the same in light and shade
    Colour white_balance = {1.7, 1.0, 1.45};  // gains: the sensor's red and blue see that much less light
};

// sRGB, RGB interleaved, without noise.
std::vector<std::uint8_t> develop_clean(const std::vector<Colour>& light);

// The same with photon noise (Poisson) and read noise (close to Gaussian) added before white balance and gamma, so
// that in the picture the noise depends on brightness and colour. Every sample gets its own noise: a camera with a
// colour filter array would also interpolate, which makes the noise of neighbours alike, and the default method
// assumes that it is independent from pixel to pixel. A pure function of light, camera and seed.
std::vector<std::uint8_t> develop_noisy(const std::vector<Colour>& light, const Camera& camera, std::uint64_t seed);

}  // namespace twofold::samples

#endif

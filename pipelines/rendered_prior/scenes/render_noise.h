// Noise as sensors and cameras make it, on a picture that has none.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_RENDER_NOISE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_RENDER_NOISE_H

#include <array>
#include <vector>

#include "pipelines/rendered_prior/scenes/draws.h"

namespace twofold::rendered {

// Where white is 1.
struct NoiseSettings {
    std::array<double, 3> read_noise{};   // standard deviation of a channel
    std::array<double, 3> gain{};         // brightness of a photon; 0 for none
    double row_noise = 0;                 // standard deviation of what a row has in common
    bool camera = false;                  // mosaic, demosaicing, tone curve, compression: noise that neighbours share
    double sharpening = 0;                // of a camera
    int jpeg_quality = 0;                 // 0: none
    bool same_in_channels = false;        // of a grey picture; not of a camera
    bool clipped = true, rounded = true;  // to 0..1, to 8 bits
};

// As a camera makes it in the share `camera` of all cases, else on display values.
NoiseSettings draw_noise_settings(Draws& draws, double camera);

// `image`, side x side RGB, becomes what a denoiser is to find: the picture itself, or what a camera would have made of
// it without noise. Returns the noisy picture. `side` is a multiple of 8.
std::vector<float> render_noise(Draws& draws, const NoiseSettings& settings, int side, std::vector<float>* image);

}  // namespace twofold::rendered

#endif

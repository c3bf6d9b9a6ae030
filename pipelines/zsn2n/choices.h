// What the settings and the image make of a job of ZS-N2N: noise, recipe, network.
#ifndef TWOFOLD_PIPELINES_ZSN2N_CHOICES_H
#define TWOFOLD_PIPELINES_ZSN2N_CHOICES_H

#include "pipelines/common/white_level.h"
#include "pipelines/zsn2n/zsn2n.h"

namespace twofold::zsn2n {

// Whether given weights are trained further.
bool adapts(const Settings& settings);
// Whether it makes a difference to the network what the noise is like. Not to weights of one image, which are for its
// noise.
bool is_told_by_noise(const Settings& settings);
// Whether a training begins with given weights instead of random ones.
bool starts(const Settings& settings, NoiseKind kind);

// The settings' white level, or that of given weights, which keep the scale that they were trained on; 0: to be found.
float given_white(const Settings& settings);
// Of the image; kIndependent where it makes no difference. Throws Error kInvalidArgument and kUnsupported where the
// settings ask for what is not there.
NoiseKind choose_noise(const Settings& settings, const WhiteLevel& white);
Recipe choose_recipe(const Settings& settings, NoiseKind kind);
// Throws Error kUnsupported where given weights do not fit, or the image is too small.
NetworkShape choose_shape(const Settings& settings, const Recipe& recipe);

inline double pixels_of(const Settings& settings) {
    return double(settings.input.width) * double(settings.input.height);
}

}  // namespace twofold::zsn2n

#endif

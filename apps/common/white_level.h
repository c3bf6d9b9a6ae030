// --white W: which sample of a float image is white. Integer images know it: 255 or 65535.
#ifndef TWOFOLD_APPS_COMMON_WHITE_LEVEL_H
#define TWOFOLD_APPS_COMMON_WHITE_LEVEL_H

#include <CLI/CLI.hpp>

#include "platform/image_io/image_io.h"

namespace twofold::apps {

// `*white` stays 0 when the option is not given.
void add_white_option(CLI::App* app, double* white, const std::string& without_it);

// Throws a Failure if `white` was given for an image that is not of float samples.
void check_white(const image_io::Image& image, double white);

// Where white has to be known and is not guessed, since noise and PSNR are measured by it: takes a float image to the
// scale where white is 1; `white` 0 means that it is there already. Throws a Failure when samples above 8 say that this
// cannot be. Alpha, where opaque is 1, stays.
void scale_to_white(image_io::Image* image, double white);
// The same for an image that stays as it is: what divides its samples. Of integer images 1.
double known_white(const image_io::Image& image, double white);
// Undoes scale_to_white.
void scale_from_white(image_io::Image* image, double white);

}  // namespace twofold::apps

#endif

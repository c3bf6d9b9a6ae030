// Images that the tests make themselves.
#ifndef TWOFOLD_TESTS_APPS_SYNTHETIC_H
#define TWOFOLD_TESTS_APPS_SYNTHETIC_H

#include <string>

#include "platform/image_io/image_io.h"

namespace twofold::tests {

// Smooth waves with an edge and, if `noisy`, noise of a fixed seed.
image_io::Image picture(int width, int height, int channels = 3,
                        image_io::SampleType type = image_io::SampleType::kUint8, bool noisy = true);

// Encoded, ready for a file or a pipe.
std::string encoded(const image_io::Image& image, image_io::Format format);
void save(const std::string& path, const image_io::Image& image, image_io::Format format);

}  // namespace twofold::tests

#endif

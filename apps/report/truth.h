// --truth: the image without noise.
#ifndef TWOFOLD_APPS_REPORT_TRUTH_H
#define TWOFOLD_APPS_REPORT_TRUTH_H

#include <cstdint>
#include <string>

#include "platform/image_io/image_io.h"

namespace twofold::apps {

// Reads `path`, an image `factor` times as wide and high as the input, and turns it as the pixels of `input` are
// turned; float samples come on the scale where white is 1 (see scale_to_white for `white`). `memory_limit` as in
// image_io::ReadOptions. Throws a Failure that names the file when it cannot be read or has another shape than the
// input.
image_io::Image read_truth(const std::string& path, const image_io::Image& input, int factor, double white,
                           std::uint64_t memory_limit);

}  // namespace twofold::apps

#endif

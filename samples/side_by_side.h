// Pictures of equal size next to each other, each with a caption.
#ifndef TWOFOLD_SAMPLES_SIDE_BY_SIDE_H
#define TWOFOLD_SAMPLES_SIDE_BY_SIDE_H

#include <string>
#include <vector>

#include "platform/image_io/image_io.h"

namespace twofold::samples {

inline constexpr int kCaptionHeight = 26;  // of the strip above the pictures
inline constexpr int kGap = 6;             // between two pictures

struct Panel {
    std::string caption;  // in capitals
    image_io::Image picture;
};

// Throws std::invalid_argument unless all pictures are 8-bit RGB without alpha and of one size, at least one of them.
image_io::Image side_by_side(const std::vector<Panel>& panels);

}  // namespace twofold::samples

#endif

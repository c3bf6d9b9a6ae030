// --mask M: which pixels of an image are known.
#ifndef TWOFOLD_APPS_COMMON_MASK_H
#define TWOFOLD_APPS_COMMON_MASK_H

#include <cstdint>
#include <string>

#include "platform/image_io/image_io.h"

namespace twofold::apps {

// The file, upright, as one channel of 8 bits: 255 where every colour channel has half of white or more, else 0; alpha
// is not looked at. `memory_limit` as in ReadOptions. Throws a Failure or ImageError.
image_io::Image read_mask(const std::string& path, std::uint64_t memory_limit);

}  // namespace twofold::apps

#endif

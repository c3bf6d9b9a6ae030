// The one EXIF tag that changes what an image looks like.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_EXIF_ORIENTATION_H
#define TWOFOLD_PLATFORM_IMAGE_IO_EXIF_ORIENTATION_H

#include <cstdint>
#include <vector>

namespace twofold::image_io {

// Orientation 1..8 that an EXIF block (a TIFF structure) states; 1 if it states none or makes no sense.
int exif_orientation(const std::vector<std::uint8_t>& exif);
// Change the stated orientation in place. False if the block states none.
bool set_exif_orientation(std::vector<std::uint8_t>* exif, int orientation);

}  // namespace twofold::image_io

#endif

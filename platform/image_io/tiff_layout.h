// What the tags of a TIFF file say about its pixels, checked: what is not handled is refused here.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_TIFF_LAYOUT_H
#define TWOFOLD_PLATFORM_IMAGE_IO_TIFF_LAYOUT_H

#include <tiffio.h>

#include "platform/image_io/codec.h"

namespace twofold::image_io {

struct TiffLayout {
    std::uint32_t width = 0, height = 0;
    std::uint16_t bits = 1;     // of a sample in the file: 1, 2, 4, 8, 16, 32
    std::uint16_t samples = 1;  // of a pixel in the file
    std::uint16_t compression = COMPRESSION_NONE;
    bool floating = false;
    bool palette = false;
    bool inverted = false;  // 0 is white
    bool has_alpha = false;
    bool premultiplied = false;  // alpha is
    bool separate = false;       // one plane after the other
    bool tiled = false;
    bool by_library = false;  // YCbCr: LibTIFF turns it into RGB as a whole
};

TiffLayout read_tiff_layout(TIFF* tiff, const Source& source);
// Refuse a file with more than one page, sub-images or a hidden stack.
void require_single_page(TIFF* tiff, const Source& source);

}  // namespace twofold::image_io

#endif

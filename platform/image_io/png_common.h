// What reading and writing PNG share.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_PNG_COMMON_H
#define TWOFOLD_PLATFORM_IMAGE_IO_PNG_COMMON_H

#include <png.h>

#include "platform/image_io/c_guard.h"

namespace twofold::image_io {

inline constexpr char kPngXmpKeyword[] = "XML:com.adobe.xmp";
inline constexpr double kMetresPerInch = 0.0254;

[[noreturn]] inline void on_png_error(png_structp png, png_const_charp message) {
    auto* guard = static_cast<CGuard*>(png_get_error_ptr(png));
    guard->keep(message);
    std::longjmp(guard->jump, 1);
}

inline void on_png_warning(png_structp, png_const_charp) {}

}  // namespace twofold::image_io

#endif

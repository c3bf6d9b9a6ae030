// In place of tiff_*.cpp in a build without LibTIFF.
#include "platform/image_io/codec.h"

namespace twofold::image_io {

Image read_tiff(const Source& source) {
    source.fail(ErrorKind::kUnsupported, "it is a TIFF file, which this build of twofold does not read");
}

void write_tiff(const OutputImage&, Sink*, Notes*) {
    throw ImageError(ErrorKind::kUnsupported, "this build of twofold does not write TIFF");
}

std::string tiff_version() { return ""; }

}  // namespace twofold::image_io

// Any bytes give an image or an ImageError of one sentence, within the memory that was allowed.
#include <cstdlib>
#include <cstring>

#include "platform/image_io/image_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace twofold::image_io;
    ReadOptions options;
    options.memory_limit = 64 << 20;
    options.upright = size % 2 == 0;
    try {
        const Image image = decode_image(data, size, "fuzz", options);
        if (image.pixels.size() != image.row_bytes() * static_cast<std::size_t>(image.height)) std::abort();
    } catch (const ImageError& error) {
        if (std::strchr(error.what(), '\n') != nullptr) std::abort();
    }
    return 0;
}

#include "pipelines/tv/noisy_image.h"

#include <algorithm>

namespace twofold::tv {

void WholeImage::load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* pixels) const {
    load_rectangle(image_, white_, x, y, width, 1, pixels, width * image_.colour_channels());
}

void Mosaic::load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* pixels) const {
    // Where the piece of `at` lies, of those that are spread over `length` pixels.
    const auto place = [](std::int64_t at, std::int64_t length) {
        return at / kPiece * (length - kPiece) / (kPieces - 1) + at % kPiece;
    };
    for (std::int64_t at = x, next; at < x + width; at = next) {
        next = std::min<std::int64_t>((at / kPiece + 1) * kPiece, x + width);
        const std::int64_t count = next - at, samples = count * image_.colour_channels();
        load_rectangle(image_, white_, place(at, image_.width), place(y, image_.height), count, 1, pixels, samples);
        pixels += samples;
    }
}

}  // namespace twofold::tv

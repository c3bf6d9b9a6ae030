// Windows of an image at random places, by which its noise is measured at a cost that does not depend on its size.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_RANDOM_WINDOW_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_RANDOM_WINDOW_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"
#include "runtime/random.h"

namespace twofold {

struct WindowPlace {
    std::int64_t x, y;  // of the first pixel
};

// The place of window `index` of a stream. The image must not be smaller than the window.
inline WindowPlace random_place(const ImageView& image, int width, int height, std::uint64_t stream,
                                std::uint64_t index) {
    const RandomBlock words = random_block(0, stream, index);
    return {uniform_index(words[0], image.width - width + 1), uniform_index(words[1], image.height - height + 1)};
}

// Colour samples of width x height pixels where white is 1, without hot pixels, interleaved and dense.
inline void load_window(const ImageView& image, const WhiteLevel& white, WindowPlace place, int width, int height,
                        std::vector<float>* pixels) {
    load_rectangle(image, white.white, place.x, place.y, width, height, pixels->data(),
                   std::ptrdiff_t{width} * image.colour_channels());
    clip(white.limit, pixels->data(), pixels->size());
}

}  // namespace twofold

#endif

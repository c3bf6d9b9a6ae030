// Windows of an image at random places, by which its noise is measured at a cost that does not depend on its size.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_RANDOM_WINDOW_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_RANDOM_WINDOW_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
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

// The places of `most` windows: random ones of a stream, or, where the image has no more places than that, every one of
// them once, in an order that jumps about. There are kFewest at least, so that statistics by class have something to
// count; then places come back. The image must not be smaller than the window.
class WindowPlaces {
  public:
    static constexpr std::uint64_t kFewest = 256;

    WindowPlaces(const ImageView& image, int width, int height, std::uint64_t stream, std::uint64_t most)
        : image_(image),
          width_(width),
          height_(height),
          stream_(stream),
          across_(static_cast<std::uint64_t>(image.width - width + 1)),
          places_(across_ * static_cast<std::uint64_t>(image.height - height + 1)),
          size_(std::clamp(places_, std::min(kFewest, most), most)) {
        if (!every_place()) return;
        jump_ = std::max(places_ * 618 / 1000, std::uint64_t{1});
        while (std::gcd(jump_, places_) != 1) --jump_;
    }
    std::uint64_t size() const { return size_; }
    WindowPlace operator[](std::uint64_t index) const {
        if (!every_place()) return random_place(image_, width_, height_, stream_, index);
        const std::uint64_t place = index % places_ * jump_ % places_;
        return {static_cast<std::int64_t>(place % across_), static_cast<std::int64_t>(place / across_)};
    }

  private:
    bool every_place() const { return places_ <= size_; }

    const ImageView& image_;
    int width_, height_;
    std::uint64_t stream_, across_, places_, size_, jump_ = 1;
};

// Colour samples of width x height pixels where white is 1, without hot pixels, interleaved and dense.
inline void load_window(const ImageView& image, const WhiteLevel& white, WindowPlace place, int width, int height,
                        std::vector<float>* pixels) {
    load_rectangle(image, white.white, place.x, place.y, width, height, pixels->data(),
                   std::ptrdiff_t{width} * image.colour_channels());
    clip(white.limit, pixels->data(), pixels->size());
}

// Black bars and blown skies say nothing about the noise: leaves out the windows that are clipped, unless of `one_in`
// windows not even one would be left.
template <typename Window, typename Clipped>
void drop_clipped(std::vector<Window>& windows, std::size_t one_in, const Clipped& clipped) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(windows, clipped));
    if (count < windows.size() - windows.size() / one_in) std::erase_if(windows, clipped);
}

}  // namespace twofold

#endif

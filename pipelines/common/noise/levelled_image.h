// An image without the line noise that a sensor's readout has added: its rows and columns are brought to one level
// before anything is learned from it. What a method takes for picture in a row that is brighter all along cannot be
// taken away afterwards.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_LEVELLED_IMAGE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_LEVELLED_IMAGE_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

// Standard deviations of the offsets that stand out, where white is 1; 0 where they do not.
struct LineNoise {
    double rows = 0, columns = 0;
    bool stands_out() const { return rows > 0 || columns > 0; }
};

LineNoise find_line_noise(const ImageView& image, const WhiteLevel& white);

class LevelledImage {
  public:
    // Takes the share `strength` of the offsets from a copy of the image, which is of its type and layout of channels.
    // Integer samples are rounded, and stay within 0 and white.
    LevelledImage(const ImageView& image, const WhiteLevel& white, const LineNoise& noise, float strength);

    static std::uint64_t bytes(const ImageView& image);
    const ImageView& view() const { return view_; }
    const LineNoise& noise() const { return noise_; }

  private:
    LineNoise noise_;
    std::vector<std::byte> samples_;
    ImageView view_;
};

}  // namespace twofold

#endif

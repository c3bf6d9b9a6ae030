#include "pipelines/common/prior/store_result.h"

#include <array>
#include <cstring>

#include "pipelines/common/white_level.h"

namespace twofold::prior {
namespace {

// Through floats only where it must be: dividing by white and multiplying again changes the last bit.
void copy_pixel(const ImageView& input, const ImageView& output, float white, std::int64_t x, std::int64_t y) {
    const int channels = input.colour_channels();
    if (input.type == output.type) {
        for (int c = 0; c < channels; ++c)
            std::memmove(output.at(x, y, c), input.at(x, y, c), sample_bytes(input.type));
        return;
    }
    std::array<float, 4> pixel;
    load_rectangle(input, white, x, y, 1, 1, pixel.data(), channels);
    store_rectangle(output, output_white(input, output, white), x, y, 1, 1, pixel.data(), channels);
}

}  // namespace

void store_result_row(const ImageView& input, const ImageView& output, float white, std::int64_t y, const float* result,
                      const float* kept) {
    const float target_white = output_white(input, output, white);
    const std::ptrdiff_t channels = output.colour_channels();
    if (!kept)
        return store_rectangle(output, target_white, 0, y, output.width, 1, result,
                               static_cast<std::ptrdiff_t>(output.width) * channels);
    for (std::int64_t begin = 0; begin < output.width;) {
        if (kept[begin] != 0) {
            copy_pixel(input, output, white, begin++, y);
            continue;
        }
        std::int64_t end = begin;
        while (end < output.width && kept[end] == 0) ++end;
        store_rectangle(output, target_white, begin, y, end - begin, 1, result + begin * channels,
                        static_cast<std::ptrdiff_t>(end - begin) * channels);
        begin = end;
    }
}

}  // namespace twofold::prior

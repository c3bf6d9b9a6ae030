#include "pipelines/common/prior/load_image.h"

#include <algorithm>
#include <limits>

#include "ops/padding/reflect_border.h"

namespace twofold::prior {

void load_image(ThreadTeam& team, const ImageView& image, float white, ops::FeatureMap map, Range range) {
    const int height = static_cast<int>(image.height), width = static_cast<int>(image.width);
    const int colours = image.colour_channels();
    const float limit = range == Range::kAll ? std::numeric_limits<float>::max() : 1.0f;
    const float lowest = range == Range::kAll ? -limit : 0.0f;
    team.run(map.height, [&](std::int64_t task, int) {
        const int y = static_cast<int>(task);
        float* row = map.at(y, 0);
        load_rectangle(image, white, 0, ops::reflected_index(y, height), width, 1, row, map.row);
        // From the last pixel on, since the map's may be further apart.
        for (int x = width - 1; x >= 0; --x)
            for (int c = colours - 1; c >= 0; --c) map.at(y, x)[c] = std::clamp(row[x * colours + c], lowest, limit);
        for (int x = width; x < map.width; ++x)
            std::copy_n(map.at(y, ops::reflected_index(x, width)), colours, map.at(y, x));
    });
}

}  // namespace twofold::prior

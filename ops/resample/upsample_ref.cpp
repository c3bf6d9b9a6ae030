#include <algorithm>

#include "ops/resample/upsample.h"

namespace twofold::ops::ref {
namespace {

// The transposed view of one axis: weight of src pixel i in dst pixel j.
float weight(Upsampling kind, int i, int j, int size) {
    const int near = j / 2;
    if (kind == Upsampling::kNearest) return i == near ? 1.0f : 0.0f;
    const int other = std::clamp(j % 2 ? near + 1 : near - 1, 0, size - 1);
    return (i == near ? 0.75f : 0.0f) + (i == other ? 0.25f : 0.0f);
}

}  // namespace

void upsample_forward(Upsampling kind, ConstFeatureMap src, FeatureMap dst) {
    for (int y = 0; y < dst.height; ++y)
        for (int x = 0; x < dst.width; ++x)
            for (int c = 0; c < dst.channels; ++c) {
                float sum = 0;
                for (int sy = std::max(0, y / 2 - 1); sy <= std::min(src.height - 1, y / 2 + 1); ++sy)
                    for (int sx = std::max(0, x / 2 - 1); sx <= std::min(src.width - 1, x / 2 + 1); ++sx)
                        sum += weight(kind, sy, y, src.height) * weight(kind, sx, x, src.width) * src.at(sy, sx)[c];
                dst.at(y, x)[c] = sum;
            }
}

void upsample_backward(Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    const int height = diff_src.height, width = diff_src.width;
    for (int sy = 0; sy < height; ++sy)
        for (int sx = 0; sx < width; ++sx)
            for (int c = 0; c < diff_src.channels; ++c) {
                float sum = 0;
                for (int y = std::max(0, 2 * sy - 1); y <= std::min(2 * height - 1, 2 * sy + 2); ++y)
                    for (int x = std::max(0, 2 * sx - 1); x <= std::min(2 * width - 1, 2 * sx + 2); ++x)
                        sum += weight(kind, sy, y, height) * weight(kind, sx, x, width) * diff_dst.at(y, x)[c];
                diff_src.at(sy, sx)[c] = sum;
            }
}

}  // namespace twofold::ops::ref

#include "pipelines/common/noise_network/patch.h"

#include <algorithm>
#include <utility>

#include "ops/feature_map.h"

namespace twofold {
namespace {

// Calls visit(from, to) with the offsets of each pixel in src and in dst, both dense.
template <typename Visit>
void for_each_pixel(const Symmetry& symmetry, int height, int width, int channels, const Visit& visit) {
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            int to_x = symmetry.transpose ? y : x, to_y = symmetry.transpose ? x : y;
            const int to_width = symmetry.transpose ? height : width, to_height = symmetry.transpose ? width : height;
            if (symmetry.mirror_x) to_x = to_width - 1 - to_x;
            if (symmetry.mirror_y) to_y = to_height - 1 - to_y;
            visit(y, x, (to_y * to_width + to_x) * channels);
        }
}

// Calls visit(pixel, sample) with the offsets of each pixel and of its place in the folded patch.
template <typename Visit>
void for_each_folded(int height, int width, int channels, int fold, const Visit& visit) {
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int block = y / fold * (width / fold) + x / fold, place = y % fold * fold + x % fold;
            visit((y * width + x) * channels, (block * fold * fold + place) * channels);
        }
}

// The place of [first, end) that mirrors at both ends show at `place`; the nearest one where it is too far off.
int mirrored(int place, int first, int end) {
    if (place < first) place = 2 * first - 1 - place;
    if (place >= end) place = 2 * end - 1 - place;
    return std::clamp(place, first, end - 1);
}

}  // namespace

void apply_symmetry(const Symmetry& symmetry, int height, int width, int channels, const float* src, float* dst) {
    for_each_pixel(symmetry, height, width, channels, [&](int y, int x, int to) {
        const float* from = src + (y * width + x) * channels;
        for (int c = 0; c < channels; ++c) dst[to + c] = from[c];
    });
}

void add_inverse_symmetry(const Symmetry& symmetry, int height, int width, int channels, const float* src, float scale,
                          float* dst, std::ptrdiff_t dst_row) {
    for_each_pixel(symmetry, height, width, channels, [&](int y, int x, int from) {
        float* to = dst + y * dst_row + x * channels;
        for (int c = 0; c < channels; ++c) to[c] += scale * src[from + c];
    });
}

Rectangle apply_symmetry(const Symmetry& symmetry, int height, int width, const Rectangle& rectangle) {
    Rectangle r = rectangle;
    if (symmetry.transpose) {
        r = {r.top, r.left, r.bottom, r.right};
        std::swap(height, width);
    }
    if (symmetry.mirror_x) r = {width - r.right, r.top, width - r.left, r.bottom};
    if (symmetry.mirror_y) r = {r.left, height - r.bottom, r.right, height - r.top};
    return r;
}

void fold_pixels(int height, int width, int channels, int fold, const float* src, float* dst) {
    for_each_folded(height, width, channels, fold,
                    [&](int pixel, int sample) { std::copy_n(src + pixel, channels, dst + sample); });
}

void unfold_pixels(int height, int width, int channels, int fold, const float* src, float* dst) {
    for_each_folded(height, width, channels, fold,
                    [&](int pixel, int sample) { std::copy_n(src + sample, channels, dst + pixel); });
}

void copy_patch(const float* src, std::ptrdiff_t src_row, int height, int width, int channels, const Rectangle& inside,
                bool mirrored, float* patch) {
    std::fill_n(patch, ops::dense_size(height, width, channels), 0.0f);
    for (int y = inside.top; y < inside.bottom; ++y, src += src_row)
        std::copy_n(src, (inside.right - inside.left) * channels, patch + (y * width + inside.left) * channels);
    if (mirrored) mirror_outside(height, width, channels, inside, patch);
}

void mirror_outside(int height, int width, int channels, const Rectangle& inside, float* patch) {
    const auto at = [&](int x, int y) { return patch + (y * width + x) * channels; };
    const int left = std::clamp(inside.left, 0, width), right = std::clamp(inside.right, left, width);
    const int top = std::clamp(inside.top, 0, height), bottom = std::clamp(inside.bottom, top, height);
    for (int y = top; y < bottom; ++y) {
        for (int x = 0; x < width; ++x)
            if (x < left || x >= right) std::copy_n(at(mirrored(x, left, right), y), channels, at(x, y));
    }
    for (int y = 0; y < height; ++y)
        if (y < top || y >= bottom) std::copy_n(at(0, mirrored(y, top, bottom)), width * channels, at(0, y));
}

Rectangle inside_image(std::int64_t image_width, std::int64_t image_height, std::int64_t x, std::int64_t y, int width,
                       int height) {
    const auto clip = [](std::int64_t value, int size) {
        return static_cast<int>(std::clamp<std::int64_t>(value, 0, size));
    };
    return {clip(-x, width), clip(-y, height), clip(image_width - x, width), clip(image_height - y, height)};
}

}  // namespace twofold

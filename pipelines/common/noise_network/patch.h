// Patches: rectangles of the image with their halo, flipped and turned.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_PATCH_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_NETWORK_PATCH_H

#include <cstdint>

#include "pipelines/common/noise_network/network.h"

namespace twofold {

// One of the eight symmetries of the square, applied in this order: transpose, mirror columns, mirror rows.
struct Symmetry {
    bool transpose = false, mirror_x = false, mirror_y = false;
    static Symmetry from_index(int index) { return {(index & 4) != 0, (index & 1) != 0, (index & 2) != 0}; }
};

// dst (height x width, or width x height if transposed) = src (height x width) under the symmetry; rows are dense.
void apply_symmetry(const Symmetry& symmetry, int height, int width, int channels, const float* src, float* dst);
// The inverse: src has the shape that apply_symmetry gave dst; dst is height x width with rows `dst_row` floats apart.
// Adds `scale` times the values.
void add_inverse_symmetry(const Symmetry& symmetry, int height, int width, int channels, const float* src, float scale,
                          float* dst, std::ptrdiff_t dst_row);
// Where a rectangle of a height x width patch goes.
Rectangle apply_symmetry(const Symmetry& symmetry, int height, int width, const Rectangle& rectangle);

// dst (blocks of height/fold x width/fold, each fold x fold pixels row by row) = src (height x width pixels, dense),
// whose sides are multiples of fold; and back.
void fold_pixels(int height, int width, int channels, int fold, const float* src, float* dst);
void unfold_pixels(int height, int width, int channels, int fold, const float* src, float* dst);
// Fill the pixels of a patch (height x width, dense) outside a rectangle with those inside, mirrored at its edges, the
// outermost one twice.
void mirror_outside(int height, int width, int channels, const Rectangle& inside, float* patch);

// Copies what a patch (height x width, dense) shows of an image: `src` is the pixel that goes to the upper left of
// `inside`, rows of the image are src_row floats apart. Outside there are zeros, or the same mirrored.
void copy_patch(const float* src, std::ptrdiff_t src_row, int height, int width, int channels, const Rectangle& inside,
                bool mirrored, float* patch);

// The part of the image, width x height pixels large, that a patch at (x, y) of the given size covers, in the patch's
// coordinates.
Rectangle inside_image(std::int64_t image_width, std::int64_t image_height, std::int64_t x, std::int64_t y, int width,
                       int height);

}  // namespace twofold

#endif

// Feature maps: what the layers of a network over whole images hand to one another.
//
// height x width pixels of interleaved channels. `row` and `pixel` are strides in floats, so that a map may be a slice
// of a wider one or the inside of one that has a border. Different pixels of a map never overlap: pixel >= channels,
// |row| >= width * pixel.
#ifndef TWOFOLD_OPS_FEATURE_MAP_H
#define TWOFOLD_OPS_FEATURE_MAP_H

#include <cstddef>
#include <cstdint>
#include <new>

namespace twofold::ops {

struct FeatureMap {
    float* data;
    std::ptrdiff_t row, pixel;
    int height, width, channels;

    float* at(int y, int x) const { return data + y * row + x * pixel; }
    // Rows are single runs of width * channels floats.
    bool dense_rows() const { return pixel == channels; }
};

struct ConstFeatureMap {
    const float* data;
    std::ptrdiff_t row, pixel;
    int height, width, channels;

    ConstFeatureMap(const float* data_, std::ptrdiff_t row_, std::ptrdiff_t pixel_, int height_, int width_,
                    int channels_)
        : data(data_), row(row_), pixel(pixel_), height(height_), width(width_), channels(channels_) {}
    ConstFeatureMap(const FeatureMap& map)
        : data(map.data),
          row(map.row),
          pixel(map.pixel),
          height(map.height),
          width(map.width),
          channels(map.channels) {}

    const float* at(int y, int x) const { return data + y * row + x * pixel; }
    bool dense_rows() const { return pixel == channels; }
};

// A map whose pixels lie side by side in memory of height * width * channels floats.
inline FeatureMap dense_map(float* data, int height, int width, int channels) {
    return {data, std::ptrdiff_t{width} * channels, channels, height, width, channels};
}
inline ConstFeatureMap dense_map(const float* data, int height, int width, int channels) {
    return {data, std::ptrdiff_t{width} * channels, channels, height, width, channels};
}

// Its floats.
inline std::size_t dense_size(std::int64_t height, std::int64_t width, int channels) {
    std::int64_t size = 0;
    if (__builtin_mul_overflow(height, width, &size) || __builtin_mul_overflow(size, std::int64_t{channels}, &size) ||
        size > std::int64_t{PTRDIFF_MAX / sizeof(float)})
        throw std::bad_alloc();
    return static_cast<std::size_t>(size);
}

// Floats rounded up to whole cache lines, on which what comes behind them then begins.
constexpr std::size_t whole_cache_lines(std::size_t floats) { return (floats + 15) / 16 * 16; }

// For an argument that may be left out: data is null.
inline ConstFeatureMap no_map() { return {nullptr, 0, 0, 0, 0, 0}; }

// What lies within `pad` pixels of the edges of a map that has a border: the map without its border.
inline FeatureMap without_border(const FeatureMap& map, int pad) {
    return {map.at(pad, pad), map.row, map.pixel, map.height - 2 * pad, map.width - 2 * pad, map.channels};
}

}  // namespace twofold::ops

#endif

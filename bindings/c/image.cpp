#include "bindings/c/image.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <string>

#include "bindings/c/handles.h"

namespace twofold::c_api {
namespace {

constexpr std::int64_t kMaxExtent = std::numeric_limits<std::int32_t>::max();

struct Axis {
    std::int64_t count;
    std::int64_t stride;
};

// Bytes that samples cover along some axes, relative to the first sample: [low, high).
struct Extent {
    std::int64_t low = 0;
    std::int64_t high = 0;
};

// False on overflow.
bool grow(Extent* extent, Axis axis) {
    std::int64_t reach;
    if (__builtin_mul_overflow(axis.count - 1, axis.stride, &reach)) return false;
    std::int64_t& end = reach < 0 ? extent->low : extent->high;
    return !__builtin_add_overflow(end, reach, &end);
}

std::array<Axis, 3> axes_of(const ImageView& image) {
    // The stride of an axis with one sample is never taken.
    const auto axis = [](std::int64_t count, std::int64_t stride) { return Axis{count, count > 1 ? stride : 0}; };
    return {axis(image.channels, image.channel_stride), axis(image.width, image.pixel_stride),
            axis(image.height, image.row_stride)};
}

Extent extent_of(const ImageView& image, std::size_t axes) {
    Extent extent{0, static_cast<std::int64_t>(sample_bytes(image.type))};
    const auto all = axes_of(image);
    for (std::size_t i = 0; i < axes; ++i) grow(&extent, all[i]);
    return extent;
}

bool fits_in_memory(const ImageView& image) {
    Extent extent{0, static_cast<std::int64_t>(sample_bytes(image.type))};
    for (const Axis& axis : axes_of(image)) {
        if (!grow(&extent, axis)) return false;
    }
    std::int64_t size;
    if (__builtin_sub_overflow(extent.high, extent.low, &size)) return false;
    const auto base = reinterpret_cast<std::uintptr_t>(image.data);
    const auto below = static_cast<std::uint64_t>(-(extent.low + 1)) + 1;  // correct for the smallest number as well
    const bool starts = extent.low == 0 || base > below;
    return starts && static_cast<std::uint64_t>(extent.high) <= std::numeric_limits<std::uintptr_t>::max() - base;
}

// Sufficient for samples not to overlap: taken from the smallest stride up, every step leaves behind what the smaller
// ones cover. Every layout in use passes.
bool samples_are_apart(const ImageView& image) {
    auto axes = axes_of(image);
    std::sort(axes.begin(), axes.end(), [](Axis a, Axis b) { return std::abs(a.stride) < std::abs(b.stride); });
    auto covered = static_cast<std::int64_t>(sample_bytes(image.type));
    for (const Axis& axis : axes) {
        if (axis.count == 1) continue;
        if (std::abs(axis.stride) < covered) return false;
        covered += std::abs(axis.stride) * (axis.count - 1);
    }
    return true;
}

bool same_view(const ImageView& a, const ImageView& b) {
    return a.data == b.data && a.type == b.type && a.pixel_stride == b.pixel_stride && a.row_stride == b.row_stride &&
           a.channel_stride == b.channel_stride;
}

bool intersect(std::int64_t low0, std::int64_t high0, std::int64_t low1, std::int64_t high1) {
    return low0 < high1 && low1 < high0;
}

// Whether two images may share bytes; false only if they certainly do not.
bool share_memory(const ImageView& a, const ImageView& b) {
    const Extent all_a = extent_of(a, 3), all_b = extent_of(b, 3);
    const auto base_a = reinterpret_cast<std::uintptr_t>(a.data), base_b = reinterpret_cast<std::uintptr_t>(b.data);
    const auto start = [](std::uintptr_t base, std::int64_t offset) {
        return base + static_cast<std::uintptr_t>(offset);
    };
    if (start(base_a, all_a.high) <= start(base_b, all_b.low) ||
        start(base_b, all_b.high) <= start(base_a, all_a.low)) {
        return false;
    }
    // Rows that lie equally far apart in both: row i of a meets row j of b only if they lie within one stride.
    const Extent row_a = extent_of(a, 2), row_b = extent_of(b, 2);
    const std::int64_t stride = std::abs(axes_of(a)[2].stride);
    if (a.row_stride != b.row_stride || stride == 0 || row_a.high - row_a.low > stride ||
        row_b.high - row_b.low > stride) {
        return true;
    }
    const auto distance = static_cast<std::int64_t>(start(base_b, row_b.low) - start(base_a, row_a.low)) % stride;
    const std::int64_t wide_a = row_a.high - row_a.low, wide_b = row_b.high - row_b.low;
    return intersect(0, wide_a, distance, distance + wide_b) ||
           intersect(0, wide_a, distance - stride, distance - stride + wide_b) ||
           intersect(0, wide_a, distance + stride, distance + stride + wide_b);
}

void require_image(bool condition, const char* role, const char* sentence) {
    if (!condition) throw Error(ErrorCode::kInvalidArgument, std::string("the ") + role + " image " + sentence);
}

void check_channels(const ImageView& source, const ImageView& target) {
    require_argument(source.channels == target.channels && source.has_alpha == target.has_alpha,
                     "input and output must have the same channels");
}

}  // namespace

ImageView checked_view(const twofold_image& image, Access access, const char* role) {
    require_image(image.data != nullptr, role, "has no data");
    require_image(image.width >= 1 && image.height >= 1 && image.width <= kMaxExtent && image.height <= kMaxExtent,
                  role, "must be 1 to 2147483647 pixels wide and high");
    require_image(image.channels >= 1 && image.channels <= 4, role, "must have 1 to 4 channels");
    require_image(!image.has_alpha || image.channels > 1, role, "has no channel besides alpha");
    require_image(image.reserved == 0, role, "has a reserved field that is not 0");
    const int type = raw_value(image.data_type);
    require_image(type >= TWOFOLD_UINT8 && type <= TWOFOLD_FLOAT32, role, "has an unknown data type");

    ImageView view;
    view.data = static_cast<std::byte*>(image.data);
    view.width = image.width;
    view.height = image.height;
    view.channels = image.channels;
    view.has_alpha = image.has_alpha != 0;
    view.type = static_cast<DataType>(type);
    view.pixel_stride = image.pixel_stride;
    view.row_stride = image.row_stride;
    view.channel_stride = image.channel_stride;
    require_image(fits_in_memory(view), role, "does not fit into memory: its strides are too large");
    require_image(access == Access::kRead || samples_are_apart(view), role, "has strides that let its samples overlap");
    return view;
}

void check_pair(const ImageView& source, const ImageView& target) {
    require_argument(source.width == target.width && source.height == target.height,
                     "input and output must have the same width and height");
    check_channels(source, target);
    require_argument(same_view(source, target) || !share_memory(source, target),
                     "input and output share memory without being the same view");
}

void check_enlarged_pair(const ImageView& source, const ImageView& target, int factor) {
    require_argument(source.width * factor == target.width && source.height * factor == target.height,
                     "the output's width and height must be the input's times the factor");
    check_channels(source, target);
    require_argument(!share_memory(source, target), "input and output share memory");
}

void check_mask_memory(const ImageView& mask, const ImageView& output) {
    require_argument(!share_memory(mask, output), "the mask and the output share memory");
}

ImageView checked_map(const twofold_image& map, const ImageView& image, const char* role) {
    const ImageView view = checked_view(map, Access::kWrite, role);
    const std::string name = std::string("the ") + role;
    if (view.channels != 1) throw Error(ErrorCode::kInvalidArgument, name + " must have one channel");
    if (view.width != image.width || view.height != image.height)
        throw Error(ErrorCode::kInvalidArgument, name + " and the image differ in size");
    return view;
}

void check_finite(const ImageView& image, const char* role) {
    if (image.type != DataType::kFloat32) return;
    for (std::int64_t y = 0; y < image.height; ++y) {
        if (!scan_row(image, y).finite) {
            throw Error(ErrorCode::kNonFinite,
                        std::string("the ") + role + " image holds NaN or infinity in row " + std::to_string(y));
        }
    }
}

}  // namespace twofold::c_api

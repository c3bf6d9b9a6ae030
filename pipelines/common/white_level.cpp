#include "pipelines/common/white_level.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/error.h"

namespace twofold {
namespace {

constexpr float kLeastWhite = 0.1f, kMostWhite = 8;  // the range in which images made for a white of 1 end
constexpr int kFewestBits = 4;
constexpr std::uint64_t kHotShare = 1000;
constexpr float kHotFactor = 4;

// Positive floats are ordered like their bits: the exponent and five bits of the mantissa make a histogram of fixed
// size over all magnitudes, whose bins are 1/32 wide.
constexpr int kDropped = 23 - 5;
constexpr std::size_t kBins = std::size_t{0x7f800000u >> kDropped};

float largest_sample(const ImageView& image) {
    float largest = 0;
    for (std::int64_t y = 0; y < image.height; ++y) {
        const SampleRange range = scan_row(image, y);
        if (!range.finite)
            throw Error(ErrorCode::kNonFinite, "the image holds NaN or infinity in row " + std::to_string(y));
        largest = std::max(largest, range.largest_absolute);
    }
    return largest;
}

float largest_word(const ImageView& image) {
    std::vector<float> row(static_cast<std::size_t>(image.width * image.colour_channels()));
    float largest = 0;
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_rectangle(image, 1, 0, y, image.width, 1, row.data(), static_cast<std::ptrdiff_t>(row.size()));
        largest = std::max(largest, *std::ranges::max_element(row));
    }
    return largest;
}

// The largest number of as many bits as `largest` has, and at least kFewestBits.
float white_of_bits(float largest) {
    const int bits = std::max(kFewestBits, static_cast<int>(std::bit_width(static_cast<std::uint32_t>(largest))));
    return static_cast<float>((1 << bits) - 1);
}

// Upper edge of the bin of the brightest sample, when the brightest thousandth does not count.
float largest_but_hot(const ImageView& image, float largest) {
    const auto channels = static_cast<std::size_t>(image.colour_channels());
    std::vector<std::uint64_t> counts(kBins);
    std::vector<float> row(static_cast<std::size_t>(image.width) * channels);
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_rectangle(image, 1, 0, y, image.width, 1, row.data(), static_cast<std::ptrdiff_t>(row.size()));
        for (const float value : row) ++counts[std::bit_cast<std::uint32_t>(std::fabs(value)) >> kDropped];
    }
    const std::uint64_t samples = row.size() * static_cast<std::uint64_t>(image.height);
    std::uint64_t hot = std::max<std::uint64_t>(samples / kHotShare, channels);
    std::size_t bin = kBins - 1;
    while (bin > 0 && counts[bin] <= hot) hot -= counts[bin--];
    // Nothing but black below the hot ones.
    if (bin == 0) return largest;
    return std::min(largest, std::bit_cast<float>(static_cast<std::uint32_t>(bin + 1) << kDropped));
}

WhiteLevel find_white_of_words(const ImageView& image, float given) {
    const float largest = largest_word(image);
    WhiteLevel level{.white = given > 0 ? given : white_of_bits(largest)};
    const float sound = largest_but_hot(image, largest);
    if (largest <= kHotFactor * sound) return level;
    if (given <= 0) level.white = white_of_bits(sound);
    level.limit = std::max(1.0f, kHotFactor * sound / level.white);
    return level;
}

float white_of(float largest) {
    return (largest >= kLeastWhite && largest <= kMostWhite) || largest == 0 ? 1.0f : largest;
}

}  // namespace

WhiteLevel find_white_level(const ImageView& image, float given) {
    if (image.type == DataType::kUint8) return {.white = integer_white(image.type)};
    if (image.type == DataType::kUint16) return find_white_of_words(image, given);
    const float largest = largest_sample(image);
    WhiteLevel level{.white = given > 0 ? given : white_of(largest)};
    if ((given > 0 || level.white == 1) && largest <= kMostWhite * level.white) return level;
    const float sound = largest_but_hot(image, largest);
    if (largest <= kHotFactor * sound) return level;
    if (given <= 0) level.white = white_of(sound);
    level.limit = std::max(1.0f, kHotFactor * sound / level.white);
    return level;
}

float output_white(const ImageView& input, const ImageView& output, float white) {
    if (input.type == DataType::kFloat32) return output.type == DataType::kFloat32 ? white : integer_white(output.type);
    // Between integer types full scale stays full scale, whatever part of it is in use.
    const float full = output.type == DataType::kFloat32 ? 1.0f : integer_white(output.type);
    return output.type == input.type ? white : full * (white / integer_white(input.type));
}

void clip(float limit, float* samples, std::size_t count) {
    if (std::isinf(limit)) return;
    for (std::size_t i = 0; i < count; ++i) samples[i] = std::clamp(samples[i], -limit, limit);
}

}  // namespace twofold

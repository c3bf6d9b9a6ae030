#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/image_io/codec.h"
#include "platform/memory_info.h"

namespace twofold::image_io {
namespace {

// To a tenth: limits may be small.
std::string megabytes(std::uint64_t tenths) {
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

}  // namespace

std::string one_line(const std::string& text) {
    constexpr std::size_t kLongest = 400;
    std::string line = text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

void Source::fail(ErrorKind kind, const std::string& what) const {
    throw ImageError(kind, one_line("cannot read '" + name + "': " + what));
}

std::uint64_t Source::memory_left() const {
    constexpr std::uint64_t kMost = std::numeric_limits<std::ptrdiff_t>::max();
    const std::uint64_t allowed = memory_limit != 0 ? memory_limit - std::min(memory_limit, taken) : kMost;
    return std::min({allowed, platform::available_memory(), kMost});
}

void Source::require_memory(std::uint64_t bytes) const {
    const std::uint64_t left = memory_left();
    if (bytes <= left) return;
    constexpr std::uint64_t kTenth = 100000;
    fail(ErrorKind::kOutOfMemory, "reading it takes another " + megabytes(bytes / kTenth + 1) +
                                      " of memory, and only " + megabytes(left / kTenth) + " are left");
}

void Source::allocate(Image* image, double largest_ratio) const {
    const std::string shape = std::to_string(image->width) + " x " + std::to_string(image->height) + " pixels";
    if (image->width <= 0 || image->height <= 0) fail(ErrorKind::kUnreadable, "it says it has " + shape);
    const std::uint64_t pixel = static_cast<std::uint64_t>(image->channels) * image->sample_bytes();
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(image->width), static_cast<std::uint64_t>(image->height),
                               &bytes) ||
        __builtin_mul_overflow(bytes, pixel, &bytes)) {
        fail(ErrorKind::kOutOfMemory, shape + " are more than any memory holds");
    }
    // A small constant for what a file of a few bytes cannot bound well.
    if (largest_ratio > 0 && static_cast<double>(bytes) > largest_ratio * static_cast<double>(size) + 4096) {
        fail(ErrorKind::kUnreadable,
             "the file is truncated or damaged, " + std::to_string(size) + " bytes cannot hold " + shape);
    }
    require_memory(bytes);
    image->pixels.resize(static_cast<std::size_t>(bytes));
    if (memory_limit != 0) taken += bytes;
}

void note_lost_metadata(const Image& image, Holds holds, const char* format, Notes* notes) {
    const Metadata& metadata = image.metadata;
    const auto lost = [&](bool there, bool held, const char* what) {
        if (there && !held)
            notes->add(std::string("The ") + what + " is left out: " + format + " files cannot hold it.");
    };
    lost(!metadata.icc.empty(), holds.icc, "ICC profile");
    lost(!metadata.exif.empty(), holds.exif, "EXIF block");
    lost(!metadata.xmp.empty(), holds.xmp, "XMP packet");
    for (const std::string& what : metadata.left_behind) notes->add("Not carried over: " + what + ".");
}

}  // namespace twofold::image_io

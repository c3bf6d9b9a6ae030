#include "platform/image_io/exif_orientation.h"

#include <cstddef>

namespace twofold::image_io {
namespace {

constexpr unsigned kTagOrientation = 0x0112;
constexpr unsigned kTypeByte = 1, kTypeShort = 3, kTypeLong = 4;

struct Field {
    std::size_t offset = 0;  // of the value; 0 = there is none
    unsigned bytes = 0;
    bool little = false;
};

std::uint32_t load(const std::vector<std::uint8_t>& data, std::size_t at, unsigned bytes, bool little) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value = value << 8 | data[at + (little ? bytes - 1 - i : i)];
    return value;
}

// Only the first directory counts: the second describes the thumbnail.
Field find_orientation(const std::vector<std::uint8_t>& exif) {
    Field field;
    if (exif.size() < 8) return field;
    if (exif[0] == 'I' && exif[1] == 'I') {
        field.little = true;
    } else if (exif[0] != 'M' || exif[1] != 'M') {
        return field;
    }
    if (load(exif, 2, 2, field.little) != 42) return field;
    const std::size_t directory = load(exif, 4, 4, field.little);
    if (directory > exif.size() - 2) return field;
    const std::size_t entries = load(exif, directory, 2, field.little);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (entry + 12 > exif.size()) return field;
        if (load(exif, entry, 2, field.little) != kTagOrientation) continue;
        const unsigned type = load(exif, entry + 2, 2, field.little);
        if (load(exif, entry + 4, 4, field.little) != 1) return field;
        field.bytes = type == kTypeByte ? 1 : type == kTypeShort ? 2 : type == kTypeLong ? 4 : 0;
        if (field.bytes != 0) field.offset = entry + 8;
        return field;
    }
    return field;
}

}  // namespace

int exif_orientation(const std::vector<std::uint8_t>& exif) {
    const Field field = find_orientation(exif);
    if (field.offset == 0) return 1;
    const std::uint32_t value = load(exif, field.offset, field.bytes, field.little);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

bool set_exif_orientation(std::vector<std::uint8_t>* exif, int orientation) {
    const Field field = find_orientation(*exif);
    if (field.offset == 0) return false;
    for (unsigned i = 0; i < field.bytes; ++i) (*exif)[field.offset + i] = 0;
    (*exif)[field.offset + (field.little ? 0 : field.bytes - 1)] = static_cast<std::uint8_t>(orientation);
    return true;
}

}  // namespace twofold::image_io

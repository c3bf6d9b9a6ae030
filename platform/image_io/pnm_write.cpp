#include <bit>
#include <cstdio>

#include "platform/image_io/codec.h"
#include "platform/image_io/convert.h"

namespace twofold::image_io {

Bytes write_pnm(const Image& image, Notes* notes) {
    note_lost_metadata(image, {false, false, false}, "PNM", notes);
    if (image.type == SampleType::kFloat32) notes->add("The samples are rounded to 16 bits: PNM files hold no more.");
    const SampleType type = image.type == SampleType::kUint8 ? SampleType::kUint8 : SampleType::kUint16;
    const int maximum = type == SampleType::kUint8 ? 255 : 65535;
    const std::string size =
        std::to_string(image.width) + (image.has_alpha ? "\nHEIGHT " : " ") + std::to_string(image.height);
    const std::string header =
        image.has_alpha ? "P7\nWIDTH " + size + "\nDEPTH " + std::to_string(image.channels) + "\nMAXVAL " +
                              std::to_string(maximum) + "\nTUPLTYPE " +
                              (image.channels == 2 ? "GRAYSCALE_ALPHA" : "RGB_ALPHA") + "\nENDHDR\n"
                        : (image.channels == 1 ? "P5\n" : "P6\n") + size + "\n" + std::to_string(maximum) + "\n";
    OutputRows rows(image, type, true);
    Bytes bytes;
    bytes.reserve(header.size() + rows.row_bytes() * static_cast<std::size_t>(image.height));
    bytes.assign(header.begin(), header.end());
    const bool swap = type == SampleType::kUint16 && std::endian::native == std::endian::little;
    for (std::int64_t y = 0; y < image.height; ++y) {
        const std::uint8_t* row = rows.row(y);
        bytes.insert(bytes.end(), row, row + rows.row_bytes());
        if (!swap) continue;
        for (std::size_t i = bytes.size() - rows.row_bytes(); i < bytes.size(); i += 2)
            std::swap(bytes[i], bytes[i + 1]);
    }
    return bytes;
}

}  // namespace twofold::image_io

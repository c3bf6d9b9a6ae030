#include <bit>
#include <cstdio>

#include "platform/image_io/codec.h"

namespace twofold::image_io {

void write_pnm(const OutputImage& output, Sink* sink, Notes* notes) {
    const Image& image = output.shape;
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
    OutputRows rows(output, type, true);
    sink->append(header.data(), header.size());
    Bytes swapped;
    const bool swap = type == SampleType::kUint16 && std::endian::native == std::endian::little;
    for (std::int64_t y = 0; y < image.height; ++y) {
        const std::uint8_t* row = rows.row(y);
        if (swap) {
            swapped.assign(row, row + rows.row_bytes());
            for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
            row = swapped.data();
        }
        if (!sink->append(row, rows.row_bytes())) break;
    }
    sink->check();
}

}  // namespace twofold::image_io

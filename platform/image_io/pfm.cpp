#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "platform/image_io/pnm_reader.h"

namespace twofold::image_io {
namespace {

void swap_floats(std::uint8_t* data, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 4) std::reverse(data + i, data + i + 4);
}

}  // namespace

Image read_pfm(const Source& source) {
    Image image;
    image.format = Format::kPfm;
    image.type = SampleType::kFloat32;
    image.channels = source.data[1] == 'F' ? 3 : 1;
    HeaderReader reader(source);
    image.width = reader.number("width", kLargestPnmSide);
    image.height = reader.number("height", kLargestPnmSide);
    // Its sign tells the byte order. Its size is a factor that no software applies.
    const std::string scale = reader.word();
    char* end = nullptr;
    const double factor = std::strtod(scale.c_str(), &end);
    if (*end != '\0' || !std::isfinite(factor) || factor == 0) reader.damaged("its scale is not a number");
    reader.end();
    source.allocate(&image, 1);
    if (reader.left() < image.pixels.size()) reader.damaged("its pixels end early");
    const std::size_t row_bytes = image.row_bytes();
    for (std::size_t y = static_cast<std::size_t>(image.height); y-- > 0;) {
        std::copy_n(reader.here(), row_bytes, image.pixels.data() + y * row_bytes);
        reader.skip(row_bytes);
    }
    if ((factor < 0) != (std::endian::native == std::endian::little)) {
        swap_floats(image.pixels.data(), image.pixels.size());
    }
    return image;
}

void write_pfm(const OutputImage& output, Sink* sink, Notes* notes) {
    const Image& image = output.shape;
    note_lost_metadata(image, {false, false, false}, "PFM", notes);
    if (image.has_alpha) notes->add("The alpha channel is left out: PFM files have none.");
    OutputRows rows(output, SampleType::kFloat32, false);
    const std::string header = std::string(rows.channels() == 3 ? "PF\n" : "Pf\n") + std::to_string(image.width) + " " +
                               std::to_string(image.height) +
                               (std::endian::native == std::endian::little ? "\n-1.0\n" : "\n1.0\n");
    sink->append(header.data(), header.size());
    for (std::int64_t y = image.height; y-- > 0;) {
        if (!sink->append(rows.row(y), rows.row_bytes())) break;
    }
    sink->check();
}

}  // namespace twofold::image_io

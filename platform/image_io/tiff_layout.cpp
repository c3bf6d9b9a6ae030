#include "platform/image_io/tiff_layout.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace twofold::image_io {
namespace {

// Reads numbers of the file's byte order; 0 beyond its end.
class RawTiff {
  public:
    explicit RawTiff(const Source& source) : source_(source), little_(source.data[0] == 'I') {}
    std::uint64_t load(std::uint64_t at, unsigned bytes) const {
        if (at > source_.size || source_.size - at < bytes) return 0;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) value = value << 8 | source_.data[at + (little_ ? bytes - 1 - i : i)];
        return value;
    }

  private:
    const Source& source_;
    bool little_;
};

std::uint64_t bytes_of_type(std::uint64_t type) {
    constexpr std::uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < sizeof kBytes ? kBytes[type] : 0;
}

// Where the second directory is; 0 if there is none. Walked by hand: LibTIFF follows the whole chain, which a hostile
// file makes long, to answer this; and it passes over tags whose values lie beyond the end of the file.
std::uint64_t second_directory(const Source& source) {
    const RawTiff raw(source);
    const bool big = raw.load(2, 2) == 43;
    const unsigned word = big ? 8 : 4;  // of a count or an offset
    const std::uint64_t first = raw.load(word, word);
    const std::uint64_t entries = raw.load(first, big ? 8 : 2);
    if (first >= source.size || entries > source.size / 12) {
        source.fail(ErrorKind::kUnreadable, "the TIFF file is truncated or damaged, its directory lies beyond its end");
    }
    const std::uint64_t start = first + (big ? 8 : 2);
    const std::uint64_t entry_size = 4 + 2 * word;
    for (std::uint64_t at = start; at < start + entries * entry_size; at += entry_size) {
        const std::uint64_t size = bytes_of_type(raw.load(at + 2, 2));
        const std::uint64_t count = raw.load(at + 4, word);
        if (size == 0 || count <= word / size) continue;
        const std::uint64_t offset = raw.load(at + 4 + word, word);
        if (count <= source.size / size && offset <= source.size - count * size) continue;
        source.fail(ErrorKind::kUnreadable, "the TIFF file is truncated or damaged, tag " +
                                                std::to_string(raw.load(at, 2)) + " lies beyond its end");
    }
    const std::uint64_t next = raw.load(start + entries * entry_size, word);
    return next == first ? 0 : next;
}

[[noreturn]] void refuse(const Source& source, const std::string& what) {
    source.fail(ErrorKind::kUnsupported, "TIFF " + what + " is not handled");
}

const char* photometric_name(std::uint16_t photometric) {
    switch (photometric) {
        case PHOTOMETRIC_MASK:
            return "as a transparency mask";
        case PHOTOMETRIC_SEPARATED:
            return "in CMYK";
        case PHOTOMETRIC_CIELAB:
        case PHOTOMETRIC_ICCLAB:
        case PHOTOMETRIC_ITULAB:
            return "in L*a*b*";
        case PHOTOMETRIC_LOGL:
        case PHOTOMETRIC_LOGLUV:
            return "in LogLuv";
        case PHOTOMETRIC_CFA:
            return "as raw sensor data";
        default:
            return "of this colour space";
    }
}

bool is_known_compression(std::uint16_t compression) {
    constexpr std::uint16_t kKnown[] = {COMPRESSION_NONE,      COMPRESSION_CCITTRLE,      COMPRESSION_CCITTFAX3,
                                        COMPRESSION_CCITTFAX4, COMPRESSION_LZW,           COMPRESSION_JPEG,
                                        COMPRESSION_DEFLATE,   COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS,
                                        COMPRESSION_ZSTD,      COMPRESSION_WEBP};
    return std::find(std::begin(kKnown), std::end(kKnown), compression) != std::end(kKnown) &&
           TIFFIsCODECConfigured(compression) != 0;
}

std::uint16_t tag(TIFF* tiff, std::uint32_t number) {
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff, number, &value);
    return value;
}

void read_alpha(TIFF* tiff, const Source& source, int colours, TiffLayout* layout) {
    std::uint16_t extras = 0;
    std::uint16_t* kinds = nullptr;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    if (layout->samples == colours) return;
    if (layout->samples != colours + 1) {
        refuse(source, "with " + std::to_string(layout->samples) + " samples a pixel");
    }
    // One sample too many of no stated meaning is taken for what it nearly always is.
    layout->has_alpha = true;
    layout->premultiplied = extras == 1 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
}

void check_samples(TIFF* tiff, const Source& source, TiffLayout* layout) {
    const std::uint16_t format = tag(tiff, TIFFTAG_SAMPLEFORMAT);
    const std::string depth = std::to_string(layout->bits) + "-bit ";
    if (format == SAMPLEFORMAT_IEEEFP) {
        if (layout->bits != 32) refuse(source, "with " + depth + "floating-point samples");
        layout->floating = true;
        return;
    }
    if (format == SAMPLEFORMAT_INT) refuse(source, "with signed samples");
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) refuse(source, "with complex samples");
    const bool small = layout->bits == 1 || layout->bits == 2 || layout->bits == 4;
    if (layout->bits == 8 || layout->bits == 16 || (small && layout->samples == 1)) return;
    refuse(source, "with " + depth + (layout->samples == 1 ? "samples" : "samples in several channels"));
}

}  // namespace

TiffLayout read_tiff_layout(TIFF* tiff, const Source& source) {
    TiffLayout layout;
    if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width) == 0 ||
        TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height) == 0) {
        source.fail(ErrorKind::kUnreadable, "the TIFF file does not say how large the image is");
    }
    layout.bits = tag(tiff, TIFFTAG_BITSPERSAMPLE);
    layout.samples = tag(tiff, TIFFTAG_SAMPLESPERPIXEL);
    layout.compression = tag(tiff, TIFFTAG_COMPRESSION);
    layout.separate = tag(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE && layout.samples > 1;
    layout.tiled = TIFFIsTiled(tiff) != 0;
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric) == 0 && layout.samples >= 3)
        photometric = PHOTOMETRIC_RGB;

    if (!is_known_compression(layout.compression)) {
        refuse(source, layout.compression == COMPRESSION_OJPEG
                           ? std::string("with old-style JPEG compression")
                           : "with compression " + std::to_string(layout.compression));
    }
    check_samples(tiff, source, &layout);
    switch (photometric) {
        case PHOTOMETRIC_MINISWHITE:
            if (layout.floating) refuse(source, "with floating-point samples where 0 is white");
            layout.inverted = true;
            read_alpha(tiff, source, 1, &layout);
            break;
        case PHOTOMETRIC_MINISBLACK:
            read_alpha(tiff, source, 1, &layout);
            break;
        case PHOTOMETRIC_PALETTE:
            if (layout.samples != 1 || layout.bits > 8 || layout.floating) refuse(source, "with this kind of palette");
            layout.palette = true;
            break;
        case PHOTOMETRIC_RGB:
            read_alpha(tiff, source, 3, &layout);
            break;
        case PHOTOMETRIC_YCBCR:
            if (layout.samples != 3 || layout.bits != 8) refuse(source, "with this kind of YCbCr");
            if (layout.compression == COMPRESSION_JPEG && !layout.separate) {
                TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            } else {
                layout.by_library = true;
            }
            break;
        default:
            refuse(source, photometric_name(photometric));
    }
    return layout;
}

void require_single_page(TIFF* tiff, const Source& source) {
    const std::uint64_t second = second_directory(source);
    if (second >= source.size) {
        source.fail(ErrorKind::kUnreadable,
                    "the TIFF file is truncated or damaged, its second page lies beyond its end");
    }
    if (second != 0) refuse(source, "with more than one page");
    std::uint16_t count = 0;
    std::uint64_t* offsets = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_SUBIFD, &count, &offsets) != 0 && count > 0) refuse(source, "with sub-images");
    // ImageJ puts large stacks behind a single directory and tells their length in the description.
    const char* description = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &description) == 0 || description == nullptr) return;
    if (std::strncmp(description, "ImageJ=", 7) != 0) return;
    const char* images = std::strstr(description, "\nimages=");
    if (images != nullptr && std::strtol(images + 8, nullptr, 10) > 1) refuse(source, "as an ImageJ stack");
}

}  // namespace twofold::image_io

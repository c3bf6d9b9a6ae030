#include <algorithm>
#include <cmath>
#include <cstring>

#include "platform/image_io/tiff_handle.h"
#include "platform/image_io/tiff_layout.h"

namespace twofold::image_io {
namespace {

// The most bytes of pixels that come out of one byte of the file, 0 where the compression sets no bound.
double largest_ratio(const TiffLayout& layout) {
    // A bit of the file becomes a byte, or three of a palette.
    const double growth = layout.bits < 8 ? 8.0 / layout.bits * (layout.palette ? 3 : 1) : layout.palette ? 3 : 1;
    switch (layout.compression) {
        case COMPRESSION_NONE:
            return layout.by_library ? 4 : growth;  // YCbCr may be subsampled
        case COMPRESSION_PACKBITS:
            return 64 * growth;
        case COMPRESSION_LZW:
            return 4096 * growth;
        case COMPRESSION_DEFLATE:
        case COMPRESSION_ADOBE_DEFLATE:
            return 1040 * growth;
        default:
            return 0;
    }
}

class TiffReader {
  public:
    explicit TiffReader(const Source& source) : source_(source), tiff_(source.data, source.size, source.memory_left()) {
        if (tiff_.get() == nullptr) damaged();
    }

    Image read() {
        require_single_page(tiff_.get(), source_);
        layout_ = read_tiff_layout(tiff_.get(), source_);
        Image image;
        image.format = Format::kTiff;
        image.width = layout_.width;
        image.height = layout_.height;
        image.channels = layout_.palette ? 3 : layout_.samples;
        image.has_alpha = layout_.has_alpha;
        image.type = layout_.floating     ? SampleType::kFloat32
                     : layout_.bits == 16 ? SampleType::kUint16
                                          : SampleType::kUint8;
        source_.allocate(&image, largest_ratio(layout_));
        if (layout_.palette) read_palette();
        if (layout_.by_library) {
            read_by_library(&image);
        } else {
            read_blocks(&image);
        }
        if (layout_.premultiplied) divide_alpha(&image);
        collect_metadata(&image.metadata);
        return image;
    }

  private:
    [[noreturn]] void damaged() const {
        const std::string message = tiff_.message();
        if (message.find("emory") != std::string::npos) {
            source_.fail(ErrorKind::kOutOfMemory, "decoding this TIFF takes more memory than may be used");
        }
        const char* what = "the TIFF data are truncated or damaged";
        source_.fail(ErrorKind::kUnreadable, message.empty() ? std::string(what) : what + (" (" + message + ")"));
    }

    void read_palette() {
        std::uint16_t* maps[3] = {};
        if (TIFFGetField(tiff_.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) == 0) damaged();
        const std::size_t colours = std::size_t{1} << layout_.bits;
        // Some writers store 8-bit values in the 16-bit map.
        bool wide = false;
        for (const std::uint16_t* map : maps)
            wide = wide || std::any_of(map, map + colours, [](auto v) { return v > 255; });
        palette_.resize(3 * colours);
        for (std::size_t i = 0; i < colours; ++i) {
            for (std::size_t c = 0; c < 3; ++c) {
                palette_[3 * i + c] =
                    static_cast<std::uint8_t>(wide ? (maps[c][i] * 255U + 32767U) / 65535U : maps[c][i]);
            }
        }
    }

    // Strips are blocks as wide as the image.
    void read_blocks(Image* image) {
        TIFF* tiff = tiff_.get();
        std::uint32_t block_width = layout_.width, block_height = layout_.height;
        if (layout_.tiled) {
            TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &block_width);
            TIFFGetField(tiff, TIFFTAG_TILELENGTH, &block_height);
        } else {
            TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &block_height);
            block_height = std::min(block_height, layout_.height);
        }
        const tmsize_t row_size = layout_.tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff);
        const std::uint64_t in_block = layout_.separate ? 1 : layout_.samples;
        const std::uint64_t needed = (block_width * in_block * layout_.bits + 7) / 8;
        if (block_width == 0 || block_height == 0 || row_size <= 0 || static_cast<std::uint64_t>(row_size) < needed) {
            damaged();
        }
        // A block may be larger than the image, and be given any size.
        std::uint64_t block_bytes = 0;
        if (__builtin_mul_overflow(static_cast<std::uint64_t>(row_size), block_height, &block_bytes)) damaged();
        source_.require_memory(block_bytes);
        std::vector<std::uint8_t> block(static_cast<std::size_t>(block_bytes));

        for (std::uint16_t plane = 0; plane < (layout_.separate ? layout_.samples : 1); ++plane) {
            for (std::uint32_t y = 0; y < layout_.height; y += std::min(block_height, layout_.height - y)) {
                const std::uint32_t rows = std::min(block_height, layout_.height - y);
                for (std::uint32_t x = 0; x < layout_.width; x += std::min(block_width, layout_.width - x)) {
                    read_block(x, y, rows, plane, static_cast<std::uint64_t>(row_size), &block);
                    const std::uint32_t columns = std::min(block_width, layout_.width - x);
                    for (std::uint32_t row = 0; row < rows; ++row) {
                        place(block.data() + row * static_cast<std::size_t>(row_size), x, y + row, columns, plane,
                              image);
                    }
                }
            }
        }
    }

    void read_block(std::uint32_t x, std::uint32_t y, std::uint32_t rows, std::uint16_t plane, std::uint64_t row_size,
                    std::vector<std::uint8_t>* block) {
        TIFF* tiff = tiff_.get();
        const std::uint64_t wanted = layout_.tiled ? block->size() : row_size * rows;
        const auto size = static_cast<tmsize_t>(wanted);
        const tmsize_t got = layout_.tiled
                                 ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), block->data(), size)
                                 : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), block->data(), size);
        if (got != size) damaged();
    }

    // One row of a block to its place in the image, expanded to whole bytes.
    void place(const std::uint8_t* src, std::uint32_t x, std::uint32_t y, std::uint32_t columns, std::uint16_t plane,
               Image* image) {
        const std::size_t bytes = image->sample_bytes();
        const auto channels = static_cast<std::size_t>(image->channels);
        std::uint8_t* dst = image->pixels.data() + y * image->row_bytes() + x * channels * bytes;
        if (layout_.bits < 8 || layout_.palette) {
            expand_row(src, columns, dst);
        } else if (layout_.separate) {
            dst += plane * bytes;
            for (std::uint32_t i = 0; i < columns; ++i) std::memcpy(dst + i * channels * bytes, src + i * bytes, bytes);
        } else {
            std::memcpy(dst, src, columns * channels * bytes);
        }
        if (layout_.inverted) invert_row(columns, plane, dst, *image);
    }

    void expand_row(const std::uint8_t* src, std::uint32_t columns, std::uint8_t* dst) const {
        const unsigned bits = layout_.bits;
        const unsigned largest = (1U << bits) - 1;
        for (std::uint32_t i = 0; i < columns; ++i) {
            const std::size_t at = std::size_t{i} * bits;
            const unsigned value = (src[at / 8] >> (8 - bits - at % 8)) & largest;
            if (layout_.palette) {
                std::copy_n(palette_.data() + std::size_t{3} * value, 3, dst + std::size_t{3} * i);
            } else {
                dst[i] = static_cast<std::uint8_t>(value * 255 / largest);
            }
        }
    }

    // `dst` points at the first sample of this plane.
    void invert_row(std::uint32_t columns, std::uint16_t plane, std::uint8_t* dst, const Image& image) const {
        if (layout_.has_alpha && plane == 1) return;
        const std::size_t bytes = image.sample_bytes();
        const std::size_t step = static_cast<std::size_t>(image.channels) * bytes;
        for (std::uint32_t i = 0; i < columns; ++i) {
            for (std::size_t b = 0; b < bytes; ++b) dst[i * step + b] = static_cast<std::uint8_t>(~dst[i * step + b]);
        }
    }

    // Asks for the file's own orientation, so that the library turns nothing.
    void read_by_library(Image* image) {
        const std::size_t pixels = static_cast<std::size_t>(layout_.width) * layout_.height;
        source_.require_memory(pixels * 4);
        std::vector<std::uint32_t> raster(pixels);
        std::uint16_t orientation = ORIENTATION_TOPLEFT;
        TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_ORIENTATION, &orientation);
        if (TIFFReadRGBAImageOriented(tiff_.get(), layout_.width, layout_.height, raster.data(), orientation, 1) == 0) {
            damaged();
        }
        std::uint8_t* dst = image->pixels.data();
        for (const std::uint32_t value : raster) {
            *dst++ = static_cast<std::uint8_t>(TIFFGetR(value));
            *dst++ = static_cast<std::uint8_t>(TIFFGetG(value));
            *dst++ = static_cast<std::uint8_t>(TIFFGetB(value));
        }
    }

    template <typename T>
    static void divide(Image* image, T (*quotient)(T, T)) {
        const auto channels = static_cast<std::size_t>(image->channels);
        T pixel[4];
        for (std::size_t at = 0; at < image->pixels.size(); at += channels * sizeof(T)) {
            std::memcpy(pixel, &image->pixels[at], channels * sizeof(T));
            for (std::size_t c = 0; c + 1 < channels; ++c) pixel[c] = quotient(pixel[c], pixel[channels - 1]);
            std::memcpy(&image->pixels[at], pixel, channels * sizeof(T));
        }
    }

    template <typename T>
    static T integer_quotient(T value, T alpha) {
        constexpr std::uint64_t kWhite = static_cast<T>(~T{0});
        if (alpha == 0) return 0;
        return static_cast<T>(std::min(kWhite, (value * kWhite + alpha / 2U) / alpha));
    }

    static void divide_alpha(Image* image) {
        switch (image->type) {
            case SampleType::kUint8:
                divide<std::uint8_t>(image, integer_quotient<std::uint8_t>);
                break;
            case SampleType::kUint16:
                divide<std::uint16_t>(image, integer_quotient<std::uint16_t>);
                break;
            case SampleType::kFloat32:
                divide<float>(image, [](float value, float alpha) { return alpha > 0 ? value / alpha : 0.0F; });
                break;
        }
    }

    void collect_metadata(Metadata* metadata) {
        TIFF* tiff = tiff_.get();
        const auto copy = [&](std::uint32_t number, std::vector<std::uint8_t>* bytes) {
            std::uint32_t size = 0;
            const std::uint8_t* data = nullptr;
            if (TIFFGetField(tiff, number, &size, &data) != 0 && data != nullptr) bytes->assign(data, data + size);
        };
        copy(TIFFTAG_ICCPROFILE, &metadata->icc);
        copy(TIFFTAG_XMLPACKET, &metadata->xmp);
        std::uint16_t orientation = 1;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
        metadata->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
        std::uint16_t unit = RESUNIT_INCH;
        float x = 0, y = 0;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
        const bool known =
            TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) != 0 && TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) != 0;
        if (known && unit != RESUNIT_NONE && std::isfinite(x) && std::isfinite(y) && x > 0 && y > 0) {
            const double to_inch = unit == RESUNIT_CENTIMETER ? 2.54 : 1.0;
            metadata->dpi_x = static_cast<double>(x) * to_inch;
            metadata->dpi_y = static_cast<double>(y) * to_inch;
        }
        note_other_tags(metadata);
    }

    void note_other_tags(Metadata* metadata) {
        TIFF* tiff = tiff_.get();
        std::uint64_t offset = 0;
        const char* text = nullptr;
        std::uint32_t size = 0;
        const void* data = nullptr;
        if (TIFFGetField(tiff, TIFFTAG_EXIFIFD, &offset) != 0) metadata->left_behind.push_back("the EXIF tags");
        if (TIFFGetField(tiff, TIFFTAG_GPSIFD, &offset) != 0) metadata->left_behind.push_back("the GPS tags");
        if (TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &text) != 0) {
            metadata->left_behind.push_back("the image description");
        }
        if (TIFFGetField(tiff, TIFFTAG_RICHTIFFIPTC, &size, &data) != 0 ||
            TIFFGetField(tiff, TIFFTAG_PHOTOSHOP, &size, &data) != 0) {
            metadata->left_behind.push_back("the Photoshop/IPTC block");
        }
    }

    const Source& source_;
    TiffHandle tiff_;
    TiffLayout layout_;
    std::vector<std::uint8_t> palette_;
};

}  // namespace

Image read_tiff(const Source& source) { return TiffReader(source).read(); }

}  // namespace twofold::image_io

#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "platform/image_io/codec.h"
#include "platform/image_io/exif_orientation.h"
#include "platform/image_io/png_common.h"

namespace twofold::image_io {
namespace {

// No more than a thousand pixel bytes come out of one byte of deflate data: its best code turns 2 bits into 258 bytes.
constexpr double kLargestDeflateRatio = 1032;
// Compressed text and profiles may not grow beyond this.
constexpr png_alloc_size_t kLargestChunk = 16 << 20;

std::uint32_t big_endian(const std::uint8_t* p) {
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

// What libpng does not tell: it would show the first frame of an animation alone, and drops a profile it dislikes.
struct Chunks {
    std::uint32_t frames = 1;
    bool icc = false;
};

// libpng takes memory for some chunks before it looks whether they are there, so a length beyond the end of the file
// has to be found here.
Chunks scan_chunks(const Source& source) {
    Chunks chunks;
    bool before_pixels = true;
    for (std::size_t at = 8; source.size - at >= 12;) {
        const std::size_t length = big_endian(source.data + at);
        const std::string_view type(reinterpret_cast<const char*>(source.data) + at + 4, 4);
        if (length > source.size - at - 12) {
            source.fail(ErrorKind::kUnreadable,
                        "the PNG data are truncated or damaged (a chunk reaches beyond the end of the file)");
        }
        if (type == "IEND") break;
        if (type == "IDAT") before_pixels = false;
        if (before_pixels && type == "acTL" && length >= 4) chunks.frames = big_endian(source.data + at + 8);
        if (type == "iCCP") chunks.icc = true;
        at += length + 12;
    }
    return chunks;
}

struct Input {
    const std::uint8_t* data;
    std::size_t left;
};

void read_bytes(png_structp png, png_bytep dst, std::size_t size) {
    auto* input = static_cast<Input*>(png_get_io_ptr(png));
    if (size > input->left) png_error(png, "the file ends early");
    std::memcpy(dst, input->data, size);
    input->data += size;
    input->left -= size;
}

class PngReader {
  public:
    explicit PngReader(const Source& source) : source_(source), input_{source.data, source.size} {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &guard_, on_png_error, on_png_warning);
        if (png_ != nullptr) info_ = png_create_info_struct(png_);
        if (info_ == nullptr) {
            png_destroy_read_struct(&png_, nullptr, nullptr);
            source.fail(ErrorKind::kOutOfMemory, "libpng could not be started");
        }
    }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

    Image read() {
        guarded([&] {
            png_set_read_fn(png_, &input_, read_bytes);
            png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
            // The sides are bounded by the memory that the pixels take.
            png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
            png_set_chunk_malloc_max(png_, kLargestChunk);
            png_read_info(png_, info_);
            set_transforms();
        });
        Image image;
        image.format = Format::kPng;
        image.width = png_get_image_width(png_, info_);
        image.height = png_get_image_height(png_, info_);
        image.channels = channels_;
        image.has_alpha = channels_ == 2 || channels_ == 4;
        image.type = bit_depth_ == 16 ? SampleType::kUint16 : SampleType::kUint8;
        // Palettes and small depths grow by up to 32: 1 bit to 4 bytes. A transparent colour adds a channel.
        source_.allocate(&image, kLargestDeflateRatio * 32);
        guarded([&] {
            const int passes = png_set_interlace_handling(png_);
            png_read_update_info(png_, info_);
            if (png_get_rowbytes(png_, info_) != image.row_bytes()) png_error(png_, "unexpected row size");
            for (int pass = 0; pass < passes; ++pass) {
                png_bytep row = image.pixels.data();
                for (std::int64_t y = 0; y < image.height; ++y, row += image.row_bytes())
                    png_read_row(png_, row, nullptr);
            }
            png_read_end(png_, info_);
        });
        collect_metadata(&image.metadata);
        return image;
    }

  private:
    template <typename Step>
    void guarded(const Step& step) {
        if (run_guarded(guard_, step)) return;
        const std::string message = guard_.message;
        if (message.find("memory") != std::string::npos) {
            source_.fail(ErrorKind::kOutOfMemory, "decoding this PNG takes more memory than there is");
        }
        source_.fail(ErrorKind::kUnreadable, "the PNG data are truncated or damaged (" + message + ")");
    }

    void set_transforms() {
        const int colour = png_get_color_type(png_, info_);
        const bool transparent = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
        bit_depth_ = png_get_bit_depth(png_, info_);
        const bool grey = colour == PNG_COLOR_TYPE_GRAY || colour == PNG_COLOR_TYPE_GRAY_ALPHA;
        channels_ = (grey ? 1 : 3) + ((colour & PNG_COLOR_MASK_ALPHA) != 0 || transparent ? 1 : 0);
        png_set_expand(png_);
        if (bit_depth_ == 16 && std::endian::native == std::endian::little) png_set_swap(png_);
    }

    // Only getters, which do not fail.
    void collect_metadata(Metadata* metadata) {
        png_charp name = nullptr;
        png_bytep bytes = nullptr;
        png_uint_32 size = 0;
        int compression = 0;
        if (png_get_iCCP(png_, info_, &name, &compression, &bytes, &size) != 0)
            metadata->icc.assign(bytes, bytes + size);
        if (png_get_eXIf_1(png_, info_, &size, &bytes) != 0) {
            metadata->exif.assign(bytes, bytes + size);
            metadata->orientation = exif_orientation(metadata->exif);
        }
        png_textp texts = nullptr;
        int count = 0;
        png_get_text(png_, info_, &texts, &count);
        for (int i = 0; i < count; ++i) {
            const png_text& text = texts[i];
            if (std::strcmp(text.key, kPngXmpKeyword) == 0 && text.text != nullptr && metadata->xmp.empty()) {
                const std::size_t length = text.itxt_length != 0 ? text.itxt_length : text.text_length;
                metadata->xmp.assign(text.text, text.text + length);
            } else if (metadata->left_behind.empty()) {
                metadata->left_behind.push_back("the text comments");
            }
        }
        double gamma = 0;
        const bool named = png_get_valid(png_, info_, PNG_INFO_sRGB | PNG_INFO_iCCP) != 0;
        if (!named && png_get_gAMA(png_, info_, &gamma) != 0 && std::fabs(gamma - 1 / 2.2) > 0.005) {
            metadata->left_behind.push_back("the gamma value of the PNG file");
        }
        png_uint_32 x = 0, y = 0;
        int unit = 0;
        if (png_get_pHYs(png_, info_, &x, &y, &unit) != 0 && unit == PNG_RESOLUTION_METER) {
            metadata->dpi_x = x * kMetresPerInch;
            metadata->dpi_y = y * kMetresPerInch;
        }
    }

    const Source& source_;
    CGuard guard_;
    Input input_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    int bit_depth_ = 0;
    int channels_ = 0;
};

}  // namespace

Image read_png(const Source& source) {
    const Chunks chunks = scan_chunks(source);
    if (chunks.frames > 1) {
        source.fail(ErrorKind::kUnsupported,
                    "an animated PNG with " + std::to_string(chunks.frames) + " frames is not handled");
    }
    Image image = PngReader(source).read();
    if (chunks.icc && image.metadata.icc.empty()) {
        image.metadata.left_behind.push_back("the ICC profile, which is damaged");
    }
    return image;
}

}  // namespace twofold::image_io

#include <algorithm>
#include <limits>

#include "platform/image_io/jpeg_common.h"

namespace twofold::image_io {
namespace {

// A progressive file of a few kilobytes can make a decoder go over the whole image thousands of times. Encoders use
// about ten scans.
constexpr int kMostScans = 200;

// Oddities that cameras and old software produce and that do not touch the pixels. Every other warning of libjpeg
// means that it made pixels up.
bool is_harmless(int code) {
    return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
           code == JWRN_TOO_MUCH_DATA;
}

void on_message(j_common_ptr info, int level) {
    if (level < 0 && !is_harmless(info->err->msg_code)) jpeg_give_up(info);
}

void on_progress(j_common_ptr info) {
    auto* reader = reinterpret_cast<j_decompress_ptr>(info);
    if (reader->input_scan_number <= kMostScans) return;
    errors_of(info).guard.keep("too many scans");
    errors_of(info).code = 0;
    std::longjmp(errors_of(info).guard.jump, 1);
}

ErrorKind kind_of(int code) {
    switch (code) {
        case JERR_OUT_OF_MEMORY:
        case JERR_NO_BACKING_STORE:
            return ErrorKind::kOutOfMemory;
        case JERR_BAD_PRECISION:
        case JERR_SOF_UNSUPPORTED:
        case JERR_ARITH_NOTIMPL:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL:
        case JERR_NOTIMPL:
        case JERR_CCIR601_NOTIMPL:
            return ErrorKind::kUnsupported;
        default:
            return ErrorKind::kUnreadable;
    }
}

class JpegReader {
  public:
    explicit JpegReader(const Source& source) : source_(source) {
        info_.err = install(&errors_, on_message);
        guarded([&] { jpeg_create_decompress(&info_); });
        progress_.progress_monitor = on_progress;
        info_.progress = &progress_;
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&info_); }

    Image read() {
        guarded([&] {
            jpeg_mem_src(&info_, source_.data, static_cast<unsigned long>(source_.size));
            save_jpeg_markers(&info_);
            jpeg_read_header(&info_, TRUE);
        });
        Image image;
        image.format = Format::kJpeg;
        set_shape(&image);
        collect_jpeg_metadata(info_, &image.metadata);
        source_.allocate(&image, largest_ratio());
        limit_library_memory();
        guarded([&] {
            jpeg_start_decompress(&info_);
            while (info_.output_scanline < info_.output_height) {
                JSAMPROW row = image.pixels.data() + info_.output_scanline * image.row_bytes();
                jpeg_read_scanlines(&info_, &row, 1);
            }
            jpeg_finish_decompress(&info_);
        });
        return image;
    }

  private:
    template <typename Step>
    void guarded(const Step& step) {
        if (run_guarded(errors_.guard, step)) return;
        const ErrorKind kind = kind_of(errors_.code);
        const std::string message = errors_.guard.message;
        if (kind == ErrorKind::kUnsupported) source_.fail(kind, "a kind of JPEG that is not handled (" + message + ")");
        if (kind == ErrorKind::kOutOfMemory)
            source_.fail(kind, "decoding this JPEG takes more memory than may be used");
        source_.fail(kind, "the JPEG data are truncated or damaged (" + message + ")");
    }

    void set_shape(Image* image) {
        if (info_.data_precision != 8) {
            source_.fail(ErrorKind::kUnsupported,
                         "JPEG with " + std::to_string(info_.data_precision) + " bits a sample is not handled");
        }
        switch (info_.jpeg_color_space) {
            case JCS_GRAYSCALE:
                info_.out_color_space = JCS_GRAYSCALE;
                image->channels = 1;
                break;
            case JCS_RGB:
            case JCS_YCbCr:
                info_.out_color_space = JCS_RGB;
                image->channels = 3;
                break;
            case JCS_CMYK:
            case JCS_YCCK:
                source_.fail(ErrorKind::kUnsupported, "JPEG in CMYK is not handled, convert it to RGB first");
            default:
                source_.fail(ErrorKind::kUnsupported, "JPEG with " + std::to_string(info_.num_components) +
                                                          " components of unknown meaning is not handled");
        }
        image->width = info_.image_width;
        image->height = info_.image_height;
    }

    // With Huffman coding each block of 8 x 8 samples takes at least one bit; the components may be subsampled, of
    // which the one at full resolution is counted.
    double largest_ratio() const {
        return info_.arith_code ? 0 : 8.0 * 64.0 * static_cast<double>(info_.out_color_space == JCS_RGB ? 3 : 1);
    }

    // What libjpeg may take for the coefficients of a file with several scans.
    void limit_library_memory() {
        constexpr std::uint64_t kMost = std::numeric_limits<long>::max();
        info_.mem->max_memory_to_use = static_cast<long>(std::clamp<std::uint64_t>(source_.memory_left(), 1, kMost));
    }

    const Source& source_;
    jpeg_decompress_struct info_{};
    JpegErrors errors_;
    jpeg_progress_mgr progress_{};
};

}  // namespace

Image read_jpeg(const Source& source) { return JpegReader(source).read(); }

}  // namespace twofold::image_io

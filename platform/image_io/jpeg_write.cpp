#include <algorithm>
#include <cmath>

#include "platform/image_io/jpeg_common.h"

namespace twofold::image_io {
namespace {

constexpr std::int64_t kLargestSide = JPEG_MAX_DIMENSION;

// libjpeg's buffer, emptied into a sink.
struct Destination {
    jpeg_destination_mgr base;  // first, so that libjpeg's pointer to it is a pointer to this
    Sink* sink;
    JOCTET buffer[1 << 16];

    void rewind() {
        base.next_output_byte = buffer;
        base.free_in_buffer = sizeof buffer;
    }
    void flush(j_compress_ptr info, std::size_t size) {
        if (!sink->append(buffer, size)) ERREXIT(info, JERR_FILE_WRITE);
        rewind();
    }
};

Destination& destination_of(j_compress_ptr info) { return *reinterpret_cast<Destination*>(info->dest); }

class JpegWriter {
  public:
    JpegWriter(const OutputImage& image, const WriteOptions& options, Sink* sink)
        : options_(options), rows_(image, SampleType::kUint8, false), image_(image.shape) {
        destination_.sink = sink;
        destination_.base.init_destination = [](j_compress_ptr info) { destination_of(info).rewind(); };
        destination_.base.empty_output_buffer = [](j_compress_ptr info) -> boolean {
            destination_of(info).flush(info, sizeof(Destination::buffer));
            return TRUE;
        };
        destination_.base.term_destination = [](j_compress_ptr info) {
            destination_of(info).flush(info, sizeof(Destination::buffer) - info->dest->free_in_buffer);
        };
        info_.err = install(&errors_, [](j_common_ptr, int) {});
        guarded([&] { jpeg_create_compress(&info_); });
    }
    JpegWriter(const JpegWriter&) = delete;
    JpegWriter& operator=(const JpegWriter&) = delete;
    ~JpegWriter() { jpeg_destroy_compress(&info_); }

    void write(const std::vector<JpegSegment>& segments) {
        guarded([&] {
            info_.dest = &destination_.base;
            set_parameters();
            jpeg_start_compress(&info_, TRUE);
            for (const JpegSegment& segment : segments) {
                jpeg_write_marker(&info_, segment.marker, segment.content.data(),
                                  static_cast<unsigned>(segment.content.size()));
            }
            while (info_.next_scanline < info_.image_height) {
                // libjpeg's interface is older than const; it only reads.
                JSAMPROW row = const_cast<JSAMPROW>(rows_.row(info_.next_scanline));
                jpeg_write_scanlines(&info_, &row, 1);
            }
            jpeg_finish_compress(&info_);
        });
    }

  private:
    template <typename Step>
    void guarded(const Step& step) {
        if (run_guarded(errors_.guard, step)) return;
        destination_.sink->check();
        const bool memory = errors_.code == JERR_OUT_OF_MEMORY;
        throw ImageError(memory ? ErrorKind::kOutOfMemory : ErrorKind::kUnwritable,
                         one_line(std::string("JPEG encoding failed: ") + errors_.guard.message));
    }

    void set_parameters() {
        info_.image_width = static_cast<JDIMENSION>(image_.width);
        info_.image_height = static_cast<JDIMENSION>(image_.height);
        info_.input_components = rows_.channels();
        info_.in_color_space = rows_.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(&info_);
        jpeg_set_quality(&info_, options_.jpeg_quality, TRUE);
        // Tables of Huffman codes made for the image save a few percent, and hold all coefficients in memory.
        info_.optimize_coding = FALSE;
        if (rows_.channels() == 3) {
            Subsampling subsampling = options_.subsampling;
            if (subsampling == Subsampling::kAuto) {
                subsampling = options_.jpeg_quality >= 90 ? Subsampling::k444 : Subsampling::k420;
            }
            info_.comp_info[0].h_samp_factor = subsampling == Subsampling::k444 ? 1 : 2;
            info_.comp_info[0].v_samp_factor = subsampling == Subsampling::k420 ? 2 : 1;
        }
        const double x = std::round(image_.metadata.dpi_x);
        const double y = std::round(image_.metadata.dpi_y);
        if (x >= 1 && x <= 65535 && y >= 1 && y <= 65535) {
            info_.density_unit = 1;
            info_.X_density = static_cast<UINT16>(x);
            info_.Y_density = static_cast<UINT16>(y);
        }
    }

    const WriteOptions& options_;
    OutputRows rows_;
    const Image& image_;
    jpeg_compress_struct info_{};
    JpegErrors errors_;
    Destination destination_{};
};

}  // namespace

void write_jpeg(const OutputImage& output, const WriteOptions& options, Sink* sink, Notes* notes) {
    const Image& image = output.shape;
    if (image.width > kLargestSide || image.height > kLargestSide) {
        throw ImageError(ErrorKind::kUnsupported,
                         "a JPEG file holds at most " + std::to_string(kLargestSide) + " pixels in each direction");
    }
    if (options.jpeg_quality < 1 || options.jpeg_quality > 100) {
        throw ImageError(ErrorKind::kUnsupported, "the JPEG quality must be 1 to 100");
    }
    if (image.has_alpha) notes->add("The alpha channel is left out: JPEG files have none.");
    if (image.type != SampleType::kUint8) notes->add("The samples are rounded to 8 bits: JPEG files hold no more.");
    note_lost_metadata(image, {true, true, true}, "JPEG", notes);
    const std::vector<JpegSegment> segments = jpeg_segments(image.metadata, notes);
    JpegWriter(output, options, sink).write(segments);
}

}  // namespace twofold::image_io

// Image files: JPEG, PNG, TIFF, PNM and PFM. Part of the command, never of the library.
//
// Pixels are interleaved, rows top to bottom without padding, native byte order. Everything that goes wrong is an
// ImageError with one sentence for the user; readers never trust a length or a size that a file states.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_IMAGE_IO_H
#define TWOFOLD_PLATFORM_IMAGE_IO_IMAGE_IO_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace twofold::image_io {

enum class Format { kJpeg, kPng, kTiff, kPnm, kPfm };
enum class SampleType { kUint8, kUint16, kFloat32 };

enum class ErrorKind {
    kUnreadable,   // missing, truncated, damaged, not an image
    kUnsupported,  // a valid file of a kind that is not handled: CMYK, several pages
    kOutOfMemory,  // larger than the memory limit
    kExists,       // output is there and may not be replaced
    kUnwritable    // output could not be written
};

class ImageError : public std::runtime_error {
  public:
    ImageError(ErrorKind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
    ErrorKind kind() const { return kind_; }

  private:
    ErrorKind kind_;
};

// Carried from input to output byte by byte where the formats allow it. Empty means absent.
struct Metadata {
    std::vector<std::uint8_t> icc;   // ICC profile
    std::vector<std::uint8_t> exif;  // TIFF structure, without JPEG's "Exif\0\0"
    std::vector<std::uint8_t> xmp;   // XMP packet
    int orientation = 1;             // EXIF orientation 1..8 of the pixels as they are stored here
    double dpi_x = 0, dpi_y = 0;     // resolution, 0 = unknown
    // What the reader saw and did not keep ("the extended XMP"); encode_image turns each into a note.
    std::vector<std::string> left_behind;
};

struct Image {
    std::int64_t width = 0;
    std::int64_t height = 0;
    int channels = 0;        // 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha
    bool has_alpha = false;  // the last channel is alpha
    SampleType type = SampleType::kUint8;
    Format format = Format::kPng;  // of the file it came from
    std::vector<std::uint8_t> pixels;
    Metadata metadata;

    std::size_t sample_bytes() const { return type == SampleType::kUint8 ? 1 : type == SampleType::kUint16 ? 2 : 4; }
    std::size_t pixel_bytes() const { return static_cast<std::size_t>(channels) * sample_bytes(); }
    std::size_t row_bytes() const { return static_cast<std::size_t>(width) * pixel_bytes(); }
};

struct ReadOptions {
    // Bytes that the file, its pixels and what decoding needs besides may take at any moment together; 0 = no limit but
    // what the machine has free, which bounds every limit.
    std::uint64_t memory_limit = 0;
    bool upright = false;  // turn the pixels so that orientation becomes 1
};

enum class Subsampling { kAuto, k444, k422, k420 };  // kAuto: 4:4:4 from quality 90 on, else 4:2:0

struct WriteOptions {
    int jpeg_quality = 95;  // 1..100
    Subsampling subsampling = Subsampling::kAuto;
    bool overwrite = false;  // replace an existing file
    // Bytes that the encoded file may take where it has to be held in memory: encode_image, standard output, devices.
    // 0 = what the machine has free.
    std::uint64_t memory_limit = 0;
};

// Recognise a file by its first bytes; the name plays no part. False if it is none of ours.
bool detect_format(const std::uint8_t* data, std::size_t size, Format* format);
// Format from a file name's extension (.jpg .jpeg .png .tif .tiff .pgm .ppm .pnm .pam .pfm, any case); false if none.
bool format_from_name(const std::string& path, Format* format);
// "JPEG", "PNG" ...
const char* format_name(Format format);
// Whether this build reads and writes `format`: TIFF may have been left out.
bool is_available(Format format);
// "JPEG, PNG, TIFF, PNM and PFM": those that this build reads and writes.
std::string available_formats();
// "libjpeg-turbo 2.1.5, libpng 1.6.39, LibTIFF 4.5.0" of the libraries in use.
std::string codec_versions();

// Read a regular file, or standard input for "-". What a file holds that Image cannot is refused, never dropped: CMYK,
// more than one page or frame, TIFF sub-images, samples of other types. Grey of 1, 2 and 4 bits and palettes become 8
// bit; TIFF's premultiplied alpha is divided out. A file that ends early or fails a checksum is an error.
Image read_image(const std::string& path, const ReadOptions& options = {});
// Decode bytes in memory; `name` is used in messages. What the fuzzers call.
Image decode_image(const std::uint8_t* data, std::size_t size, const std::string& name,
                   const ReadOptions& options = {});

// Encode in `format`. JPEG takes 8-bit grey or RGB; PNG takes 8 and 16 bit; PFM takes float. Sample types are converted
// (rounded, clamped) to what the format holds, 16-bit stays 16-bit where it can. Alpha is dropped only where the format
// has none, and never silently: `notes` receives a sentence for everything that could not be carried over. JPEG to
// JPEG, PNG to PNG and TIFF to TIFF carry the orientation as a tag; from one format to another the pixels are turned
// upright on the way, a few rows at a time.
std::vector<std::uint8_t> encode_image(const Image& image, Format format, const WriteOptions& options,
                                       std::vector<std::string>* notes = nullptr);
// Encode into a temporary file beside `path`, as the bytes come, and rename it there. For "-" the file is encoded in
// memory and then written to standard output, so that either all of it or nothing appears.
void write_image(const std::string& path, const Image& image, Format format, const WriteOptions& options,
                 std::vector<std::string>* notes = nullptr);

// Whether a file in `format` will say by itself how the pixels of `image` are turned; otherwise they are written
// upright.
bool carries_orientation(const Image& image, Format format);
// Turn the pixels upright: applies metadata.orientation and sets it (also inside metadata.exif) to 1.
void make_upright(Image* image);
// Convert samples: 8 <-> 16 <-> float (white = 255, 65535, 1), rounded and clamped.
Image convert_samples(const Image& image, SampleType type);

}  // namespace twofold::image_io

#endif

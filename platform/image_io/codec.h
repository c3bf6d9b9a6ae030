// What the readers and writers of the single formats share. Not for users of image_io.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_CODEC_H
#define TWOFOLD_PLATFORM_IMAGE_IO_CODEC_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/image_io/convert.h"
#include "platform/image_io/image_io.h"
#include "platform/image_io/sink.h"

namespace twofold::image_io {

// The bytes of a file and how much memory its pixels may take.
struct Source {
    const std::uint8_t* data;
    std::size_t size;
    std::string name;            // for messages
    std::uint64_t memory_limit;  // as in ReadOptions, without what the file's own bytes take
    // What has been taken of a limit that was given; readers see the source as constant.
    mutable std::uint64_t taken = 0;

    [[noreturn]] void fail(ErrorKind kind, const std::string& what) const;
    // Bytes that may still be taken at this moment, at most PTRDIFF_MAX: what is left of the limit, bounded by what the
    // machine has free.
    std::uint64_t memory_left() const;
    // Throw kOutOfMemory unless `bytes` more may be taken.
    void require_memory(std::uint64_t bytes) const;
    // Take the pixels of `image`, whose shape has been set from a file that cannot be trusted. `largest_ratio` is how
    // many bytes of pixels one byte of the file can stand for at the very most (0: no bound known), so that a small
    // file cannot ask for a large buffer.
    void allocate(Image* image, double largest_ratio) const;
};

// Sentences about what could not be carried over.
class Notes {
  public:
    explicit Notes(std::vector<std::string>* sentences) : sentences_(sentences) {}
    void add(const std::string& sentence) {
        if (sentences_ != nullptr) sentences_->push_back(sentence);
    }

  private:
    std::vector<std::string>* sentences_;
};

// `text` on one line, without control characters and not longer than a sentence should be.
std::string one_line(const std::string& text);

Image read_jpeg(const Source& source);
Image read_png(const Source& source);
Image read_tiff(const Source& source);
Image read_pnm(const Source& source);
Image read_pfm(const Source& source);

using Bytes = std::vector<std::uint8_t>;
// The image has been checked: sizes agree with each other and nothing is empty.
void write_jpeg(const OutputImage& image, const WriteOptions& options, Sink* sink, Notes* notes);
void write_png(const OutputImage& image, Sink* sink, Notes* notes);
void write_tiff(const OutputImage& image, Sink* sink, Notes* notes);
void write_pnm(const OutputImage& image, Sink* sink, Notes* notes);
void write_pfm(const OutputImage& image, Sink* sink, Notes* notes);

// "LibTIFF 4.5.0", or nothing in a build that has none.
std::string tiff_version();

// Add a note for each kind of metadata that is there and that the format does not hold.
struct Holds {
    bool icc, exif, xmp;
};
void note_lost_metadata(const Image& image, Holds holds, const char* format, Notes* notes);

// Name of a file format that is recognised only to be refused by name ("GIF"), or null.
const char* foreign_format(const std::uint8_t* data, std::size_t size);

}  // namespace twofold::image_io

#endif

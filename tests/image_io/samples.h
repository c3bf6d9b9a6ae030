// Images and files that the tests of image_io and its fuzzer make for themselves.
#ifndef TWOFOLD_TESTS_IMAGE_IO_SAMPLES_H
#define TWOFOLD_TESTS_IMAGE_IO_SAMPLES_H

#include <cstdint>
#include <string>
#include <vector>

#include "platform/image_io/image_io.h"
#include "tests/support/temporary_folder.h"

namespace twofold::image_io::testing {

using Bytes = std::vector<std::uint8_t>;

// A smooth gradient with some texture; alpha last for 2 and 4 channels. Float samples lie in [0, 1].
Image make_image(std::int64_t width, std::int64_t height, int channels, SampleType type);
// An EXIF block of either byte order with an orientation and one more tag.
Bytes make_exif(int orientation, bool little_endian);
Bytes text_bytes(const std::string& text);

struct SampleFile {
    std::string name;
    Bytes bytes;
};
// A small file of every format, sample type and channel count that can be written, with metadata where they fit.
std::vector<SampleFile> sample_files();

Image decode(const Bytes& bytes, const ReadOptions& options = {});
// Throw std::logic_error unless the image's fields agree with each other.
void require_valid(const Image& image);
// Kind of the ImageError that decoding ends with; throws std::logic_error if it gives an image instead, or an error
// that is not one sentence.
ErrorKind decode_error(const Bytes& bytes, const ReadOptions& options = {});
// Decoding gives a valid image or an ImageError of one sentence: true for the image. Anything else throws.
bool decodes_or_refuses(const Bytes& bytes, const ReadOptions& options = {});

using test::TemporaryFolder;

void save(const std::string& path, const Bytes& bytes);
Bytes load(const std::string& path);

}  // namespace twofold::image_io::testing

#endif

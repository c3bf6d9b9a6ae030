#include "platform/image_io/image_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "platform/atomic_file.h"
#include "platform/image_io/codec.h"
#include "platform/image_io/exif_orientation.h"

namespace twofold::image_io {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ > STDERR_FILENO) ::close(value_);
    }
    int get() const { return value_; }

  private:
    int value_;
};

Source make_source(const std::string& name, const ReadOptions& options) {
    return Source{nullptr, 0, name, options.memory_limit};
}

// Read to the end. The size that the system states is only where to begin.
Bytes read_all(int descriptor, std::size_t expected, const Source& source) {
    constexpr std::size_t kStep = 1 << 16;
    Bytes bytes;
    std::size_t size = 0;
    source.require_memory(expected);
    bytes.resize(expected + 1);  // one more, to see the end without growing
    for (;;) {
        if (size == bytes.size()) {
            source.require_memory(2 * size + kStep);
            bytes.resize(2 * size + kStep);
        }
        const ssize_t got = ::read(descriptor, bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) source.fail(ErrorKind::kUnreadable, std::strerror(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    bytes.resize(size);
    return bytes;
}

Bytes read_file(const std::string& path, const Source& source) {
    if (path == "-") return read_all(STDIN_FILENO, 0, source);
    // Without O_NONBLOCK opening a pipe would wait for its other end.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) {
        source.fail(ErrorKind::kUnreadable, errno == ENOENT ? "there is no such file" : std::strerror(errno));
    }
    struct stat status;
    if (::fstat(file.get(), &status) != 0) source.fail(ErrorKind::kUnreadable, std::strerror(errno));
    if (S_ISDIR(status.st_mode)) source.fail(ErrorKind::kUnreadable, "it is a folder");
    if (S_ISFIFO(status.st_mode)) {
        source.fail(ErrorKind::kUnreadable, "it is a pipe; use - to read from standard input");
    }
    if (!S_ISREG(status.st_mode)) source.fail(ErrorKind::kUnreadable, "it is not a regular file");
    return read_all(file.get(), static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)), source);
}

Image decode(const Source& source) {
    Format format;
    if (source.size == 0) source.fail(ErrorKind::kUnreadable, "it is empty");
    if (!detect_format(source.data, source.size, &format)) {
        if (const char* foreign = foreign_format(source.data, source.size)) {
            source.fail(ErrorKind::kUnsupported, std::string("it is a ") + foreign +
                                                     " file, of which only JPEG, PNG, TIFF, PNM and PFM are handled");
        }
        source.fail(ErrorKind::kUnreadable, "it is not a JPEG, PNG, TIFF, PNM or PFM file");
    }
    switch (format) {
        case Format::kJpeg:
            return read_jpeg(source);
        case Format::kPng:
            return read_png(source);
        case Format::kTiff:
            return read_tiff(source);
        case Format::kPnm:
            return read_pnm(source);
        default:
            return read_pfm(source);
    }
}

void check_image(const Image& image) {
    const bool shape = image.width > 0 && image.height > 0 && image.channels >= 1 && image.channels <= 4 &&
                       image.has_alpha == (image.channels == 2 || image.channels == 4);
    std::size_t bytes = 0;
    if (!shape || __builtin_mul_overflow(image.row_bytes(), static_cast<std::size_t>(image.height), &bytes) ||
        bytes != image.pixels.size()) {
        throw ImageError(ErrorKind::kUnsupported, "the image's size, channels and pixels do not fit each other");
    }
}

// Whether the file will say by itself how the stored pixels are turned.
bool carries_orientation(const Image& image, Format format) {
    if (image.metadata.orientation == 1) return exif_orientation(image.metadata.exif) == 1 || format == Format::kTiff;
    if (image.format != format) return false;
    if (format == Format::kTiff) return true;
    return (format == Format::kJpeg || format == Format::kPng) &&
           exif_orientation(image.metadata.exif) == image.metadata.orientation;
}

Bytes encode_as(const Image& image, Format format, const WriteOptions& options, Notes* notes) {
    switch (format) {
        case Format::kJpeg:
            return write_jpeg(image, options, notes);
        case Format::kPng:
            return write_png(image, notes);
        case Format::kTiff:
            return write_tiff(image, notes);
        case Format::kPnm:
            return write_pnm(image, notes);
        default:
            return write_pfm(image, notes);
    }
}

}  // namespace

Image decode_image(const std::uint8_t* data, std::size_t size, const std::string& name, const ReadOptions& options) {
    const Source source{data, size, name, options.memory_limit};
    try {
        Image image = decode(source);
        if (options.upright && image.metadata.orientation != 1) {
            source.require_memory(image.pixels.size());
            make_upright(&image);
        }
        return image;
    } catch (const std::bad_alloc&) {
        source.fail(ErrorKind::kOutOfMemory, "there is not enough memory for its pixels");
    }
}

Image read_image(const std::string& path, const ReadOptions& options) {
    const std::string name = path == "-" ? "standard input" : path;
    const Source source = make_source(name, options);
    try {
        const Bytes bytes = read_file(path, source);
        return decode_image(bytes.data(), bytes.size(), name, options);
    } catch (const std::bad_alloc&) {
        source.fail(ErrorKind::kOutOfMemory, "there is not enough memory for the file");
    }
}

Bytes encode_image(const Image& image, Format format, const WriteOptions& options, std::vector<std::string>* notes) {
    check_image(image);
    Notes collected(notes);
    try {
        if (carries_orientation(image, format)) return encode_as(image, format, options, &collected);
        Image upright = image;
        make_upright(&upright);
        return encode_as(upright, format, options, &collected);
    } catch (const std::bad_alloc&) {
        throw ImageError(ErrorKind::kOutOfMemory, "there is not enough memory to encode it");
    }
}

void write_image(const std::string& path, const Image& image, Format format, const WriteOptions& options,
                 std::vector<std::string>* notes) {
    const bool to_stdout = path == "-";
    const std::string what =
        "cannot write " + (to_stdout ? std::string("to standard output") : "'" + path + "'") + ": ";
    const std::string exists = "it exists and may not be replaced";
    if (!to_stdout && !options.overwrite && platform::is_existing_output(path)) {
        throw ImageError(ErrorKind::kExists, one_line(what + exists));
    }
    Bytes bytes;
    try {
        bytes = encode_image(image, format, options, notes);
    } catch (const ImageError& error) {
        throw ImageError(error.kind(), one_line(what + error.what()));
    }
    if (to_stdout) {
        if (platform::write_all(STDOUT_FILENO, bytes.data(), bytes.size())) return;
        throw ImageError(ErrorKind::kUnwritable, one_line(what + std::strerror(errno)));
    }
    std::string reason;
    switch (platform::write_file_atomically(path, bytes.data(), bytes.size(), options.overwrite, &reason)) {
        case platform::WriteResult::kOk:
            return;
        case platform::WriteResult::kExists:
            throw ImageError(ErrorKind::kExists, one_line(what + exists));
        case platform::WriteResult::kFailed:
            break;
    }
    throw ImageError(ErrorKind::kUnwritable, one_line(what + reason));
}

}  // namespace twofold::image_io

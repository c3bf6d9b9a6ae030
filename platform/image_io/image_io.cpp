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
#include "platform/memory_info.h"

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

// Read to the end. The size that the system states is only where to begin. Growing holds the old bytes and the new.
Bytes read_all(int descriptor, std::size_t expected, const Source& source) {
    constexpr std::size_t kStep = 1 << 16;
    Bytes bytes;
    std::size_t size = 0;
    source.require_memory(expected);
    bytes.resize(expected + 1);  // one more, to see the end without growing
    for (;;) {
        if (size == bytes.size()) {
            source.require_memory(3 * size + kStep);
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
            source.fail(ErrorKind::kUnsupported, std::string("it is a ") + foreign + " file, of which only " +
                                                     available_formats() + " are handled");
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

void encode_as(const OutputImage& image, Format format, const WriteOptions& options, Sink* sink, Notes* notes) {
    switch (format) {
        case Format::kJpeg:
            return write_jpeg(image, options, sink, notes);
        case Format::kPng:
            return write_png(image, sink, notes);
        case Format::kTiff:
            return write_tiff(image, sink, notes);
        case Format::kPnm:
            return write_pnm(image, sink, notes);
        default:
            return write_pfm(image, sink, notes);
    }
}

void encode_into(Sink* sink, const Image& image, Format format, const WriteOptions& options,
                 std::vector<std::string>* notes) {
    check_image(image);
    Notes collected(notes);
    try {
        if (carries_orientation(image, format)) return encode_as({image, image, 1}, format, options, sink, &collected);
        Image shape;
        turn_upright(image, &shape);
        encode_as({shape, image, image.metadata.orientation}, format, options, sink, &collected);
    } catch (const std::bad_alloc&) {
        throw ImageError(ErrorKind::kOutOfMemory, "there is not enough memory to encode it");
    }
}

// The most that an encoded file may take in memory.
std::uint64_t memory_for_output(const WriteOptions& options) {
    return options.memory_limit != 0 ? options.memory_limit : platform::available_memory();
}

std::string cannot_write(const std::string& path, const std::string& why) {
    return one_line("cannot write " + (path == "-" ? std::string("to standard output") : "'" + path + "'") + ": " +
                    why);
}

void write_from_memory(const std::string& path, const Image& image, Format format, const WriteOptions& options,
                       std::vector<std::string>* notes) {
    MemorySink sink(memory_for_output(options));
    encode_into(&sink, image, format, options, notes);
    const Descriptor file(path == "-" ? STDOUT_FILENO : ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    const bool good = file.get() >= 0 && sink.for_each_part([&file](const std::uint8_t* data, std::size_t size) {
        return platform::write_all(file.get(), data, size);
    });
    if (!good) throw ImageError(ErrorKind::kUnwritable, std::strerror(errno));
}

void write_to_file(const std::string& path, const Image& image, Format format, const WriteOptions& options,
                   std::vector<std::string>* notes) {
    platform::AtomicFile file;
    std::string reason;
    const auto require = [&reason](platform::WriteResult result) {
        if (result == platform::WriteResult::kExists) {
            throw ImageError(ErrorKind::kExists, "it exists and may not be replaced");
        }
        if (result == platform::WriteResult::kFailed) throw ImageError(ErrorKind::kUnwritable, reason);
    };
    require(file.open(path, options.overwrite, &reason));
    FileSink sink(file);
    encode_into(&sink, image, format, options, notes);
    require(file.commit(&reason));
}

}  // namespace

bool carries_orientation(const Image& image, Format format) {
    if (image.metadata.orientation == 1) return exif_orientation(image.metadata.exif) == 1 || format == Format::kTiff;
    if (image.format != format) return false;
    if (format == Format::kTiff) return true;
    return (format == Format::kJpeg || format == Format::kPng) &&
           exif_orientation(image.metadata.exif) == image.metadata.orientation;
}

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
        ReadOptions beside = options;
        // The file's bytes stay until its pixels are there. 1 and not 0, which would lift the limit.
        if (options.memory_limit != 0) {
            beside.memory_limit = std::max<std::uint64_t>(
                options.memory_limit - std::min<std::uint64_t>(options.memory_limit, bytes.capacity()), 1);
        }
        return decode_image(bytes.data(), bytes.size(), name, beside);
    } catch (const std::bad_alloc&) {
        source.fail(ErrorKind::kOutOfMemory, "there is not enough memory for the file");
    }
}

Bytes encode_image(const Image& image, Format format, const WriteOptions& options, std::vector<std::string>* notes) {
    MemorySink sink(memory_for_output(options));
    encode_into(&sink, image, format, options, notes);
    Bytes bytes;
    bytes.reserve(static_cast<std::size_t>(sink.size()));
    sink.for_each_part([&bytes](const std::uint8_t* data, std::size_t size) {
        bytes.insert(bytes.end(), data, data + size);
        return true;
    });
    return bytes;
}

void write_image(const std::string& path, const Image& image, Format format, const WriteOptions& options,
                 std::vector<std::string>* notes) {
    try {
        if (path == "-" || platform::is_special_file(path)) {
            write_from_memory(path, image, format, options, notes);
        } else {
            write_to_file(path, image, format, options, notes);
        }
    } catch (const ImageError& error) {
        throw ImageError(error.kind(), cannot_write(path, error.what()));
    }
}

}  // namespace twofold::image_io

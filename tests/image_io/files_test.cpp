#include <sys/stat.h>
#include <unistd.h>

#include <limits>

#include "platform/image_io/codec.h"
#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

std::string read_error(const std::string& path, ErrorKind expected, const ReadOptions& options = {}) {
    try {
        read_image(path, options);
    } catch (const ImageError& error) {
        REQUIRE(error.kind() == expected);
        const std::string sentence = error.what();
        REQUIRE(sentence.find(path) != std::string::npos);
        REQUIRE(sentence.find('\n') == std::string::npos);
        return sentence;
    }
    FAIL("it was read");
    return {};
}

}  // namespace

TEST_CASE("what is not an image file is named in one sentence") {
    const TemporaryFolder folder;
    read_error(folder / "missing.png", ErrorKind::kUnreadable);
    read_error(folder.path(), ErrorKind::kUnreadable);
    save(folder / "empty.png", {});
    REQUIRE(read_error(folder / "empty.png", ErrorKind::kUnreadable).find("empty") != std::string::npos);
    save(folder / "text.jpg", text_bytes("just a text"));
    read_error(folder / "text.jpg", ErrorKind::kUnreadable);
    save(folder / "x.gif", text_bytes("GIF89a..."));
    REQUIRE(read_error(folder / "x.gif", ErrorKind::kUnsupported).find("GIF") != std::string::npos);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    read_error(folder / "pipe", ErrorKind::kUnreadable);
    read_error("/dev/zero", ErrorKind::kUnreadable);
    if (::geteuid() != 0) {
        save(folder / "closed.png", text_bytes("x"));
        REQUIRE(::chmod((folder / "closed.png").c_str(), 0) == 0);
        read_error(folder / "closed.png", ErrorKind::kUnreadable);
    }
}

TEST_CASE("files are recognised by content and written by the format asked for") {
    const TemporaryFolder folder;
    const Image image = make_image(20, 10, 3, SampleType::kUint8);
    for (const Format format : {Format::kPng, Format::kTiff, Format::kPnm}) {
        const std::string path = folder / (std::string("wrong-name-") + format_name(format) + ".jpg");
        write_image(path, image, format, {});
        const Image back = read_image(path);
        REQUIRE(back.format == format);
        REQUIRE(back.pixels == image.pixels);
    }
    Format format;
    REQUIRE(format_from_name("a.b/C.JPEG", &format));
    REQUIRE(format == Format::kJpeg);
    REQUIRE(format_from_name("x.tif", &format));
    REQUIRE(format == Format::kTiff);
    REQUIRE_FALSE(format_from_name("folder.png/file", &format));
    REQUIRE_FALSE(format_from_name("x.gif", &format));
    REQUIRE(codec_versions().find("LibTIFF") != std::string::npos);
}

TEST_CASE("an existing file is kept unless it may be replaced, and failures leave nothing") {
    const TemporaryFolder folder;
    const std::string path = folder / "out.png";
    const Image image = make_image(20, 10, 3, SampleType::kUint8);
    save(path, text_bytes("precious"));
    WriteOptions options;
    try {
        write_image(path, image, Format::kPng, options);
        FAIL("it was replaced");
    } catch (const ImageError& error) {
        REQUIRE(error.kind() == ErrorKind::kExists);
    }
    REQUIRE(load(path) == text_bytes("precious"));
    options.overwrite = true;
    write_image(path, image, Format::kPng, options);
    REQUIRE(read_image(path).pixels == image.pixels);

    const auto kind_of_failure = [&](const std::string& to, const Image& what, Format format) {
        try {
            write_image(to, what, format, options);
        } catch (const ImageError& error) {
            REQUIRE(std::string(error.what()).find(to) != std::string::npos);
            return error.kind();
        }
        FAIL("it was written");
        return ErrorKind::kExists;
    };
    REQUIRE(kind_of_failure(folder / "no/out.png", image, Format::kPng) == ErrorKind::kUnwritable);
    REQUIRE(kind_of_failure(folder.path(), image, Format::kPng) == ErrorKind::kUnwritable);
    const Image wide = make_image(70000, 1, 1, SampleType::kUint8);
    REQUIRE(kind_of_failure(folder / "wide.jpg", wide, Format::kJpeg) == ErrorKind::kUnsupported);
    REQUIRE(folder.names() == std::vector<std::string>{"out.png"});
    if (::access("/dev/full", W_OK) == 0) {
        for (const Format format : {Format::kJpeg, Format::kPng, Format::kTiff, Format::kPnm, Format::kPfm}) {
            REQUIRE(kind_of_failure("/dev/full", image, format) == ErrorKind::kUnwritable);
        }
    }
}

TEST_CASE("standard input is read to its end, however long") {
    const TemporaryFolder folder;
    const Image image = make_image(400, 300, 3, SampleType::kUint16);
    write_image(folder / "in.ppm", image, Format::kPnm, {});
    const int saved = ::dup(STDIN_FILENO);
    REQUIRE(::freopen((folder / "in.ppm").c_str(), "rb", stdin) != nullptr);
    const Image back = read_image("-");
    REQUIRE(::dup2(saved, STDIN_FILENO) >= 0);
    ::close(saved);
    REQUIRE(back.pixels == image.pixels);
}

TEST_CASE("memory is limited before it is taken") {
    ReadOptions options;
    options.memory_limit = 20 * 10 * 3 - 1;
    for (const Format format : {Format::kJpeg, Format::kPng, Format::kTiff, Format::kPnm, Format::kPfm}) {
        const Bytes bytes = encode_image(make_image(20, 10, 3, SampleType::kUint8), format, {});
        CAPTURE(format_name(format));
        REQUIRE(decode_error(bytes, options) == ErrorKind::kOutOfMemory);
    }
    WriteOptions small;
    small.memory_limit = 100;
    for (const Format format : {Format::kJpeg, Format::kPng, Format::kTiff, Format::kPnm, Format::kPfm}) {
        CAPTURE(format_name(format));
        try {
            encode_image(make_image(200, 100, 3, SampleType::kUint8), format, small);
            FAIL("it was encoded");
        } catch (const ImageError& error) {
            REQUIRE(error.kind() == ErrorKind::kOutOfMemory);
        }
    }
    const TemporaryFolder folder;
    save(folder / "large.ppm", Bytes(1000, 'x'));
    read_error(folder / "large.ppm", ErrorKind::kOutOfMemory, options);
}

TEST_CASE("no limit means the machine's free memory, which bounds every limit") {
    constexpr auto kNoBound = std::numeric_limits<std::uint64_t>::max();
    const auto left = [](std::uint64_t limit, std::uint64_t taken) {
        return Source{nullptr, 0, "test", limit, taken}.memory_left();
    };
    REQUIRE(left(1000, 0) == 1000);
    REQUIRE(left(1000, 400) == 600);
    REQUIRE(left(1000, 2000) == 0);
    for (const std::uint64_t limit : {std::uint64_t{0}, kNoBound}) {
        REQUIRE(left(limit, 0) > 1u << 20);
        REQUIRE(left(limit, 0) < std::uint64_t{1} << 50);
        // What has been taken is missing from the free memory already.
        REQUIRE(left(limit, std::uint64_t{1} << 50) > 1u << 20);
    }
}

}  // namespace twofold::image_io::testing

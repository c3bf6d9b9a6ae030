#include <algorithm>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

constexpr std::uint64_t kLimit = 64 << 20;

ReadOptions limited() {
    ReadOptions options;
    options.memory_limit = kLimit;
    return options;
}

// Checksums are set right, so that what is tested is what comes after them.
Bytes png_chunk(const std::string& type, const Bytes& content) {
    Bytes chunk(type.size() + content.size() + 8);
    const auto put = [&](std::size_t at, std::uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8) chunk[at++] = static_cast<std::uint8_t>(value >> shift);
    };
    put(0, static_cast<std::uint32_t>(content.size()));
    std::copy(content.begin(), content.end(), std::copy(type.begin(), type.end(), chunk.begin() + 4));
    std::uint32_t crc = ~0U;
    for (std::size_t i = 4; i + 4 < chunk.size(); ++i) {
        crc ^= chunk[i];
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
    }
    put(chunk.size() - 4, ~crc);
    return chunk;
}

std::size_t find(const Bytes& bytes, const Bytes& what) {
    return static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), what.begin(), what.end()) - bytes.begin());
}

}  // namespace

TEST_CASE("a file cut at any byte is refused") {
    for (const SampleFile& file : sample_files()) {
        CAPTURE(file.name);
        REQUIRE(decodes_or_refuses(file.bytes, limited()));
        // Text without its last line end, or a last number without its last digit, is still a whole image.
        const bool text = file.name[0] == 'p' && file.name.size() == 2;
        const std::size_t sure = text ? file.bytes.size() - 4 : file.bytes.size();
        for (std::size_t size = 0; size < file.bytes.size(); ++size) {
            const Bytes cut(file.bytes.begin(), file.bytes.begin() + static_cast<long>(size));
            const bool decoded = decodes_or_refuses(cut, limited());
            CAPTURE(size);
            if (size < sure) REQUIRE_FALSE(decoded);
        }
    }
}

TEST_CASE("flipped bits give an image or a sentence") {
    std::uint32_t state = 20240229;
    const auto random = [&](std::size_t below) {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::size_t>(state >> 8) % below;
    };
    for (const SampleFile& file : sample_files()) {
        int refused = 0;
        for (int round = 0; round < 300; ++round) {
            Bytes bad = file.bytes;
            for (std::size_t flips = 1 + random(4); flips > 0; --flips) {
                bad[random(bad.size())] ^= static_cast<std::uint8_t>(1U << random(8));
            }
            if (!decodes_or_refuses(bad, limited())) ++refused;
        }
        CAPTURE(file.name);
        REQUIRE(refused > 0);
    }
}

TEST_CASE("a small file that claims to be huge is refused without taking memory") {
    // In each file the height is overwritten with 60000, and the width too.
    Bytes jpeg = encode_image(make_image(16, 16, 3, SampleType::kUint8), Format::kJpeg, {});
    const std::size_t frame = find(jpeg, {0xFF, 0xC0});
    for (const std::size_t at : {frame + 5, frame + 7}) {
        jpeg[at] = 60000 >> 8;
        jpeg[at + 1] = 60000 & 255;
    }
    REQUIRE(decode_error(jpeg) == ErrorKind::kUnreadable);

    Bytes png = text_bytes("\x89PNG\r\n\x1A\n");
    const auto append = [&](const Bytes& chunk) { png.insert(png.end(), chunk.begin(), chunk.end()); };
    append(png_chunk("IHDR", {0, 0, 60000 >> 8, 60000 & 255, 0, 0, 60000 >> 8, 60000 & 255, 8, 2, 0, 0, 0}));
    append(png_chunk("IDAT", Bytes(1000, 0)));
    append(png_chunk("IEND", {}));
    REQUIRE(decode_error(png) == ErrorKind::kUnreadable);
    REQUIRE(decode_error(text_bytes("PF 60000 60000 -1\nabcd")) == ErrorKind::kUnreadable);
}

TEST_CASE("an animated PNG is refused and one with a single frame is read") {
    const Bytes png = encode_image(make_image(5, 5, 1, SampleType::kUint8), Format::kPng, {});
    for (const std::uint8_t frames : {std::uint8_t{1}, std::uint8_t{20}}) {
        const Bytes control = png_chunk("acTL", {0, 0, 0, frames, 0, 0, 0, 0});
        Bytes animated = png;
        animated.insert(animated.begin() + 33, control.begin(), control.end());
        if (frames == 1) {
            REQUIRE(decodes_or_refuses(animated));
        } else {
            REQUIRE(decode_error(animated) == ErrorKind::kUnsupported);
        }
    }
}

TEST_CASE("a PNG chunk that claims to be larger than the file is refused before memory is taken for it") {
    Bytes png = encode_image(make_image(5, 5, 1, SampleType::kUint8), Format::kPng, {});
    Bytes chunk = png_chunk("eXIf", make_exif(1, true));
    chunk[0] = 0x61;  // 1.6 GB
    png.insert(png.begin() + 33, chunk.begin(), chunk.end());
    try {
        decode(png);
        FAIL("it was read");
    } catch (const ImageError& error) {
        REQUIRE(error.kind() == ErrorKind::kUnreadable);
        REQUIRE(std::string(error.what()).find("beyond the end of the file") != std::string::npos);
    }
}

TEST_CASE("a wrong checksum of a PNG chunk is damage") {
    Bytes png = encode_image(make_image(5, 5, 1, SampleType::kUint8), Format::kPng, {});
    png[png.size() - 14] ^= 1;  // in the checksum of IDAT
    REQUIRE(decode_error(png) == ErrorKind::kUnreadable);
}

TEST_CASE("JPEG of 12 bits, of four components and with endless scans is refused") {
    const Bytes jpeg = encode_image(make_image(16, 16, 3, SampleType::kUint8), Format::kJpeg, {});
    const std::size_t frame = find(jpeg, {0xFF, 0xC0});
    Bytes deep = jpeg;
    deep[frame + 4] = 12;
    REQUIRE(decode_error(deep) == ErrorKind::kUnsupported);
    Bytes lossless = jpeg;
    lossless[frame + 1] = 0xC7;
    REQUIRE(decode_error(lossless) == ErrorKind::kUnsupported);

    // Four components: lengthen frame and scan headers by one component each.
    Bytes cmyk = jpeg;
    const std::size_t scan = find(cmyk, {0xFF, 0xDA});
    cmyk[scan + 3] = static_cast<std::uint8_t>(cmyk[scan + 3] + 2);
    cmyk[scan + 4] = 4;
    cmyk.insert(cmyk.begin() + static_cast<long>(scan) + 11, {4, 0});
    cmyk[frame + 3] = static_cast<std::uint8_t>(cmyk[frame + 3] + 3);
    cmyk[frame + 9] = 4;
    cmyk.insert(cmyk.begin() + static_cast<long>(frame) + 19, {4, 0x11, 0});
    REQUIRE(decode_error(cmyk) == ErrorKind::kUnsupported);

    // A progressive file that sends the same scan of nothing again and again.
    Bytes bomb(jpeg.begin(), jpeg.begin() + static_cast<long>(scan));
    bomb[frame + 1] = 0xC2;
    for (int i = 0; i < 5000; ++i) {
        const Bytes pass = {0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 5, 0, 0x7F};
        bomb.insert(bomb.end(), pass.begin(), pass.end());
    }
    REQUIRE(decode_error(bomb) == ErrorKind::kUnreadable);
}

}  // namespace twofold::image_io::testing

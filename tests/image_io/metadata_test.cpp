#include <algorithm>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

Bytes noise_bytes(std::size_t size) {
    Bytes bytes(size);
    std::uint32_t state = 1;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24);
    return bytes;
}

// What libpng takes for an RGB display profile; much smaller ones it does not read back.
Bytes plausible_icc() {
    Bytes icc(132 + 12, 0);
    const Bytes content = noise_bytes(512 - icc.size());
    icc.insert(icc.end(), content.begin(), content.end());
    icc[2] = 512 >> 8;
    icc[8] = 4;
    const auto put = [&](std::size_t at, const char* text) {
        std::copy_n(text, 4, icc.begin() + static_cast<long>(at));
    };
    put(12, "mntr");
    put(16, "RGB ");
    put(20, "XYZ ");
    put(36, "acsp");
    const std::uint8_t white[] = {0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D};
    std::copy(std::begin(white), std::end(white), icc.begin() + 68);
    icc[131] = 1;  // one tag: the noise at the end
    put(132, "cprt");
    icc[139] = 144;
    icc[142] = (512 - 144) >> 8;
    icc[143] = (512 - 144) & 255;
    return icc;
}

Image image_with(const Metadata& metadata) {
    Image image = make_image(8, 6, 3, SampleType::kUint8);
    image.metadata = metadata;
    return image;
}

}  // namespace

TEST_CASE("JPEG carries EXIF, ICC and XMP byte by byte") {
    Metadata metadata;
    metadata.exif = make_exif(6, true);
    const Bytes thumbnail = noise_bytes(60000);
    metadata.exif.insert(metadata.exif.end(), thumbnail.begin(), thumbnail.end());
    metadata.icc = noise_bytes(200001);  // several chunks
    metadata.xmp = text_bytes("<?xpacket begin='\xEF\xBB\xBF'?><x/>");
    metadata.orientation = 6;
    metadata.dpi_x = 300;
    metadata.dpi_y = 150;
    Image image = image_with(metadata);
    image.format = Format::kJpeg;
    std::vector<std::string> notes;
    const Image back = decode(encode_image(image, Format::kJpeg, {}, &notes));
    REQUIRE(notes.empty());
    REQUIRE(back.metadata.exif == metadata.exif);
    REQUIRE(back.metadata.icc == metadata.icc);
    REQUIRE(back.metadata.xmp == metadata.xmp);
    REQUIRE(back.metadata.orientation == 6);
    REQUIRE(back.metadata.dpi_x == 300);
    REQUIRE(back.metadata.dpi_y == 150);
    REQUIRE(back.width == 8);
}

TEST_CASE("metadata too large for JPEG are noted, not cut") {
    Metadata metadata;
    metadata.exif = noise_bytes(65530);
    metadata.xmp = noise_bytes(65530);
    metadata.icc = noise_bytes(256 * 65519);
    std::vector<std::string> notes;
    const Image back = decode(encode_image(image_with(metadata), Format::kJpeg, {}, &notes));
    REQUIRE(notes.size() == 3);
    REQUIRE(back.metadata.exif.empty());
    REQUIRE(back.metadata.xmp.empty());
    REQUIRE(back.metadata.icc.empty());
}

TEST_CASE("PNG carries EXIF, ICC, XMP and resolution") {
    Metadata metadata;
    metadata.exif = make_exif(1, false);
    metadata.icc = plausible_icc();
    metadata.xmp = text_bytes("<x:xmpmeta>\xC3\xA4</x:xmpmeta>");
    metadata.dpi_x = metadata.dpi_y = 300;
    std::vector<std::string> notes;
    const Image back = decode(encode_image(image_with(metadata), Format::kPng, {}, &notes));
    REQUIRE(notes.empty());
    REQUIRE(back.metadata.exif == metadata.exif);
    REQUIRE(back.metadata.icc == metadata.icc);
    REQUIRE(back.metadata.xmp == metadata.xmp);
    REQUIRE(back.metadata.dpi_x == Approx(300).epsilon(1e-3));
}

TEST_CASE("a profile that PNG refuses is noted") {
    std::vector<std::vector<std::uint8_t>> refused = {noise_bytes(500), noise_bytes(3)};
    // Of another size, for another colour space, and no profile at all by its signature.
    for (const unsigned place : {3U, 16U, 36U}) {
        refused.push_back(plausible_icc());
        refused.back()[place] ^= 1;
    }
    for (const auto& icc : refused) {
        Metadata metadata;
        metadata.icc = icc;
        std::vector<std::string> notes;
        REQUIRE(decode(encode_image(image_with(metadata), Format::kPng, {}, &notes)).metadata.icc.empty());
        REQUIRE(notes.size() == 1);
    }
}

TEST_CASE("TIFF carries ICC, XMP, orientation and resolution, and says that EXIF is lost") {
    Metadata metadata;
    metadata.exif = make_exif(1, true);
    metadata.icc = noise_bytes(3000);
    metadata.xmp = text_bytes("<x:xmpmeta/>");
    metadata.orientation = 8;
    metadata.dpi_x = 72;
    metadata.dpi_y = 36;
    Image image = image_with(metadata);
    image.format = Format::kTiff;
    std::vector<std::string> notes;
    const Image back = decode(encode_image(image, Format::kTiff, {}, &notes));
    REQUIRE(notes.size() == 1);
    REQUIRE(back.metadata.icc == metadata.icc);
    REQUIRE(back.metadata.xmp == metadata.xmp);
    REQUIRE(back.metadata.orientation == 8);
    REQUIRE(back.metadata.dpi_x == 72);
    REQUIRE(back.metadata.dpi_y == 36);
}

TEST_CASE("PNM and PFM say what they lose") {
    Metadata metadata;
    metadata.exif = make_exif(1, true);
    metadata.icc = noise_bytes(30);
    metadata.xmp = text_bytes("<x/>");
    metadata.left_behind = {"the comment"};
    for (const Format format : {Format::kPnm, Format::kPfm}) {
        std::vector<std::string> notes;
        encode_image(image_with(metadata), format, {}, &notes);
        REQUIRE(notes.size() == 4);
    }
}

TEST_CASE("a comment and broken ICC chunks of a JPEG are left behind with a word") {
    Metadata metadata;
    metadata.icc = noise_bytes(500);
    Bytes bytes = encode_image(image_with(metadata), Format::kJpeg, {});
    const Bytes name = text_bytes("ICC_PROFILE");
    const auto found = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
    REQUIRE(found != bytes.end());
    *(found + 13) = 2;  // one chunk of two
    const Bytes comment = {0xFF, 0xFE, 0, 4, 'h', 'i'};
    bytes.insert(bytes.begin() + 2, comment.begin(), comment.end());
    const Image back = decode(bytes);
    REQUIRE(back.metadata.icc.empty());
    REQUIRE(back.metadata.left_behind.size() == 2);
}

}  // namespace twofold::image_io::testing

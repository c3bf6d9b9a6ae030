#include <png.h>

#include <cstdio>
// jpeglib.h needs FILE before it.
#include <jpeglib.h>

#include <cctype>
#include <cstring>

#include "platform/image_io/codec.h"

#define TWOFOLD_TEXT_OF(x) #x
#define TWOFOLD_TEXT(x) TWOFOLD_TEXT_OF(x)

namespace twofold::image_io {
namespace {

struct Signature {
    std::size_t offset;
    const char* bytes;
    std::size_t size;
};

bool matches(const std::uint8_t* data, std::size_t size, const Signature& signature) {
    return size >= signature.offset + signature.size &&
           std::memcmp(data + signature.offset, signature.bytes, signature.size) == 0;
}

bool is_space(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

struct Known {
    Format format;
    Signature signature;
};
constexpr Known kKnown[] = {
    {Format::kJpeg, {0, "\xFF\xD8\xFF", 3}},    {Format::kPng, {0, "\x89PNG\r\n\x1A\n", 8}},
    {Format::kTiff, {0, "II*\0", 4}},           {Format::kTiff, {0, "MM\0*", 4}},
    {Format::kTiff, {0, "II+\0\x08\0\0\0", 8}}, {Format::kTiff, {0, "MM\0+\0\x08\0\0", 8}},
};

struct Foreign {
    const char* name;
    Signature signature;
};
constexpr Foreign kForeign[] = {
    {"GIF", {0, "GIF8", 4}},
    {"WebP", {8, "WEBP", 4}},
    {"HEIF or AVIF", {4, "ftyp", 4}},
    {"JPEG XL", {0, "\xFF\x0A", 2}},
    {"JPEG XL", {0, "\0\0\0\x0CJXL ", 8}},
    {"JPEG 2000", {0, "\0\0\0\x0CjP  ", 8}},
    {"OpenEXR", {0, "v/1\x01", 4}},
    {"Photoshop", {0, "8BPS", 4}},
    {"PDF", {0, "%PDF-", 5}},
    {"BMP", {0, "BM", 2}},
};

}  // namespace

bool detect_format(const std::uint8_t* data, std::size_t size, Format* format) {
    for (const Known& known : kKnown) {
        if (!matches(data, size, known.signature)) continue;
        *format = known.format;
        return true;
    }
    if (size < 3 || data[0] != 'P' || !(is_space(data[2]) || data[2] == '#')) return false;
    if (data[1] >= '1' && data[1] <= '7') {
        *format = Format::kPnm;
        return true;
    }
    if (data[1] == 'F' || data[1] == 'f') {
        *format = Format::kPfm;
        return true;
    }
    return false;
}

const char* foreign_format(const std::uint8_t* data, std::size_t size) {
    for (const Foreign& foreign : kForeign) {
        if (matches(data, size, foreign.signature)) return foreign.name;
    }
    return nullptr;
}

bool format_from_name(const std::string& path, Format* format) {
    const std::size_t slash = path.rfind('/');
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return false;
    std::string extension = path.substr(dot + 1);
    for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    struct Row {
        const char* extension;
        Format format;
    };
    constexpr Row kRows[] = {{"jpg", Format::kJpeg}, {"jpeg", Format::kJpeg}, {"png", Format::kPng},
                             {"tif", Format::kTiff}, {"tiff", Format::kTiff}, {"pgm", Format::kPnm},
                             {"ppm", Format::kPnm},  {"pnm", Format::kPnm},   {"pam", Format::kPnm},
                             {"pfm", Format::kPfm}};
    for (const Row& row : kRows) {
        if (extension != row.extension) continue;
        *format = row.format;
        return true;
    }
    return false;
}

const char* format_name(Format format) {
    switch (format) {
        case Format::kJpeg:
            return "JPEG";
        case Format::kPng:
            return "PNG";
        case Format::kTiff:
            return "TIFF";
        case Format::kPnm:
            return "PNM";
        case Format::kPfm:
            return "PFM";
    }
    return "unknown";
}

bool is_available(Format format) { return format != Format::kTiff || !tiff_version().empty(); }

std::string available_formats() {
    return is_available(Format::kTiff) ? "JPEG, PNG, TIFF, PNM and PFM" : "JPEG, PNG, PNM and PFM";
}

std::string codec_versions() {
#ifdef LIBJPEG_TURBO_VERSION
    std::string text = "libjpeg-turbo " TWOFOLD_TEXT(LIBJPEG_TURBO_VERSION);
#else
    std::string text = "libjpeg " TWOFOLD_TEXT(JPEG_LIB_VERSION);
#endif
    text += std::string(", libpng ") + png_get_libpng_ver(nullptr);
    const std::string tiff = tiff_version();
    return tiff.empty() ? text : text + ", " + tiff;
}

}  // namespace twofold::image_io

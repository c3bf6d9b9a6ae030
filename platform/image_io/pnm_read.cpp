#include <bit>
#include <cstring>

#include "platform/image_io/pnm_reader.h"

namespace twofold::image_io {
namespace {

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Header {
    int kind = 0;  // 1..7, the digit of the magic
    std::int64_t maximum = 1;
};

void read_pam_header(HeaderReader* reader, const Source& source, Header* header, Image* image) {
    std::int64_t depth = 0;
    std::string type;
    header->maximum = 0;
    for (std::string key = reader->word(); key != "ENDHDR"; key = reader->word()) {
        if (key == "WIDTH") {
            image->width = reader->number("width", kLargestPnmSide);
        } else if (key == "HEIGHT") {
            image->height = reader->number("height", kLargestPnmSide);
        } else if (key == "DEPTH") {
            depth = reader->number("depth", kLargestPnmSide);
        } else if (key == "MAXVAL") {
            header->maximum = reader->number("largest value", 65535);
        } else if (key == "TUPLTYPE") {
            type = reader->rest_of_line();
        } else {
            reader->damaged("its header has no end");
        }
    }
    const bool grey = type == "GRAYSCALE" || type == "BLACKANDWHITE" || (type.empty() && depth == 1);
    const bool rgb = type == "RGB" || (type.empty() && depth == 3);
    const bool grey_alpha = type == "GRAYSCALE_ALPHA" || type == "BLACKANDWHITE_ALPHA";
    const bool rgb_alpha = type == "RGB_ALPHA";
    image->channels = grey ? 1 : grey_alpha ? 2 : rgb ? 3 : rgb_alpha ? 4 : 0;
    image->has_alpha = grey_alpha || rgb_alpha;
    if (image->channels == 0) {
        source.fail(ErrorKind::kUnsupported, "PAM of type '" + type + "' with depth " + std::to_string(depth) +
                                                 " is not handled, only grey and RGB, with or without alpha");
    }
    if (depth != image->channels) reader->damaged("its depth does not fit its type " + type);
}

void read_header(HeaderReader* reader, const Source& source, Header* header, Image* image) {
    header->kind = source.data[1] - '0';
    if (header->kind == 7) {
        read_pam_header(reader, source, header, image);
    } else {
        image->channels = header->kind == 3 || header->kind == 6 ? 3 : 1;
        image->width = reader->number("width", kLargestPnmSide);
        image->height = reader->number("height", kLargestPnmSide);
        if (header->kind != 1 && header->kind != 4) header->maximum = reader->number("largest value", 65535);
    }
    if (header->maximum == 0) reader->damaged("its largest value is 0");
    image->type = header->maximum > 255 ? SampleType::kUint16 : SampleType::kUint8;
    reader->end();
}

void read_packed_bits(HeaderReader* reader, Image* image) {
    const std::size_t width = static_cast<std::size_t>(image->width);
    const std::size_t row_bytes = (width + 7) / 8;
    if (reader->left() / row_bytes < static_cast<std::size_t>(image->height)) reader->damaged("its pixels end early");
    std::uint8_t* dst = image->pixels.data();
    for (std::int64_t y = 0; y < image->height; ++y) {
        const std::uint8_t* src = reader->here();
        for (std::size_t x = 0; x < width; ++x) *dst++ = (src[x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
        reader->skip(row_bytes);
    }
}

void read_text(HeaderReader* reader, const Header& header, Image* image) {
    const std::size_t samples = image->pixels.size() / image->sample_bytes();
    for (std::size_t i = 0; i < samples; ++i) {
        if (header.kind == 1) {
            image->pixels[i] = reader->bit() ? 0 : 255;
        } else if (image->type == SampleType::kUint8) {
            image->pixels[i] = static_cast<std::uint8_t>(reader->number("sample", header.maximum));
        } else {
            const auto value = static_cast<std::uint16_t>(reader->number("sample", header.maximum));
            std::memcpy(&image->pixels[2 * i], &value, 2);
        }
    }
}

void read_binary(HeaderReader* reader, Image* image) {
    const std::size_t bytes = image->pixels.size();
    if (reader->left() < bytes) reader->damaged("its pixels end early");
    std::memcpy(image->pixels.data(), reader->here(), bytes);
    reader->skip(bytes);
    if (image->type == SampleType::kUint16 && std::endian::native == std::endian::little) {
        for (std::size_t i = 0; i < bytes; i += 2) std::swap(image->pixels[i], image->pixels[i + 1]);
    }
}

// Stretch 0..maximum to the whole range of the type.
void scale(const HeaderReader& reader, std::int64_t maximum, Image* image) {
    const bool wide = image->type == SampleType::kUint16;
    const std::uint32_t white = wide ? 65535 : 255;
    const auto largest = static_cast<std::uint32_t>(maximum);
    if (largest == white) return;
    const std::size_t step = image->sample_bytes();
    for (std::size_t i = 0; i < image->pixels.size(); i += step) {
        std::uint16_t value = image->pixels[i];
        if (wide) std::memcpy(&value, &image->pixels[i], 2);
        if (value > largest) reader.damaged("a sample is larger than the largest value it states");
        value = static_cast<std::uint16_t>((value * white + largest / 2) / largest);
        if (wide) {
            std::memcpy(&image->pixels[i], &value, 2);
        } else {
            image->pixels[i] = static_cast<std::uint8_t>(value);
        }
    }
}

}  // namespace

void HeaderReader::damaged(const std::string& what) const {
    source_.fail(ErrorKind::kUnreadable, std::string("the file is truncated or damaged, ") + what);
}

void HeaderReader::pass_space() {
    while (left() > 0 && (is_space(*here()) || *here() == '#')) {
        if (*here() == '#') {
            while (left() > 0 && *here() != '\n') ++position_;
        } else {
            ++position_;
        }
    }
}

std::string HeaderReader::word() {
    pass_space();
    std::string text;
    while (left() > 0 && !is_space(*here()) && text.size() < 64)
        text.push_back(static_cast<char>(source_.data[position_++]));
    if (text.empty()) damaged("its header has no end");
    return text;
}

std::int64_t HeaderReader::number(const char* what, std::int64_t largest) {
    pass_space();
    std::int64_t value = 0;
    bool any = false;
    for (; left() > 0 && *here() >= '0' && *here() <= '9'; ++position_) {
        value = value * 10 + (*here() - '0');
        any = true;
        if (value > largest) damaged(std::string("its ") + what + " is larger than " + std::to_string(largest));
    }
    if (!any) damaged(std::string("its ") + what + " is not a number");
    return value;
}

int HeaderReader::bit() {
    pass_space();
    if (left() == 0 || (*here() != '0' && *here() != '1')) damaged("a bit is neither 0 nor 1");
    return source_.data[position_++] - '0';
}

std::string HeaderReader::rest_of_line() {
    while (left() > 0 && *here() != '\n' && is_space(*here())) ++position_;
    std::string text;
    while (left() > 0 && *here() != '\n' && text.size() < 256)
        text.push_back(static_cast<char>(source_.data[position_++]));
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.back()))) text.pop_back();
    return text;
}

void HeaderReader::end() {
    if (left() == 0 || !is_space(*here())) damaged("its header has no end");
    ++position_;
}

Image read_pnm(const Source& source) {
    Image image;
    image.format = Format::kPnm;
    HeaderReader reader(source);
    Header header;
    read_header(&reader, source, &header, &image);
    // A bit of a P4 file becomes a byte; in every other kind a sample takes at least as many bytes as in memory (text
    // takes a digit and a space, but 16-bit text may be a single digit).
    source.allocate(&image, header.kind == 4 ? 8 : 1);
    if (header.kind == 4) {
        read_packed_bits(&reader, &image);
    } else if (header.kind <= 3) {
        read_text(&reader, header, &image);
    } else {
        read_binary(&reader, &image);
    }
    if (header.kind != 1 && header.kind != 4) scale(reader, header.maximum, &image);
    Format next;
    if (header.kind >= 4 && detect_format(reader.here(), reader.left(), &next) && next == Format::kPnm) {
        source.fail(ErrorKind::kUnsupported, "it holds more than one image, which is not handled");
    }
    return image;
}

}  // namespace twofold::image_io

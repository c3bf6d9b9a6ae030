#include "tests/image_io/samples.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace twofold::image_io::testing {

Image make_image(std::int64_t width, std::int64_t height, int channels, SampleType type) {
    Image image;
    image.width = width;
    image.height = height;
    image.channels = channels;
    image.has_alpha = channels == 2 || channels == 4;
    image.type = type;
    image.pixels.resize(static_cast<std::size_t>(width * height * channels) * image.sample_bytes());
    std::size_t at = 0;
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
            for (int c = 0; c < channels; ++c) {
                const double slope =
                    static_cast<double>(x * (c + 2) + y * (5 - c)) / static_cast<double>(6 * (width + height));
                const double value = slope + static_cast<double>((x * 7 + y * 13 + c * 3) % 11) * 0.01;
                if (type == SampleType::kFloat32) {
                    const auto v = static_cast<float>(value);
                    std::memcpy(&image.pixels[at], &v, 4);
                } else if (type == SampleType::kUint16) {
                    const auto v = static_cast<std::uint16_t>(value * 65535);
                    std::memcpy(&image.pixels[at], &v, 2);
                } else {
                    image.pixels[at] = static_cast<std::uint8_t>(value * 255);
                }
                at += image.sample_bytes();
            }
        }
    }
    return image;
}

Bytes text_bytes(const std::string& text) { return Bytes(text.begin(), text.end()); }

Bytes make_exif(int orientation, bool little_endian) {
    Bytes exif = text_bytes(little_endian ? "II" : "MM");
    const auto put = [&](unsigned value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
            exif.push_back(static_cast<std::uint8_t>(value >> 8 * (little_endian ? i : bytes - 1 - i)));
        }
    };
    put(42, 2);
    put(8, 4);
    put(2, 2);
    put(0x010F, 2);  // Make, ASCII, in the entry itself
    put(2, 2);
    put(4, 4);
    for (const char c : {'T', 'w', 'o', '\0'}) exif.push_back(static_cast<std::uint8_t>(c));
    put(0x0112, 2);
    put(3, 2);
    put(1, 4);
    put(static_cast<unsigned>(orientation), 2);
    put(0, 2);
    put(0, 4);
    return exif;
}

std::vector<SampleFile> sample_files() {
    std::vector<SampleFile> files;
    const auto add = [&](const std::string& name, const Image& image, Format format, const WriteOptions& options = {}) {
        files.push_back({name, encode_image(image, format, options)});
    };
    const char* types[] = {"8", "16", "float"};
    for (int channels = 1; channels <= 4; ++channels) {
        for (const SampleType type : {SampleType::kUint8, SampleType::kUint16, SampleType::kFloat32}) {
            Image image = make_image(7, 5, channels, type);
            image.metadata.xmp = text_bytes("<x:xmpmeta/>");
            image.metadata.dpi_x = image.metadata.dpi_y = 300;
            const std::string suffix =
                std::string("-") + std::to_string(channels) + "-" + types[static_cast<int>(type)];
            image.format = Format::kTiff;
            image.metadata.orientation = 6;
            add("tiff" + suffix, image, Format::kTiff);
            image.metadata.orientation = 1;
            if (type == SampleType::kFloat32) add("pfm" + suffix, image, Format::kPfm);
            if (type == SampleType::kFloat32) continue;
            image.metadata.exif = make_exif(1, channels % 2 == 0);
            add("png" + suffix, image, Format::kPng);
            add("pnm" + suffix, image, Format::kPnm);
            if (type == SampleType::kUint8 && !image.has_alpha) {
                image.metadata.icc = Bytes(300, 7);
                add("jpeg" + suffix, image, Format::kJpeg);
                WriteOptions small;
                small.subsampling = Subsampling::k420;
                small.jpeg_quality = 50;
                add("jpeg420" + suffix, image, Format::kJpeg, small);
            }
        }
    }
    const auto text = [&](const std::string& name, const std::string& content) {
        files.push_back({name, text_bytes(content)});
    };
    text("p1", "P1\n# a comment\n3 2\n101\n0 1 0\n");
    text("p2", "P2 2 2 15\n0 5 10 15\n");
    text("p3", "P3 1 2 1023\n0 512 1023 3 2 1\n");
    text("p4", std::string("P4 9 2\n") + "\xAA\x80\x55\x01");
    return files;
}

Image decode(const Bytes& bytes, const ReadOptions& options) {
    return decode_image(bytes.data(), bytes.size(), "sample", options);
}

void require_valid(const Image& image) {
    const bool valid = image.width > 0 && image.height > 0 && image.channels >= 1 && image.channels <= 4 &&
                       image.has_alpha == (image.channels == 2 || image.channels == 4) &&
                       image.pixels.size() == image.row_bytes() * static_cast<std::size_t>(image.height) &&
                       image.metadata.orientation >= 1 && image.metadata.orientation <= 8;
    if (!valid) throw std::logic_error("the fields of a decoded image do not agree");
}

bool decodes_or_refuses(const Bytes& bytes, const ReadOptions& options) {
    try {
        require_valid(decode(bytes, options));
        return true;
    } catch (const ImageError& error) {
        const std::string sentence = error.what();
        const bool control = std::any_of(sentence.begin(), sentence.end(), [](unsigned char c) { return c < 0x20; });
        if (control || sentence.find("'sample'") == std::string::npos) {
            throw std::logic_error("not a sentence that names the file: " + sentence);
        }
        return false;
    }
}

ErrorKind decode_error(const Bytes& bytes, const ReadOptions& options) {
    if (decodes_or_refuses(bytes, options)) throw std::logic_error("the file was expected to be refused");
    try {
        decode(bytes, options);
    } catch (const ImageError& error) {
        return error.kind();
    }
    throw std::logic_error("decoding the same bytes twice ended differently");
}

void save(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace twofold::image_io::testing

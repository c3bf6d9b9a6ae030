#include <tiffio.h>

#include <cstring>
#include <functional>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

struct Shape {
    int width = 21, height = 19, samples = 1, bits = 8, photometric = PHOTOMETRIC_MINISBLACK;
    int planar = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE;
    const char* mode = "w";
};

using Step = std::function<void(TIFF*)>;

void set_shape(TIFF* tiff, const Shape& shape) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, shape.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, shape.height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, shape.samples);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, shape.bits);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, shape.photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, shape.planar);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, shape.compression);
}

// Rows of one block, each byte its column plus its row plus the plane.
void write_rows(TIFF* tiff, const Shape& shape) {
    const auto size = static_cast<std::size_t>(TIFFScanlineSize(tiff));
    Bytes row(size);
    for (int plane = 0; plane < (shape.planar == PLANARCONFIG_SEPARATE ? shape.samples : 1); ++plane) {
        for (int y = 0; y < shape.height; ++y) {
            for (std::size_t i = 0; i < size; ++i)
                row[i] = static_cast<std::uint8_t>(static_cast<int>(i) + y * 3 + plane * 50);
            REQUIRE(TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y),
                                      static_cast<std::uint16_t>(plane)) == 1);
        }
    }
}

Bytes make_tiff(const Shape& shape, const Step& more = {}, const Step& write = {}) {
    const TemporaryFolder folder;
    TIFF* tiff = TIFFOpen((folder / "x.tif").c_str(), shape.mode);
    REQUIRE(tiff != nullptr);
    set_shape(tiff, shape);
    if (more) more(tiff);
    if (write) {
        write(tiff);
    } else {
        write_rows(tiff, shape);
    }
    TIFFClose(tiff);
    return load(folder / "x.tif");
}

Shape shape_of(int samples, int bits, int photometric) {
    Shape shape;
    shape.samples = samples;
    shape.bits = bits;
    shape.photometric = photometric;
    return shape;
}

Step sample_format(int format) {
    return [format](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format); };
}

}  // namespace

TEST_CASE("TIFF compressions, byte orders, planes and tiles give the same pixels") {
    for (const int bits : {8, 16}) {
        Shape shape = shape_of(3, bits, PHOTOMETRIC_RGB);
        const Image plain = decode(make_tiff(shape));
        REQUIRE(plain.channels == 3);
        REQUIRE(plain.type == (bits == 8 ? SampleType::kUint8 : SampleType::kUint16));
        for (const int compression : {COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE}) {
            for (const char* mode : {"wl", "wb", "w8"}) {
                shape.compression = compression;
                shape.mode = mode;
                const Image image = decode(make_tiff(shape));
                REQUIRE(image.pixels.size() == plain.pixels.size());
                // The test writes native samples, so that the byte order of the file must not show.
                REQUIRE(image.pixels == plain.pixels);
            }
        }
        const auto write_tiles = [&](TIFF* tiff) {
            Bytes tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
            const std::size_t pixel = static_cast<std::size_t>(bits / 8 * 3);
            for (std::uint32_t y0 = 0; y0 < 19; y0 += 16) {
                for (std::uint32_t x0 = 0; x0 < 21; x0 += 16) {
                    for (std::uint32_t y = y0; y < std::min(y0 + 16, 19U); ++y) {
                        std::memcpy(&tile[(y - y0) * 16 * pixel], &plain.pixels[(y * 21 + x0) * pixel],
                                    std::min(16U, 21 - x0) * pixel);
                    }
                    REQUIRE(TIFFWriteTile(tiff, tile.data(), x0, y0, 0, 0) > 0);
                }
            }
        };
        const auto set_tiles = [](TIFF* tiff) {
            TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
            TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
        };
        shape = shape_of(3, bits, PHOTOMETRIC_RGB);
        REQUIRE(decode(make_tiff(shape, set_tiles, write_tiles)).pixels == plain.pixels);
    }
    Shape separate = shape_of(3, 8, PHOTOMETRIC_RGB);
    separate.planar = PLANARCONFIG_SEPARATE;
    const Image image = decode(make_tiff(separate));
    for (const std::size_t c : {0U, 1U, 2U}) REQUIRE(image.pixels[(2 * 21 + 5) * 3 + c] == 5 + 2 * 3 + c * 50);
}

TEST_CASE("TIFF small depths, palettes and inverted grey are expanded") {
    for (const int bits : {1, 2, 4}) {
        const Image grey = decode(make_tiff(shape_of(1, bits, PHOTOMETRIC_MINISBLACK)));
        const Image inverted = decode(make_tiff(shape_of(1, bits, PHOTOMETRIC_MINISWHITE)));
        REQUIRE(grey.pixels[static_cast<std::size_t>(8 / bits * 2 - 1)] ==
                (1 & ((1 << bits) - 1)) * 255 / ((1 << bits) - 1));
        for (std::size_t i = 0; i < grey.pixels.size(); ++i) REQUIRE(grey.pixels[i] + inverted.pixels[i] == 255);
    }
    const Image inverted = decode(make_tiff(shape_of(1, 16, PHOTOMETRIC_MINISWHITE)));
    const Image grey = decode(make_tiff(shape_of(1, 16, PHOTOMETRIC_MINISBLACK)));
    for (std::size_t i = 0; i < grey.pixels.size(); ++i) REQUIRE(grey.pixels[i] + inverted.pixels[i] == 255);

    std::vector<std::uint16_t> red(256), green(256), blue(256);
    for (std::size_t i = 0; i < 256; ++i) {
        red[i] = static_cast<std::uint16_t>(i * 257);
        green[i] = static_cast<std::uint16_t>((255 - i) * 257);
        blue[i] = 32768;
    }
    const auto palette = [&](TIFF* tiff) {
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
    };
    const Image colours = decode(make_tiff(shape_of(1, 8, PHOTOMETRIC_PALETTE), palette));
    REQUIRE(colours.channels == 3);
    REQUIRE(Bytes(colours.pixels.begin() + 30, colours.pixels.begin() + 33) == Bytes{10, 245, 128});
}

TEST_CASE("TIFF alpha of either kind") {
    const auto extra = [](int number) {
        return [kind = static_cast<std::uint16_t>(number)](TIFF* tiff) {
            TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
        };
    };
    const auto pixels = [](TIFF* tiff) {
        Bytes row = {10, 20, 30, 128, 40, 50, 60, 0};
        REQUIRE(TIFFWriteScanline(tiff, row.data(), 0, 0) == 1);
    };
    Shape shape = shape_of(4, 8, PHOTOMETRIC_RGB);
    shape.width = 2;
    shape.height = 1;
    for (const int kind : {EXTRASAMPLE_UNASSALPHA, EXTRASAMPLE_UNSPECIFIED}) {
        const Image straight = decode(make_tiff(shape, extra(kind), pixels));
        REQUIRE(straight.has_alpha);
        REQUIRE(straight.pixels == Bytes{10, 20, 30, 128, 40, 50, 60, 0});
    }
    const Image divided = decode(make_tiff(shape, extra(EXTRASAMPLE_ASSOCALPHA), pixels));
    REQUIRE(divided.pixels == Bytes{20, 40, 60, 128, 0, 0, 0, 0});
    REQUIRE(decode(make_tiff(shape_of(2, 16, PHOTOMETRIC_MINISBLACK), extra(EXTRASAMPLE_UNASSALPHA))).channels == 2);
}

TEST_CASE("TIFF with JPEG and YCbCr becomes RGB") {
    const auto is_rgb = [](const Bytes& bytes) {
        const Image image = decode(bytes);
        return image.channels == 3 && image.type == SampleType::kUint8;
    };
    Shape shape = shape_of(3, 8, PHOTOMETRIC_YCBCR);
    shape.width = shape.height = 32;
    shape.compression = COMPRESSION_JPEG;
    REQUIRE(is_rgb(make_tiff(shape, [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB); })));
    shape.compression = COMPRESSION_NONE;
    REQUIRE(is_rgb(make_tiff(shape, [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, 1, 1); })));
}

TEST_CASE("what TIFF holds and we do not is refused, never dropped") {
    const auto refused = [](const Shape& shape, const Step& more = {}) {
        return decode_error(make_tiff(shape, more)) == ErrorKind::kUnsupported;
    };
    REQUIRE(refused(shape_of(4, 8, PHOTOMETRIC_SEPARATED)));
    REQUIRE(refused(shape_of(3, 8, PHOTOMETRIC_CIELAB)));
    REQUIRE(refused(shape_of(5, 8, PHOTOMETRIC_RGB)));
    REQUIRE(refused(shape_of(1, 64, PHOTOMETRIC_MINISBLACK), sample_format(SAMPLEFORMAT_IEEEFP)));
    REQUIRE(refused(shape_of(1, 16, PHOTOMETRIC_MINISBLACK), sample_format(SAMPLEFORMAT_IEEEFP)));
    REQUIRE(refused(shape_of(1, 16, PHOTOMETRIC_MINISBLACK), sample_format(SAMPLEFORMAT_INT)));
    REQUIRE(refused(shape_of(1, 32, PHOTOMETRIC_MINISBLACK)));
    REQUIRE(refused(shape_of(3, 4, PHOTOMETRIC_RGB)));
    const auto describe = [](const char* text) {
        return [text](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, text); };
    };
    REQUIRE(refused(Shape(), describe("ImageJ=1.53\nimages=20\nslices=20\n")));
    REQUIRE(decode(make_tiff(Shape(), describe("ImageJ=1.53\nimages=1\n"))).width == 21);

    const Shape shape;
    const auto two_pages = [&](TIFF* tiff) {
        write_rows(tiff, shape);
        REQUIRE(TIFFWriteDirectory(tiff) == 1);
        set_shape(tiff, shape);
        write_rows(tiff, shape);
    };
    for (const char* mode : {"wl", "wb", "wl8", "wb8"}) {
        Shape pages;
        pages.mode = mode;
        REQUIRE(decode_error(make_tiff(pages, {}, two_pages)) == ErrorKind::kUnsupported);
    }
    const auto sub_image = [&](TIFF* tiff) {
        std::uint64_t offsets[1] = {0};
        TIFFSetField(tiff, TIFFTAG_SUBIFD, 1, offsets);
        write_rows(tiff, shape);
        REQUIRE(TIFFWriteDirectory(tiff) == 1);
        set_shape(tiff, shape);
        write_rows(tiff, shape);
    };
    REQUIRE(decode_error(make_tiff(shape, {}, sub_image)) == ErrorKind::kUnsupported);
}

TEST_CASE("a large uncompressed TIFF that is not there is refused") {
    Shape shape;
    shape.width = shape.height = 60000;
    const Bytes bytes = make_tiff(shape, {}, [](TIFF* tiff) {
        std::vector<std::uint8_t> row(60000);
        TIFFWriteScanline(tiff, row.data(), 0, 0);
    });
    REQUIRE(decode_error(bytes) == ErrorKind::kUnreadable);
}

}  // namespace twofold::image_io::testing

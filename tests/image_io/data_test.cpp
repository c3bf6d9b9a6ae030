#include <cmath>
#include <filesystem>

#include "tests/image_io/samples.h"
#include "tests/support/data_folder.h"

namespace twofold::image_io::testing {
namespace {

namespace fs = std::filesystem;

using test::data_folder;

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    if (folder.empty()) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

enum class Outcome { kRead, kUnreadable, kUnsupported };

Outcome outcome_of(const fs::path& path) {
    ReadOptions options;
    options.memory_limit = 512 << 20;
    options.upright = true;
    try {
        require_valid(read_image(path.string(), options));
        return Outcome::kRead;
    } catch (const ImageError& error) {
        const std::string sentence = error.what();
        UNSCOPED_INFO(sentence);
        CHECK(sentence.find('\n') == std::string::npos);
        CHECK(sentence.find(path.filename().string()) != std::string::npos);
        return error.kind() == ErrorKind::kUnsupported ? Outcome::kUnsupported : Outcome::kUnreadable;
    }
}

// Mean colour of each cell of a grid over the upright image.
std::vector<double> thumbnail(const Image& image) {
    constexpr std::int64_t kCells = 12;
    std::vector<double> cells;
    for (std::int64_t cy = 0; cy < kCells; ++cy) {
        for (std::int64_t cx = 0; cx < kCells; ++cx) {
            double sum = 0, count = 0;
            for (std::int64_t y = image.height * cy / kCells; y < image.height * (cy + 1) / kCells; ++y) {
                for (std::int64_t x = image.width * cx / kCells; x < image.width * (cx + 1) / kCells; ++x) {
                    for (int c = 0; c < image.channels; ++c, ++count) {
                        sum += image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels + c)];
                    }
                }
            }
            cells.push_back(sum / count);
        }
    }
    return cells;
}

}  // namespace

TEST_CASE("every odd file gives an image or a sentence") {
    for (const fs::path& path : files_in(data_folder("odd"))) {
        CAPTURE(path.string());
        CHECK_NOTHROW(outcome_of(path));
    }
}

TEST_CASE("PngSuite is read, but for the files that are made to be broken") {
    const fs::path folder = data_folder("odd");
    if (folder.empty()) return;
    int read = 0;
    for (const fs::path& path : files_in(folder / "pngsuite")) {
        CAPTURE(path.string());
        const bool broken = path.filename().string().rfind("pngsuite__x", 0) == 0;
        const Outcome outcome = outcome_of(path);
        CHECK(outcome == (broken ? Outcome::kUnreadable : Outcome::kRead));
        read += outcome == Outcome::kRead;
    }
    REQUIRE(read > 150);
}

TEST_CASE("pairs of PngSuite that show the same have the same pixels") {
    const fs::path folder = data_folder("odd");
    if (folder.empty()) return;
    int pairs = 0;
    for (const fs::path& path : files_in(folder / "pngsuite")) {
        const std::string name = path.filename().string();
        if (name.rfind("pngsuite__basi", 0) != 0) continue;
        fs::path straight = path.parent_path() / ("pngsuite__basn" + name.substr(14));
        CAPTURE(name);
        if (!fs::exists(straight)) continue;
        CHECK(read_image(path.string()).pixels == read_image(straight.string()).pixels);
        ++pairs;
    }
    REQUIRE(pairs > 10);
}

TEST_CASE("TIFF files that are whole are read and the others refused for the right reason") {
    const fs::path folder = data_folder("odd");
    if (folder.empty()) return;
    const std::pair<const char*, Outcome> expected[] = {
        {"minisblack-1c-8b.tiff", Outcome::kRead},
        {"minisblack-1c-16b.tiff", Outcome::kRead},
        {"minisblack-2c-8b-alpha.tiff", Outcome::kRead},
        {"miniswhite-1c-1b.tiff", Outcome::kRead},
        {"palette-1c-1b.tiff", Outcome::kRead},
        {"palette-1c-4b.tiff", Outcome::kRead},
        {"palette-1c-8b.tiff", Outcome::kRead},
        {"quad-tile.jpg.tiff", Outcome::kRead},
        {"testfax4.tiff", Outcome::kRead},
        {"deflate-last-strip-extra-data.tiff", Outcome::kRead},
        {"32bpp-None.tiff", Outcome::kRead},
        {"logluv-3c-16b.tiff", Outcome::kUnsupported},
        {"test_float64_predictor2_le_lzw.tif", Outcome::kUnsupported},
        {"test_float64_predictor2_be_lzw.tif", Outcome::kUnsupported},
        {"test_two_ifds.tif", Outcome::kUnsupported},
        {"test_ifd_loop_to_first.tif", Outcome::kUnsupported},
        {"test_ifd_loop_subifd.tif", Outcome::kUnsupported},
        {"tiff_with_subifd_chain.tif", Outcome::kUnsupported},
        {"ojpeg_zackthecat_subsamp22_single_strip.tiff", Outcome::kUnsupported},
    };
    for (const auto& [name, outcome] : expected) {
        CAPTURE(name);
        CHECK(outcome_of(folder / "tiff" / name) == outcome);
    }
    const Image tiff = read_image((folder / "tiff/minisblack-1c-8b.tiff").string());
    CHECK(tiff.pixels == read_image((folder / "tiff/minisblack-1c-8b.pgm").string()).pixels);
}

TEST_CASE("JPEG codings agree") {
    const fs::path folder = data_folder("odd");
    if (folder.empty()) return;
    const Image ppm = read_image((folder / "libjpeg_turbo/testorig.ppm").string());
    for (const char* name : {"testorig.jpg", "testimgari.jpg", "testimgint.jpg"}) {
        const Image jpeg = read_image((folder / "libjpeg_turbo" / name).string());
        CAPTURE(name);
        REQUIRE(jpeg.pixels.size() == ppm.pixels.size());
        const std::vector<double> a = thumbnail(jpeg), b = thumbnail(ppm);
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::fabs(a[i] - b[i]) < 2);
    }
    CHECK(outcome_of(folder / "libjpeg_turbo/monkey12.jpg") == Outcome::kUnsupported);
}

// The photos have their number painted in, so that they are not equal: but every further turn must fit less well.
TEST_CASE("all orientations of one photo look the same when upright") {
    const fs::path folder = data_folder("odd");
    if (folder.empty()) return;
    ReadOptions options;
    options.upright = true;
    for (const std::string prefix : {"Landscape_", "Portrait_", "libvips/"}) {
        const auto read = [&](int n) {
            return read_image((folder / "exif_orientation" / (prefix + std::to_string(n) + ".jpg")).string(), options);
        };
        const Image first = read(1);
        const std::vector<double> expected = thumbnail(first);
        for (int n = 2; n <= 8; ++n) {
            const Image image = read(n);
            CAPTURE(prefix, n);
            REQUIRE((image.width > image.height) == (first.width > first.height));
            const auto difference_when_turned = [&](int orientation) {
                Image turned = image;
                turned.metadata.orientation = orientation;
                make_upright(&turned);
                const std::vector<double> cells = thumbnail(turned);
                double sum = 0;
                for (std::size_t i = 0; i < cells.size(); ++i) sum += std::fabs(cells[i] - expected[i]);
                return sum / static_cast<double>(cells.size());
            };
            const double difference = difference_when_turned(1);
            CHECK(difference < 5);
            for (int turn = 2; turn <= 8; ++turn) CHECK(difference_when_turned(turn) > 3 * difference);
        }
    }
}

TEST_CASE("stacks are refused and photographs are carried over") {
    const fs::path stacks = data_folder("micro");
    if (stacks.empty()) return;
    for (const fs::path& path : files_in(stacks / "stacks")) {
        CAPTURE(path.string());
        outcome_of(path);
    }
    CHECK(outcome_of(stacks / "stacks/multipage.tif") == Outcome::kUnsupported);
    for (const fs::path& path : files_in(data_folder("camera"))) {
        CAPTURE(path.string());
        CHECK(outcome_of(path) == Outcome::kRead);
        const Image image = read_image(path.string());
        if (image.format != Format::kJpeg) continue;
        const Image back = decode(encode_image(image, Format::kJpeg, {}));
        CHECK(back.metadata.exif == image.metadata.exif);
        CHECK(back.metadata.icc == image.metadata.icc);
        CHECK(back.metadata.xmp == image.metadata.xmp);
    }
}

}  // namespace twofold::image_io::testing

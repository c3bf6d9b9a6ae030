// What --max-memory counts, and that nothing is held twice.
#include <string>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

constexpr int kWidth = 2000, kHeight = 1500;
constexpr long kPixels = 3L * kWidth * kHeight;

Ran denoise(const Folder& folder, const std::string& in, const std::string& out, double limit_in_pixels,
            std::vector<std::string> more = {}) {
    const long limit = static_cast<long>(limit_in_pixels * static_cast<double>(kPixels));
    more.insert(more.begin(), {"denoise", folder / in, "-o", out == "-" ? out : folder / out, "--steps", "1",
                               "--threads", "1", "--max-memory", std::to_string(limit)});
    return run(more);
}

// `orientation` in a little-endian TIFF structure with that one entry.
void save_jpeg(const std::string& path, std::uint8_t orientation) {
    Image image = picture(kWidth, kHeight);
    image.format = Format::kJpeg;
    image.metadata.orientation = orientation;
    image.metadata.exif = {'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 1, 3,
                           0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0, 0};
    save(path, image, Format::kJpeg);
}

}  // namespace

TEST_CASE("turning an image upright takes no second copy of it", "[slow]") {
    const Folder folder;
    save_jpeg(folder / "straight.jpg", 1);
    save_jpeg(folder / "turned.jpg", 6);
    // Less than the pixels twice, which a copy would need, and little enough for the copy to show in the peak.
    const Ran straight = denoise(folder, "straight.jpg", "straight.png", 1.9);
    const Ran turned = denoise(folder, "turned.jpg", "turned.png", 1.9);
    INFO(straight.err << turned.err);
    REQUIRE(straight.code == 0);
    REQUIRE(turned.code == 0);
    CHECK(read_image(folder / "turned.png").width == kHeight);
    CHECK(turned.peak_bytes < straight.peak_bytes + kPixels / 4);
}

TEST_CASE("the file counts while it is read", "[slow]") {
    const Folder folder;
    save(folder / "in.ppm", picture(kWidth, kHeight), Format::kPnm);
    CHECK(denoise(folder, "in.ppm", "out.ppm", 1.9).code == 4);
    CHECK(folder.names() == std::vector<std::string>{"in.ppm"});
    CHECK(denoise(folder, "in.ppm", "out.ppm", 2.1).code == 0);
}

TEST_CASE("an output that is held in memory counts", "[slow]") {
    const Folder folder;
    save_jpeg(folder / "in.jpg", 1);
    const Ran held = denoise(folder, "in.jpg", "-", 1.9, {"--format", "pnm"});
    INFO(held.err);
    CHECK(held.code == 4);
    CHECK(held.out.empty());
    CHECK(denoise(folder, "in.jpg", "-", 2.2, {"--format", "pnm"}).out.size() > kPixels);
    // To a file it goes as it comes.
    CHECK(denoise(folder, "in.jpg", "out.ppm", 1.9).code == 0);
}

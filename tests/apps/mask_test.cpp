// `inpaint`: known pixels stay, the others are filled in, masks that make no sense are refused.
#include "apps/common/mask.h"

#include <algorithm>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

Image blank(int width, int height, int channels, std::uint8_t value) {
    Image image;
    image.width = width;
    image.height = height;
    image.channels = channels;
    image.pixels.assign(static_cast<std::size_t>(width * height * channels), value);
    return image;
}

constexpr int kWidth = 40, kHeight = 34;

// White but for a square of 8 pixels at (x, y).
Image mask_with_hole(int channels = 1, int x = 10, int y = 12) {
    Image mask = blank(kWidth, kHeight, channels, 255);
    for (int row = y; row < y + 8; ++row)
        for (int column = x; column < x + 8; ++column)
            for (int c = 0; c < channels; ++c)
                mask.pixels[static_cast<std::size_t>((row * kWidth + column) * channels + c)] = 0;
    return mask;
}

}  // namespace

TEST_CASE("a mask is grey: white where all colours say so") {
    const Folder folder;
    Image mask = blank(3, 1, 4, 255);
    mask.has_alpha = true;
    mask.pixels = {255, 200, 128, 0, 255, 127, 255, 255, 0, 0, 0, 255};
    save(folder / "mask.png", mask, Format::kPng);
    const Image read = apps::read_mask(folder / "mask.png", 0);
    CHECK(read.channels == 1);
    CHECK_FALSE(read.has_alpha);
    CHECK(read.pixels == std::vector<std::uint8_t>{255, 0, 0});
    CHECK_THROWS_AS(apps::read_mask(folder / "mask.png", 10), ImageError);
}

TEST_CASE("inpainting keeps what is known and fills in the rest", "[slow]") {
    const Folder folder;
    const Image clean = picture(kWidth, kHeight, 3, SampleType::kUint8, false);
    Image damaged = clean;
    for (const int channels : {1, 3}) {
        const Image mask = mask_with_hole(channels);
        for (std::size_t i = 0; i < damaged.pixels.size(); ++i)
            if (mask.pixels[i / 3 * static_cast<std::size_t>(channels)] == 0) damaged.pixels[i] = 0;
        save(folder / "in.png", damaged, Format::kPng);
        save(folder / "mask.png", mask, Format::kPng);
        for (const char* preset : {"text", "hole", "random"}) {
            const Ran ran = run({"inpaint", folder / "in.png", "--mask", folder / "mask.png", "-o", folder / "out.png",
                                 "--preset", preset, "--steps", "25", "--overwrite"});
            INFO(preset << ran.err);
            REQUIRE(ran.code == 0);
            const Image result = read_image(folder / "out.png");
            std::size_t changed = 0, filled = 0;
            for (std::size_t i = 0; i < result.pixels.size(); ++i) {
                const bool known = mask.pixels[i / 3 * static_cast<std::size_t>(channels)] == 255;
                if (known && result.pixels[i] != damaged.pixels[i]) ++changed;
                if (!known && result.pixels[i] > 20) ++filled;
            }
            CHECK(changed == 0);
            CHECK(filled > 100);  // of 192
        }
    }
}

TEST_CASE("inpainting can be traced and reported", "[slow]") {
    const Folder folder;
    save(folder / "in.png", picture(kWidth, kHeight), Format::kPng);
    save(folder / "clean.png", picture(kWidth, kHeight, 3, SampleType::kUint8, false), Format::kPng);
    save(folder / "mask.png", mask_with_hole(), Format::kPng);
    const Ran ran = run({"inpaint", folder / "in.png", "--mask", folder / "mask.png", "-o", folder / "out.png",
                         "--steps", "4", "--trace", folder / "trace", "--trace-every", "1", "--truth",
                         folder / "clean.png", "--report", folder / "page.html"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    const std::string curve = read_file(folder / "trace/curve.csv");
    CHECK(std::count(curve.begin(), curve.end(), '\n') == 5);
    CHECK(read_file(folder / "page.html").find("<html") != std::string::npos);
}

TEST_CASE("masks that make no sense are refused") {
    const Folder folder;
    save(folder / "in.png", picture(kWidth, kHeight), Format::kPng);
    save(folder / "small.png", blank(kWidth, kHeight - 1, 1, 0), Format::kPng);
    save(folder / "white.png", blank(kWidth, kHeight, 1, 255), Format::kPng);
    save(folder / "black.png", blank(kWidth, kHeight, 1, 0), Format::kPng);
    write_file(folder / "broken.png", "no image");
    const auto refused = [&](const std::string& mask, const std::string& words) {
        const Ran ran = run({"inpaint", folder / "in.png", "--mask", folder / mask, "-o", folder / "out.png"});
        INFO(mask << ran.err);
        CHECK(ran.code > 1);
        CHECK(ran.err.find(words) != std::string::npos);
        CHECK_FALSE(exists(folder / "out.png"));
        return ran.code;
    };
    CHECK(refused("small.png", "40x33") == 2);
    CHECK(refused("white.png", "white everywhere") == 2);
    CHECK(refused("black.png", "black everywhere") == 2);
    CHECK(refused("broken.png", "broken.png") == 3);
    CHECK(refused("missing.png", "no such file") == 3);
    CHECK(run({"inpaint", folder / "in.png", "-o", folder / "out.png"}).code == 2);
    CHECK(run({"inpaint", "-", "--mask", "-", "-o", folder / "out.png"}).code == 2);
}

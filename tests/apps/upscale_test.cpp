// `upscale`: sizes, methods, alpha and refusals.
#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

TEST_CASE("images are enlarged by every method and factor", "[slow]") {
    const Folder folder;
    save(folder / "in.png", picture(20, 13), Format::kPng);
    for (const int factor : {2, 3, 4, 8})
        for (const char* method : {"bicubic", "lanczos", "tv", "dip"}) {
            std::vector<std::string> arguments = {"upscale",    folder / "in.png",      "-o",       folder / "out.png",
                                                  "--factor",   std::to_string(factor), "--method", method,
                                                  "--overwrite"};
            if (method == std::string("dip")) arguments.insert(arguments.end(), {"--steps", "2"});
            const Ran ran = run(arguments);
            INFO(method << factor << ran.err);
            REQUIRE(ran.code == 0);
            const Image result = read_image(folder / "out.png");
            CHECK(result.width == 20 * factor);
            CHECK(result.height == 13 * factor);
            CHECK(result.channels == 3);
        }
}

TEST_CASE("enlarging keeps depth and alpha") {
    const Folder folder;
    Image image = picture(16, 16, 4, SampleType::kUint16);
    image.has_alpha = true;
    for (std::size_t i = 0; i < image.pixels.size(); i += 8) image.pixels[i + 6] = image.pixels[i + 7] = 0x80;
    save(folder / "in.png", image, Format::kPng);
    for (const char* method : {"bicubic", "tv"}) {
        REQUIRE(run({"upscale", folder / "in.png", "-o", folder / "out.png", "--factor", "2", "--method", method,
                     "--overwrite"})
                    .code == 0);
        const Image result = read_image(folder / "out.png");
        CHECK(result.type == SampleType::kUint16);
        CHECK(result.has_alpha);
        for (std::size_t i = 0; i < result.pixels.size(); i += 8)
            REQUIRE((result.pixels[i + 6] == 0x80 && result.pixels[i + 7] == 0x80));
    }
}

TEST_CASE("enlarging can be traced and reported beside a truth of the result's size") {
    const Folder folder;
    save(folder / "in.png", picture(20, 14), Format::kPng);
    save(folder / "truth.png", picture(40, 28), Format::kPng);
    std::vector<std::string> arguments = {"upscale",
                                          folder / "in.png",
                                          "-o",
                                          folder / "out.png",
                                          "--factor",
                                          "2",
                                          "--steps",
                                          "3",
                                          "--trace",
                                          folder / "t",
                                          "--report",
                                          folder / "p.html",
                                          "--truth",
                                          folder / "truth.png",
                                          "--compare-with",
                                          "tv,bicubic"};
    const Ran ran = run(arguments);
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(exists(folder / "t/curve.csv"));
    const std::string page = read_file(folder / "p.html");
    for (const char* method : {"dip", "tv", "bicubic"}) CHECK(page.find(method) != std::string::npos);
    arguments[13] = folder / "in.png";
    arguments.push_back("--overwrite");
    const Ran refused = run(arguments);
    CHECK(refused.code == 2);
    CHECK(refused.err.find("40x28") != std::string::npos);
}

TEST_CASE("enlarging refuses what it cannot do") {
    const Folder folder;
    save(folder / "in.png", picture(20, 13), Format::kPng);
    const std::vector<std::vector<std::string>> wrong = {{"--factor", "5"},
                                                         {"--factor", "0"},
                                                         {"--method", "zsn2n"},
                                                         {"--method", "lanczos", "--stop", "none"},
                                                         {"--method", "bicubic", "--steps", "7"},
                                                         {"--method", "lanczos", "--recipe", "best"},
                                                         {"--stop", "noise"}};
    for (const auto& words : wrong) {
        std::vector<std::string> arguments = {"upscale", folder / "in.png", "-o", folder / "out.png"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        INFO(words.back());
        CHECK(run(arguments).code == 2);
    }
    CHECK(run({"upscale", folder / "in.png", "-o", folder / "out.png", "--method", "bicubic", "--max-memory", "4K"})
              .code == 4);
    CHECK_FALSE(exists(folder / "out.png"));
}

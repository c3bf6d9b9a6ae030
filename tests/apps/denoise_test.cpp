#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

nlohmann::json only_file(const Ran& ran) {
    const auto report = nlohmann::json::parse(ran.out);
    REQUIRE(report.at("files").size() == 1);
    return report.at("files").at(0);
}

}  // namespace

TEST_CASE("one image is denoised and reported") {
    const Folder folder;
    save(folder / "in.png", picture(64, 48), Format::kPng);
    const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--steps", "20", "--seed", "7",
                         "--threads", "2", "--json"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(ran.err.empty());
    const Image result = read_image(folder / "out.png");
    CHECK(result.width == 64);
    CHECK(result.height == 48);
    CHECK(result.type == SampleType::kUint8);
    const bool changed = result.pixels != picture(64, 48).pixels;
    CHECK(changed);

    const auto file = only_file(ran);
    CHECK(file.at("input") == folder / "in.png");
    CHECK(file.at("output") == folder / "out.png");
    CHECK(file.at("status") == "ok");
    CHECK(file.at("error").is_null());
    CHECK(file.at("method") == "zsn2n");
    CHECK(file.at("recipe") == "fast");
    CHECK(file.at("steps") == 20);
    CHECK(file.at("steps_planned") == 20);
    CHECK(file.at("stopped") == "steps");
    CHECK(file.at("seed") == 7);
    CHECK(file.at("threads") == 2);
    CHECK(file.at("width") == 64);
    CHECK(file.at("height") == 48);
    CHECK(file.at("channels") == 3);
    CHECK(file.at("kernels").get<std::string>().size() >= 3);
    CHECK(file.at("peak_memory_bytes").get<long>() > 1000000);
    CHECK(file.at("memory_bytes").get<long>() >= 0);
    for (const char* key : {"seconds", "seconds_per_step", "seconds_read", "seconds_train", "seconds_apply",
                            "seconds_write", "noise_sigma"}) {
        INFO(key);
        CHECK(file.at(key).get<double>() >= 0);
    }
    CHECK(file.at("seconds").get<double>() <= ran.seconds);
}

TEST_CASE("format and depth of the output") {
    const Folder folder;
    save(folder / "deep.png", picture(32, 32, 3, SampleType::kUint16), Format::kPng);
    const auto denoise = [&folder](const std::string& out, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments = {"denoise", folder / "deep.png", "-o", folder / out, "--steps", "2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Ran ran = run(arguments);
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        return read_image(folder / out);
    };
    SECTION("by the extension") {
        const Image jpeg = denoise("out.jpg", {"--quality", "80", "--subsampling", "420"});
        CHECK(jpeg.format == Format::kJpeg);
        CHECK(jpeg.type == SampleType::kUint8);
        CHECK(denoise("out.tif").format == Format::kTiff);
        CHECK(denoise("out.pfm").type == SampleType::kFloat32);
        CHECK(denoise("out.ppm").type == SampleType::kUint16);
    }
    SECTION("the input's own") {
        CHECK(denoise("out.png").type == SampleType::kUint16);
        CHECK(denoise("name-without-extension").format == Format::kPng);
    }
    SECTION("as asked") {
        CHECK(denoise("a.png", {"--depth", "8"}).type == SampleType::kUint8);
        CHECK(denoise("a.tif", {"--depth", "float"}).type == SampleType::kFloat32);
        CHECK(denoise("out", {"--format", "tiff"}).format == Format::kTiff);
    }
    SECTION("what the format cannot hold is refused") {
        const Ran ran = run({"denoise", folder / "deep.png", "-o", folder / "x.jpg", "--depth", "16"});
        CHECK(ran.code == 2);
        CHECK_FALSE(exists(folder / "x.jpg"));
    }
}

TEST_CASE("the orientation stays with JPEG and is applied for PNG") {
    const Folder folder;
    Image turned = picture(48, 32);
    turned.format = Format::kJpeg;
    turned.metadata.orientation = 6;
    // A little-endian TIFF structure with one entry: orientation, SHORT, 6.
    turned.metadata.exif = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
    save(folder / "in.jpg", turned, Format::kJpeg);
    REQUIRE(read_image(folder / "in.jpg").metadata.orientation == 6);
    REQUIRE(run({"denoise", folder / "in.jpg", "-o", folder / "out.jpg", "--steps", "2"}).code == 0);
    REQUIRE(run({"denoise", folder / "in.jpg", "-o", folder / "out.png", "--steps", "2"}).code == 0);
    const Image jpeg = read_image(folder / "out.jpg");
    const Image png = read_image(folder / "out.png");
    CHECK(jpeg.width == 48);
    CHECK(jpeg.metadata.orientation == 6);
    CHECK(png.width == 32);
    CHECK(png.metadata.orientation == 1);
}

TEST_CASE("standard input and output") {
    const Ran ran = run({"denoise", "-", "-o", "-", "--steps", "2"}, encoded(picture(40, 30), Format::kPng));
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(ran.err.empty());  // silence in a pipe
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(ran.out.data());
    const Image result = decode_image(bytes, ran.out.size(), "result");
    CHECK(result.format == Format::kPng);
    CHECK(result.width == 40);
    const Ran pnm =
        run({"denoise", "-", "-o", "-", "--steps", "2", "--format", "pnm"}, encoded(picture(40, 30), Format::kPng));
    CHECK(pnm.out.compare(0, 2, "P6") == 0);
}

TEST_CASE("the deadline holds and is reported", "[slow]") {
    const Folder folder;
    save(folder / "in.png", picture(96, 96), Format::kPng);
    const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--steps", "1000000", "--deadline",
                         "800ms", "--json"});
    REQUIRE(ran.code == 0);
    const auto file = only_file(ran);
    CHECK(file.at("stopped") == "deadline");
    CHECK(file.at("steps").get<long>() < 1000000);
    CHECK(file.at("steps_planned") == 1000000);
    CHECK(file.at("seconds").get<double>() < kPatience);
    CHECK(exists(folder / "out.png"));
}

TEST_CASE("weights are saved and applied") {
    const Folder folder;
    save(folder / "in.png", picture(48, 48), Format::kPng);
    const Ran saved =
        run({"denoise", folder / "in.png", "-o", folder / "a.png", "--steps", "10", "--save-weights", folder / "w"});
    REQUIRE(saved.code == 0);
    REQUIRE(exists(folder / "w"));

    SECTION("the same weights give the same pixels") {
        const Ran applied =
            run({"denoise", folder / "in.png", "-o", folder / "b.png", "--weights", folder / "w", "--json"});
        INFO(applied.err);
        REQUIRE(applied.code == 0);
        CHECK(only_file(applied).at("stopped") == "weights");
        CHECK(only_file(applied).at("steps") == 0);
        const bool equal = read_image(folder / "a.png").pixels == read_image(folder / "b.png").pixels;
        CHECK(equal);
    }
    SECTION("missing, empty, damaged and wrong ones are refused") {
        write_file(folder / "empty", "");
        std::string bytes = read_file(folder / "w");
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
        write_file(folder / "damaged", bytes);
        write_file(folder / "short", bytes.substr(0, bytes.size() / 2));
        for (const char* name : {"missing", "empty", "damaged", "short", "in.png"}) {
            INFO(name);
            const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "c.png", "--weights", folder / name});
            CHECK(ran.code == 3);
            CHECK(ran.err.find("twofold: " + (folder / name) + ": ") == 0);
            CHECK_FALSE(exists(folder / "c.png"));
        }
    }
    SECTION("they replace nothing unasked") {
        const Ran again =
            run({"denoise", folder / "in.png", "-o", folder / "d.png", "--steps", "1", "--save-weights", folder / "w"});
        CHECK(again.code == 2);
        CHECK_FALSE(exists(folder / "d.png"));
        CHECK(run({"denoise", folder / "in.png", "-o", folder / "d.png", "--save-weights", folder / "in.png",
                   "--overwrite"})
                  .code == 2);
    }
}

TEST_CASE("too little memory is exit code 4 and leaves nothing") {
    const Folder folder;
    save(folder / "in.png", picture(256, 256), Format::kPng);
    for (const char* limit : {"1K", "150K", "250K"}) {
        INFO(limit);
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--max-memory", limit});
        CHECK(ran.code == 4);
        CHECK(folder.names() == std::vector<std::string>{"in.png"});
    }
    CHECK(run({"denoise", folder / "in.png", "-o", folder / "out.png", "--max-memory", "512M", "--steps", "2"}).code ==
          0);
}

TEST_CASE("kernels can be forced, and verbose says which ran") {
    const Folder folder;
    save(folder / "in.png", picture(32, 32), Format::kPng);
    const Ran ran =
        run({"denoise", folder / "in.png", "-o", folder / "out.png", "--steps", "2", "--kernels", "simd", "--verbose"});
    REQUIRE(ran.code == 0);
    CHECK(ran.out.empty());
    CHECK(ran.err.find("simd kernels") != std::string::npos);
    CHECK(ran.err.find("2 of 2 steps") != std::string::npos);
}

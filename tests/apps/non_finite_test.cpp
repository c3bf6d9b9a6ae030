#include <cmath>
#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

void put(Image* image, std::size_t sample, float value) {
    std::memcpy(image->pixels.data() + sample * sizeof value, &value, sizeof value);
}
float get(const Image& image, std::size_t sample) {
    float value;
    std::memcpy(&value, image.pixels.data() + sample * sizeof value, sizeof value);
    return value;
}

}  // namespace

TEST_CASE("samples that are no numbers are refused, kept or filled in") {
    const Folder folder;
    const std::string path = folder / "hole.tif", out = folder / "out.tif";
    Image image = picture(64, 48, 3, SampleType::kFloat32);
    const Image whole = image;
    for (std::size_t y = 10; y < 20; ++y)
        for (std::size_t x = 20; x < 30; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                put(&image, 3 * (64 * y + x) + c, std::numeric_limits<float>::quiet_NaN());
    put(&image, 7, -std::numeric_limits<float>::infinity());
    save(path, image, Format::kTiff);
    const auto denoise = [&](const std::string& input, const std::string& output, const std::string& choice) {
        return run({"denoise", input, "-o", output, "--overwrite", "--method", "tv", "--json", "--non-finite", choice});
    };

    CHECK(run({"denoise", path, "-o", out}).code == 3);
    CHECK(denoise(path, out, "refuse").code == 3);
    CHECK_FALSE(exists(out));
    for (const std::string choice : {"keep", "fill"}) {
        INFO(choice);
        const Ran ran = denoise(path, out, choice);
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        CHECK(nlohmann::json::parse(ran.out).at("files").at(0).at("non_finite_samples") == 301);
        const Image result = read_image(out, {});
        REQUIRE(result.pixels.size() == image.pixels.size());
        std::size_t kept = 0;
        double error = 0;
        for (std::size_t i = 0; i < result.pixels.size() / sizeof(float); ++i) {
            const float before = get(image, i), after = get(result, i);
            if (!std::isfinite(before) && !std::isfinite(after)) ++kept;
            if (std::isfinite(before)) CHECK(std::isfinite(after));
            if (std::isfinite(before) && std::isfinite(after))
                error = std::max(error, std::abs(double{before} - double{after}));
        }
        CHECK(kept == (choice == "keep" ? 301U : 0U));
        CHECK(error < 0.5);
        if (choice == "keep") CHECK(get(result, 7) == -std::numeric_limits<float>::infinity());
    }
    SECTION("where they cannot be kept") {
        CHECK(denoise(path, folder / "out.png", "keep").code == 2);
        CHECK_FALSE(exists(folder / "out.png"));
        CHECK(denoise(path, folder / "out.png", "fill").code == 0);
    }
    SECTION("where there are none") {
        save(path, whole, Format::kTiff);
        const Ran ran = denoise(path, folder / "same.tif", "keep");
        CHECK_FALSE(nlohmann::json::parse(ran.out).at("files").at(0).contains("non_finite_samples"));
        REQUIRE(run({"denoise", path, "-o", out, "--overwrite", "--method", "tv"}).code == 0);
        CHECK(read_file(out) == read_file(folder / "same.tif"));
        save(folder / "bytes.png", picture(40, 40), Format::kPng);
        CHECK(denoise(folder / "bytes.png", folder / "other.png", "keep").code == 0);
    }
    SECTION("where there is nothing else") {
        for (std::size_t i = 0; i < image.pixels.size() / sizeof(float); ++i)
            put(&image, i, std::numeric_limits<float>::quiet_NaN());
        save(path, image, Format::kTiff);
        CHECK(denoise(path, folder / "none.tif", "fill").code == 3);
        CHECK_FALSE(exists(folder / "none.tif"));
    }
    CHECK(denoise(path, out, "perhaps").code == 2);
}

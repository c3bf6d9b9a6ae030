#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

std::vector<float> samples(const Image& image) {
    const Image real = convert_samples(image, SampleType::kFloat32);
    std::vector<float> values(real.pixels.size() / sizeof(float));
    std::memcpy(values.data(), real.pixels.data(), real.pixels.size());
    return values;
}

double mean(const Image& image) {
    double sum = 0;
    const std::vector<float> values = samples(image);
    for (const float value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

// The picture as float samples, white at `white`.
Image bright_picture(float white, bool noisy = true) {
    Image image = picture(64, 48, 3, SampleType::kFloat32, noisy);
    std::vector<float> values = samples(image);
    for (float& value : values) value *= white;
    std::memcpy(image.pixels.data(), values.data(), image.pixels.size());
    return image;
}

double psnr(const Ran& ran) {
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    return nlohmann::json::parse(ran.out).at("psnr").get<double>();
}

}  // namespace

// So few steps leave a bias of some percent; another white would be a third off.
TEST_CASE("denoise puts a float image's white where the output has it", "[slow]") {
    const Folder folder;
    const Image noisy = bright_picture(1000);
    save(folder / "in.pfm", noisy, Format::kPfm);
    save(folder / "unit.pfm", bright_picture(1), Format::kPfm);
    const auto denoise = [&folder](const std::string& in, const std::string& out, std::vector<std::string> more) {
        more.insert(more.begin(), {"denoise", folder / in, "-o", folder / out, "--steps", "40"});
        const Ran ran = run(more);
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        return read_image(folder / out);
    };
    SECTION("as told") {
        CHECK(mean(denoise("in.pfm", "a.png", {"--white", "1000"})) == Approx(mean(noisy) / 1000).epsilon(0.08));
        CHECK(mean(denoise("in.pfm", "b.png", {"--white", "2e3"})) == Approx(mean(noisy) / 2000).epsilon(0.08));
    }
    SECTION("at the largest sample of an image on a scale of its own") {
        const std::vector<float> values = samples(noisy);
        const double largest = *std::max_element(values.begin(), values.end());
        CHECK(mean(denoise("in.pfm", "c.png", {})) == Approx(mean(noisy) / largest).epsilon(0.08));
        CHECK(mean(denoise("unit.pfm", "d.png", {})) == Approx(mean(noisy) / 1000).epsilon(0.08));
    }
    SECTION("float output stays on the input's scale") {
        const std::vector<float> large = samples(denoise("in.pfm", "e.pfm", {"--white", "1000"}));
        const std::vector<float> unit = samples(denoise("unit.pfm", "f.pfm", {}));
        REQUIRE(large.size() == unit.size());
        float difference = 0;
        for (std::size_t i = 0; i < unit.size(); ++i) {
            difference = std::max(difference, std::abs(large[i] / 1000 - unit[i]));
        }
        CHECK(difference < 1e-3F);
    }
}

TEST_CASE("noise and PSNR are measured by white") {
    const Folder folder;
    save(folder / "clean.pfm", bright_picture(255, false), Format::kPfm);
    save(folder / "clean.png", picture(64, 48, 3, SampleType::kUint8, false), Format::kPng);
    const std::vector<std::string> white = {"--white", "255"};
    const auto with_white = [&white](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), white.begin(), white.end());
        return run(arguments);
    };
    REQUIRE(with_white({"noise", folder / "clean.pfm", "-o", folder / "noisy.pfm", "--gaussian", "25"}).code == 0);
    // 20 log10(255 / 25) = 20.17 dB.
    CHECK(psnr(with_white({"compare", folder / "clean.pfm", folder / "noisy.pfm", "--json"})) ==
          Approx(20.17).margin(0.3));
    // Rounding to 8 bits alone is 10 log10(12 * 255^2) = 58.9 dB.
    CHECK(psnr(with_white({"compare", folder / "clean.png", folder / "clean.pfm", "--json"})) ==
          Approx(58.9).margin(1));
    const Ran evaluated =
        with_white({"evaluate", folder / "clean.pfm", "--gaussian", "25", "--crop", "0", "--steps", "2", "--json"});
    REQUIRE(evaluated.code == 0);
    CHECK(nlohmann::json::parse(evaluated.out).at("mean").at("psnr_noisy").get<double>() == Approx(20.17).margin(0.3));

    SECTION("and white is not guessed") {
        const std::vector<std::vector<std::string>> unknown = {
            {"noise", folder / "clean.pfm", "-o", folder / "x.pfm", "--gaussian", "25"},
            {"compare", folder / "clean.pfm", folder / "noisy.pfm"},
            {"evaluate", folder / "clean.pfm", "--gaussian", "25"},
        };
        for (const auto& arguments : unknown) {
            const Ran ran = run(arguments);
            INFO(ran.err);
            CHECK(ran.code == 2);
            CHECK(ran.err.find("--white") != std::string::npos);
        }
    }
}

TEST_CASE("white is refused where integers say it") {
    const Folder folder;
    save(folder / "a.png", picture(32, 32), Format::kPng);
    const std::vector<std::vector<std::string>> refused = {
        {"denoise", folder / "a.png", "-o", folder / "b.png", "--white", "1000"},
        {"noise", folder / "a.png", "-o", folder / "b.png", "--gaussian", "5", "--white", "255"},
        {"compare", folder / "a.png", folder / "a.png", "--white", "255"},
        {"evaluate", folder / "a.png", "--gaussian", "5", "--white", "255"},
    };
    for (const auto& arguments : refused) {
        const Ran ran = run(arguments);
        INFO(ran.err);
        CHECK(ran.code == 2);
        CHECK(ran.err.find("--white is for float images") != std::string::npos);
    }
    CHECK(folder.names() == std::vector<std::string>{"a.png"});
}

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

TEST_CASE("examine") {
    const Folder folder;
    const std::string clean = folder / "clean.png", noisy = folder / "noisy.png", map = folder / "map.png";
    save(clean, picture(128, 96, 3, SampleType::kUint8, false), Format::kPng);
    REQUIRE(run({"noise", clean, "-o", noisy, "--gaussian", "20"}).code == 0);
    SECTION("JSON") {
        const Ran ran = run({"examine", noisy, clean, "--json"});
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        const auto json = nlohmann::json::parse(ran.out);
        CHECK(json.at("verdict") == "pass");
        CHECK(json.at("reasons").empty());
        CHECK(json.at("variance_ratio").get<double>() == Approx(1).epsilon(0.15));
        REQUIRE(json.at("channels").size() == 3);
        CHECK(json.at("channels").at(2).at("name") == "blue");
        CHECK(json.at("channels").at(2).at("noise_sigma").get<double>() == Approx(20).epsilon(0.1));
    }
    SECTION("text, standard input and a map") {
        const Ran ran = run({"examine", noisy, "-", "--map", map}, read_file(noisy));
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        CHECK(ran.out.find("warn: noise is left: 0 % of its variance was removed\n") == 0);
        const Image drawn = read_image(map);
        CHECK(drawn.width == 128);
        CHECK(drawn.height == 96);
        CHECK(drawn.channels == 1);
        CHECK(run({"examine", noisy, noisy, "--map", map}).code == 2);
        CHECK(run({"examine", noisy, noisy, "--map", map, "--overwrite"}).code == 0);
    }
    SECTION("a part of the noise, by wish") {
        const std::string half = folder / "half.png";
        REQUIRE(run({"denoise", noisy, "-o", half, "--method", "tv", "--strength", "0.4"}).code == 0);
        CHECK(run({"examine", noisy, half}).out.find("noise is left") != std::string::npos);
        CHECK(run({"examine", noisy, half, "--strength", "0.4"}).out.find("noise is left") == std::string::npos);
    }
    SECTION("what makes no sense") {
        CHECK(run({"examine", "-", "-"}).code == 2);
        CHECK(run({"examine", noisy, clean, "--map", "-"}).code == 2);
        CHECK(run({"examine", noisy, clean, "--map", noisy, "--overwrite"}).code == 2);
        CHECK(run({"examine", noisy, clean, "--strength", "0"}).code == 2);
        CHECK(run({"examine", noisy, clean, "--white", "4"}).code == 2);
        CHECK(run({"examine", noisy, folder / "missing.png"}).code == 3);
        save(folder / "other.png", picture(128, 95), Format::kPng);
        const Ran ran = run({"examine", noisy, folder / "other.png", "--map", map});
        CHECK(ran.code == 2);
        CHECK(ran.err.find("differ in size") != std::string::npos);
        CHECK_FALSE(exists(map));
    }
}

TEST_CASE("a result comes with its examination") {
    const Folder folder;
    const std::string noisy = folder / "noisy.png";
    save(folder / "clean.png", picture(96, 96, 3, SampleType::kUint8, false), Format::kPng);
    REQUIRE(run({"noise", folder / "clean.png", "-o", noisy, "--gaussian", "20"}).code == 0);
    const auto residual = [&](const std::string& out, std::vector<std::string> more) {
        more.insert(more.begin(), {"denoise", noisy, "-o", folder / out, "--method", "tv", "--json"});
        const Ran ran = run(more);
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        return nlohmann::json::parse(ran.out).at("files").at(0);
    };
    const auto run_quality = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"denoise", noisy, "-o", folder / "q.png", "--overwrite", "--json"});
        if (std::ranges::find(more, "--method") == more.end()) more.insert(more.end(), {"--method", "tv"});
        return nlohmann::json::parse(run(more).out).at("files").at(0).at("quality");
    };
    // As `examine` says of the files: the input was not lost to the output.
    const auto whole = residual("a.png", {}).at("residual");
    CHECK(whole.at("variance_ratio").get<double>() > 0.6);
    const auto again = nlohmann::json::parse(run({"examine", noisy, folder / "a.png", "--json"}).out);
    for (const auto& item : whole.items()) {
        INFO(item.key());
        CHECK(again.at(item.key()) == item.value());
    }
    // Half of the noise, when half was asked for.
    const auto half = residual("b.png", {"--strength", "0.5"}).at("residual");
    CHECK(half.at("variance_ratio").get<double>() == Approx(whole.at("variance_ratio").get<double>()).epsilon(0.05));
    CHECK_FALSE(residual("c.png", {"--strength", "0"}).contains("residual"));
    // How near the result is to the truth, said without it.
    const auto quality = run_quality({});
    const auto true_psnr = nlohmann::json::parse(run({"compare", folder / "clean.png", folder / "q.png", "--json"}).out)
                               .at("psnr")
                               .get<double>();
    CHECK(quality.at("psnr").get<double>() == Approx(true_psnr).margin(2));
    CHECK(quality.at("psnr_low").get<double>() < quality.at("psnr").get<double>());
    CHECK(run_quality({"--deadline", "1m"}).is_null());
    CHECK(run_quality({"--method", "dip", "--steps", "2"}).is_null());
    CHECK(run({"denoise", noisy, "-o", folder / "q.png", "--overwrite", "--method", "tv", "--verbose"})
              .err.find("PSNR     about") != std::string::npos);
    // Too small to be measured.
    save(noisy, picture(20, 40), Format::kPng);
    CHECK_FALSE(residual("d.png", {}).contains("residual"));
}

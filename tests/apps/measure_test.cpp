#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

std::vector<std::string> keys(const nlohmann::ordered_json& object) {
    std::vector<std::string> names;
    for (const auto& item : object.items()) names.push_back(item.key());
    return names;
}

}  // namespace

TEST_CASE("noise has the asked strength and depends on the seed alone") {
    const Folder folder;
    save(folder / "clean.png", picture(128, 128, 3, SampleType::kUint8, false), Format::kPng);
    const auto noise = [&folder](const std::string& out, std::vector<std::string> more) {
        more.insert(more.begin(), {"noise", folder / "clean.png", "-o", folder / out});
        return run(more).code;
    };
    REQUIRE(noise("a.png", {"--gaussian", "25", "--seed", "3"}) == 0);
    REQUIRE(noise("b.png", {"--gaussian", "25", "--seed", "3"}) == 0);
    REQUIRE(noise("c.png", {"--gaussian", "25", "--seed", "4"}) == 0);
    REQUIRE(noise("d.png", {"--poisson", "50"}) == 0);
    const bool same_seed_same_file = read_file(folder / "a.png") == read_file(folder / "b.png");
    const bool other_seed_same_file = read_file(folder / "a.png") == read_file(folder / "c.png");
    CHECK(same_seed_same_file);
    CHECK_FALSE(other_seed_same_file);
    const Ran compared = run({"compare", folder / "clean.png", folder / "a.png", "--json"});
    REQUIRE(compared.code == 0);
    // 20 log10(255 / 25) = 20.17 dB; clamping takes a little of the noise away.
    CHECK(nlohmann::json::parse(compared.out).at("psnr").get<double>() == Approx(20.17).margin(0.5));

    CHECK(noise("a.png", {"--gaussian", "25"}) == 2);
    CHECK(noise("a.png", {"--gaussian", "25", "--overwrite", "--quiet"}) == 0);
    CHECK(run({"noise", folder / "missing.png", "-o", folder / "e.png", "--gaussian", "1"}).code == 3);
    const Ran piped = run({"noise", "-", "-o", "-", "--gaussian", "10"}, read_file(folder / "clean.png"));
    CHECK(piped.out.size() > 1000);
}

TEST_CASE("estimate") {
    const Folder folder;
    save(folder / "clean.png", picture(128, 128, 3, SampleType::kUint8, false), Format::kPng);
    REQUIRE(run({"noise", folder / "clean.png", "-o", folder / "noisy.png", "--gaussian", "20"}).code == 0);
    SECTION("JSON") {
        const Ran ran = run({"estimate", folder / "noisy.png", "--json"});
        REQUIRE(ran.code == 0);
        const auto json = nlohmann::ordered_json::parse(ran.out);
        CHECK(keys(json) == std::vector<std::string>{"input", "width", "height", "noise", "white", "bits", "sigma",
                                                     "snr", "row_noise", "column_noise", "hot_samples", "dead_samples",
                                                     "autocorrelation", "channels"});
        CHECK(json.at("noise") == "independent");
        CHECK(json.at("sigma").get<double>() == Approx(20).epsilon(0.1));
        CHECK(json.at("bits") == 8);
        CHECK(json.at("autocorrelation").size() == 9);
        CHECK(json.at("autocorrelation").at(4).at(4) == 1);
        REQUIRE(json.at("channels").size() == 3);
        CHECK(keys(json.at("channels").at(0)) == std::vector<std::string>{"name", "sigma", "snr", "gain", "read_noise",
                                                                          "offset", "sigma_by_brightness", "smallest",
                                                                          "largest", "black", "white"});
        CHECK(json.at("channels").at(1).at("name") == "green");
        CHECK(json.at("channels").at(0).at("sigma_by_brightness").size() == 17);
    }
    SECTION("text") {
        const Ran ran = run({"estimate", "-"}, read_file(folder / "noisy.png"));
        CHECK(ran.code == 0);
        CHECK(ran.out.find("independent") != std::string::npos);
        CHECK(ran.out.find("blue") != std::string::npos);
        CHECK(ran.err == "");
    }
    SECTION("what cannot be measured") {
        save(folder / "small.png", picture(20, 20), Format::kPng);
        CHECK(run({"estimate", folder / "small.png"}).code == 3);
        CHECK(run({"estimate", folder / "missing.png"}).code == 3);
        const Ran white = run({"estimate", folder / "noisy.png", "--white", "2"});
        CHECK(white.code == 2);
        CHECK(white.err.find("8 bits") != std::string::npos);
    }
}

TEST_CASE("compare") {
    const Folder folder;
    save(folder / "a.png", picture(40, 30), Format::kPng);
    save(folder / "grey.png", picture(40, 30, 1), Format::kPng);
    save(folder / "small.png", picture(30, 30), Format::kPng);
    save(folder / "b.png", picture(40, 30, 3, SampleType::kUint8, false), Format::kPng);
    SECTION("different images") {
        const auto json =
            nlohmann::ordered_json::parse(run({"compare", folder / "a.png", folder / "b.png", "--json"}).out);
        CHECK(keys(json) ==
              std::vector<std::string>{"a", "b", "width", "height", "psnr", "ssim", "largest_error", "channels"});
        CHECK(json.at("channels").size() == 3);
        CHECK(keys(json.at("channels").at(0)) == std::vector<std::string>{"psnr", "ssim", "largest_error"});
        CHECK(json.at("psnr").get<double>() > 20);
        CHECK(json.at("ssim").get<double>() < 1);
        CHECK(json.at("largest_error").get<double>() > 0);
        const std::string text = run({"compare", folder / "a.png", folder / "b.png"}).out;
        for (const char* word : {"red", "green", "blue", "overall"}) CHECK(text.find(word) != std::string::npos);
    }
    SECTION("equal images") {
        const Ran json = run({"compare", folder / "a.png", folder / "a.png", "--json"});
        CHECK(nlohmann::json::parse(json.out).at("psnr").is_null());
        CHECK(run({"compare", folder / "a.png", folder / "a.png"}).out.find("inf") != std::string::npos);
    }
    SECTION("what cannot be compared") {
        CHECK(run({"compare", folder / "a.png", folder / "small.png"}).code == 2);
        CHECK(run({"compare", folder / "a.png", folder / "grey.png"}).code == 2);
        const Ran missing = run({"compare", folder / "a.png", folder / "missing.png"});
        CHECK(missing.code == 3);
        CHECK(missing.err.find("missing.png") != std::string::npos);
    }
}

TEST_CASE("evaluate has the promised shape", "[slow]") {
    const Folder folder;
    save(folder / "a.png", picture(70, 61, 3, SampleType::kUint8, false), Format::kPng);
    save(folder / "b.png", picture(33, 90, 1, SampleType::kUint16, false), Format::kPng);
    const std::vector<std::string> scores = {"psnr_noisy", "psnr", "ssim", "seconds"};
    SECTION("as JSON") {
        const Ran ran = run({"evaluate", folder.path(), "--gaussian", "25", "--crop", "48", "--steps", "30", "--json",
                             "--save-dir", folder / "saved"});
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        const auto json = nlohmann::ordered_json::parse(ran.out);
        CHECK(keys(json) == std::vector<std::string>{"images", "mean"});
        REQUIRE(json.at("images").size() == 2);
        const auto& first = json.at("images").at(0);
        CHECK(keys(first) == std::vector<std::string>{"file", "psnr_noisy", "psnr", "ssim", "seconds"});
        CHECK(first.at("file") == folder / "a.png");
        CHECK(first.at("psnr_noisy").get<double>() == Approx(20.3).margin(1.0));
        CHECK(keys(json.at("mean")) == scores);
        const double mean = (first.at("psnr").get<double>() + json.at("images").at(1).at("psnr").get<double>()) / 2;
        CHECK(json.at("mean").at("psnr").get<double>() == Approx(mean));
        CHECK(read_image(folder / "saved/a_result.png").width == 48);
        CHECK(read_image(folder / "saved/b_noisy.png").width == 33);
        CHECK(exists(folder / "saved/a_clean.png"));
    }
    SECTION("saved images replace nothing unasked, and each other never") {
        write_file(folder / "a_result.png", "precious");
        std::vector<std::string> again = {"evaluate", folder / "a.png", "--gaussian", "25",         "--crop",
                                          "32",       "--steps",        "2",          "--save-dir", folder.path()};
        const Ran refused = run(again);
        CHECK(refused.code == 2);
        CHECK(refused.out.empty());  // before the work
        CHECK(read_file(folder / "a_result.png") == "precious");
        again.push_back("--overwrite");
        CHECK(run(again).code == 0);
        CHECK(read_image(folder / "a_result.png").width == 32);
        again.push_back(folder / "a.png");
        CHECK(run(again).code == 2);
    }
    SECTION("as a table, past a bad file") {
        write_file(folder / "c.png", "broken");
        const Ran ran = run({"evaluate", folder / "a.png", folder / "c.png", "--poisson", "30", "--crop", "0",
                             "--steps", "5", "--quiet"});
        CHECK(ran.code == 1);
        CHECK(ran.out.find("a.png") != std::string::npos);
        CHECK(ran.out.find("mean") != std::string::npos);
        CHECK(ran.err.find("c.png") != std::string::npos);
        CHECK(run({"evaluate", folder / "c.png", "--poisson", "30"}).code == 3);
    }
}

TEST_CASE("bench measures every row", "[slow]") {
    const Ran ran = run({"bench", "--seconds", "0.01", "--json"});
    REQUIRE(ran.code == 0);
    const auto json = nlohmann::ordered_json::parse(ran.out);
    CHECK(keys(json) == std::vector<std::string>{"version", "cpu", "isa", "rows"});
    std::vector<std::string> names;
    for (const auto& row : json.at("rows")) {
        names.push_back(row.at("name"));
        CHECK(keys(row) ==
              std::vector<std::string>{"name", "kernels", "shape", "threads", "seconds", "gflops", "share_of_peak"});
        CHECK(row.at("seconds").get<double>() > 0);
    }
    for (const char* name :
         {"peak", "training step, fast", "inference, best", "nonlocal Bayes", "collaborative filter"})
        CHECK(std::ranges::count(names, name) == 1);
}

// `train-prior`: its files, what it says, and that it can be interrupted.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"
#include "twofold/twofold.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

Ran train(const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train-prior", "-o", out};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
}

std::ptrdiff_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

}  // namespace

TEST_CASE("training goes on where it was stopped, to the same weights") {
    const Folder folder;
    const std::string whole = folder / "whole", parts = folder / "parts";
    const Ran ran = train(whole, {"--size", "small", "--steps", "3", "--every", "1"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(lines(ran.out) == 3);
    CHECK(lines(read_file(whole + ".csv")) == 4);
    CHECK(read_file(whole + ".csv").find("step,seconds,loss,learning_rate,psnr sigma 10") == 0);
    const auto manifest = nlohmann::json::parse(read_file(whole + ".json"));
    CHECK(manifest.at("size") == "small");
    CHECK(manifest.at("seed") == 1);
    CHECK(manifest.at("steps_done") == 3);
    CHECK(manifest.at("crc32").get<std::string>().size() == 8);
    CHECK(manifest.at("validation").at("sigma 25").at("psnr").get<double>() > 15);

    // A nanosecond is over after the first look at the clock: no step, but a checkpoint.
    const Ran begun = train(parts, {"--size", "small", "--steps", "2", "--stop-after", "0.000001s", "--every", "1"});
    INFO(begun.err);
    REQUIRE(begun.code == 0);
    CHECK(begun.err.find("0 of 2 steps") != std::string::npos);
    REQUIRE(train(parts, {"--resume", "--steps", "3", "--every", "1", "--quiet"}).code == 0);
    CHECK(read_file(parts) == read_file(whole));
    CHECK(read_file(parts + ".checkpoint") == read_file(whole + ".checkpoint"));
    CHECK(lines(read_file(parts + ".csv")) == 4);
    // Nothing had been done by the plan of two steps, so that it does not count.
    CHECK_FALSE(nlohmann::json::parse(read_file(parts + ".json")).contains("plans_before"));

    // A training that is made longer says so, and keeps on saying it.
    for (const std::string steps : {"4", "5"})
        REQUIRE(train(parts, {"--resume", "--steps", steps, "--quiet"}).code == 0);
    const auto longer = nlohmann::json::parse(read_file(parts + ".json"));
    CHECK(longer.at("steps_done") == 5);
    const auto& plans = longer.at("plans_before");
    REQUIRE(plans.size() == 2);
    CHECK((plans[0].at("steps_planned") == 3 && plans[0].at("until_step") == 3));
    CHECK((plans[1].at("steps_planned") == 4 && plans[1].at("until_step") == 4));

    // What it writes can be used.
    save(folder / "in.png", picture(70, 66), Format::kPng);
    CHECK(run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "prior", "--weights", whole}).code ==
          0);
    CHECK(exists(folder / "out.png"));
    const auto psnr = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words = {"evaluate", folder / "in.png", "--gaussian", "25",    "--method",
                                          "prior",    "--refine",        "off",        "--json"};
        words.insert(words.end(), more.begin(), more.end());
        const Ran measured = run(words);
        REQUIRE(measured.code == 0);
        return nlohmann::json::parse(measured.out).at("mean").at("psnr").get<double>();
    };
    // Three steps of training are worth less than those that are built in.
    const bool has_prior = std::string(twofold_query_string(TWOFOLD_QUERY_METHODS)).find("prior") != std::string::npos;
    CHECK(psnr({"--weights", whole}) < (has_prior ? psnr({}) - 1 : 99));
    CHECK(run({"evaluate", folder / "in.png", "--gaussian", "25", "--method", "tv", "--weights", whole}).code == 2);
    CHECK(run({"evaluate", folder / "in.png", "--gaussian", "25", "--weights", folder / "none"}).code == 3);
}

TEST_CASE("training refuses what it cannot go on from, and what would be lost") {
    const Folder folder;
    const std::string out = folder / "prior";
    CHECK(train(out, {"--resume"}).code == 3);
    write_file(out + ".checkpoint", "TWFPRTR1 and then nothing of use");
    const Ran damaged = train(out, {"--resume"});
    CHECK(damaged.code == 3);
    CHECK(lines(damaged.err) == 1);
    CHECK(train(out, {"--steps", "1"}).code == 2);
    CHECK(read_file(out + ".checkpoint") == "TWFPRTR1 and then nothing of use");
    CHECK_FALSE(exists(out));
    CHECK(train("-", {"--steps", "1"}).code == 2);
    CHECK(train(out, {"--resume", "--size", "small"}).code == 2);
    CHECK(train(out, {"--size", "huge"}).code == 2);
    CHECK(train(out, {"--stop-after", "soon"}).code == 2);
    CHECK(train(folder / "none/prior", {"--steps", "1"}).code != 0);
}

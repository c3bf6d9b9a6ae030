#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
namespace image_io = twofold::image_io;

namespace {

bool is_one_line(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

}  // namespace

TEST_CASE("wrong usage is one sentence and exit code 2") {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"paint"},
        {"denoise"},
        {"denoise", "a.png"},
        {"denoise", "a.png", "-o"},
        {"denoise", "a.png", "-o", "b.png", "--recipe", "slow"},
        {"denoise", "a.png", "-o", "b.png", "--method", "magic"},
        {"denoise", "a.png", "-o", "b.png", "--steps", "0"},
        {"denoise", "a.png", "-o", "b.png", "--steps", "many"},
        {"denoise", "a.png", "-o", "b.png", "--threads", "-1"},
        {"denoise", "a.png", "-o", "b.png", "--seed", "-1"},
        {"denoise", "a.png", "-o", "b.png", "--max-memory", "lots"},
        {"denoise", "a.png", "-o", "b.png", "--deadline", "0s"},
        {"denoise", "a.png", "-o", "b.png", "--quality", "101"},
        {"denoise", "a.png", "-o", "b.png", "--quiet", "--verbose"},
        {"denoise", "a.png", "-o", "b.png", "--weights", "w", "--save-weights", "v"},
        {"denoise", "a.png", "-o", "b.png", "--unknown"},
        {"denoise", "a.png", "-o", "b.png", "--white", "0"},
        {"denoise", "a.png", "-o", "b.png", "--strength", "1.5"},
        {"denoise", "a.png", "-o", "b.png", "--strength", "-1"},
        {"denoise", "a.png", "-o", "b.png", "--white", "-1"},
        {"denoise", "a.png", "-o", "b.png", "--white", "nan"},
        {"denoise", "a.png", "-o", "b.png", "--white", "inf"},
        {"denoise", "a.png", "-o", "b.png", "--white", "bright"},
        {"denoise", "a.png", "-o", "b.png", "--seed", "18446744073709551616"},
        {"denoise", "a.png", "-o", "b.png", "--seed", "1.5"},
        {"denoise", "a.png", "-o", "b.png", "--seed", "1", "--seed", "2"},
        {"denoise", "a.png", "-o", "b.png", "--steps", "1e3"},
        {"denoise", "a.png", "-o", "b.png", "--deadline", "-1s"},
        {"denoise", "a.png", "-o", "b.gif"},
        {"denoise", "a.png", "-o", ""},
        {"denoise", "", "-o", "b.png"},
        {"denoise", "-", "-", "-o", "folder"},
        {"denoise", "a.png", "b.png", "-o", "-"},
        {"denoise", "a.png", "-o", "-", "--json"},
        {"denoise", "-", "-o", "/tmp/"},
        {"noise", "a.png", "-o", "b.png"},
        {"noise", "a.png", "-o", "b.png", "--gaussian", "nan"},
        {"noise", "a.png", "-o", "b.png", "--gaussian", "-1"},
        {"noise", "a.png", "-o", "b.png", "--poisson", "0"},
        {"noise", "a.png", "-o", "b.png", "--gaussian", "1", "--poisson", "1"},
        {"compare", "a.png"},
        {"estimate"},
        {"estimate", "a.png", "b.png"},
        {"estimate", "a.png", "--white", "0"},
        {"compare", "-", "-"},
        {"evaluate", "a.png"},
        {"evaluate", "a.png", "--gaussian", "1", "--crop", "-1"},
        {"bench", "--seconds", "nan"},
        {"completion", "tcsh"},
    };
    for (const auto& arguments : wrong) {
        const Ran ran = run(arguments);
        std::string line;
        for (const std::string& argument : arguments) line += argument + " ";
        INFO(line << "\n" << ran.err);
        CHECK(ran.code == 2);
        CHECK(ran.out.empty());
        CHECK(is_one_line(ran.err));
        CHECK(ran.err.compare(0, 9, "twofold: ") == 0);
    }
}

TEST_CASE("a wrong word is named") {
    CHECK(run({"paint"}).err.find("'paint'") != std::string::npos);
    CHECK(run({"denoise", "a.png", "-o", "b.png", "--seed", "-1"}).err.find("'-1'") != std::string::npos);
    CHECK(run({"denoise", "a.png", "-o", "b.gif"}).err.find(".gif") != std::string::npos);
}

TEST_CASE("help and version go to standard output") {
    for (const char* command : {"denoise", "estimate", "noise", "compare", "evaluate", "bench", "info", "completion"}) {
        const Ran help = run({command, "--help"});
        CHECK(help.code == 0);
        CHECK(help.err.empty());
        CHECK(help.out.find("--help") != std::string::npos);
        CHECK(run({"--help"}).out.find(command) != std::string::npos);
    }
    CHECK(run({"--help"}).out.find("Exit codes: 0 ok") != std::string::npos);
    const Ran version = run({"--version"});
    CHECK(version.code == 0);
    CHECK(version.out.compare(0, 10, "twofold 0.") == 0);
}

TEST_CASE("info tells what it runs on, at once") {
    const Ran info = run({"info", "--json"});
    REQUIRE(info.code == 0);
    const auto json = nlohmann::json::parse(info.out);
    for (const char* key : {"version", "cpu", "isa", "onednn", "threading", "codecs"}) {
        INFO(key);
        CHECK(json.at(key).is_string());
    }
    CHECK(json.at("kernels").is_array());
    CHECK(json.at("methods").at(0) == "zsn2n");
    CHECK(json.at("threads").get<int>() >= 1);
    const Ran text = run({"info"});
    CHECK(text.out.find(json.at("codecs").get<std::string>()) != std::string::npos);
    CHECK(text.seconds < kPatience);
}

TEST_CASE("a result that cannot be printed is an error") {
    const Ran full = run_program({"/bin/sh", "-c", "exec '" TWOFOLD_COMMAND "' info > /dev/full"});
    CHECK(full.code == 1);
    CHECK(is_one_line(full.err));
}

TEST_CASE("an image does not go to a terminal") {
    const Folder folder;
    save(folder / "a.png", picture(16, 16), image_io::Format::kPng);
    CHECK(run_on_terminal({"denoise", folder / "a.png", "-o", "-"}, 80).code == 2);
    CHECK(run_on_terminal({"noise", folder / "a.png", "-o", "-", "--gaussian", "5"}, 80).code == 2);
}

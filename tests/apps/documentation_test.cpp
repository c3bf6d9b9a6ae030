#include <regex>
#include <set>

#include "tests/apps/process.h"
#include "tests/support/catch.h"

using namespace twofold::tests;

namespace {

const std::vector<std::string> kCommands = {"denoise", "inpaint",  "upscale",     "estimate", "examine", "noise",
                                            "compare", "evaluate", "train-prior", "bench",    "info",    "completion"};

std::set<std::string> long_options(const std::string& text) {
    const std::regex option("--[a-z][a-z-]*");
    return {std::sregex_token_iterator(text.begin(), text.end(), option), std::sregex_token_iterator()};
}

std::set<std::string> all_options() {
    std::set<std::string> options = long_options(run({"--help"}).out);
    for (const std::string& command : kCommands) options.merge(long_options(run({command, "--help"}).out));
    return options;
}

bool has_program(const std::string& name) { return run_program({"/bin/sh", "-c", "command -v " + name}).code == 0; }

}  // namespace

TEST_CASE("the manual knows every command and option, and no other") {
    const std::string manual = std::regex_replace(read_file(TWOFOLD_MANUAL), std::regex("\\\\-"), "-");
    REQUIRE(manual.size() > 1000);
    const std::set<std::string> options = all_options();
    REQUIRE(options.size() > 20);
    CHECK(long_options(manual) == options);
    for (const std::string& command : kCommands) {
        INFO(command);
        CHECK(manual.find("twofold " + command) != std::string::npos);
    }
    for (const char* code : {".B 0", ".B 1", ".B 2", ".B 3", ".B 4", ".B 5", ".B 130"}) {
        CHECK(manual.find(code) != std::string::npos);
    }
}

TEST_CASE("the manual is well formed") {
    if (!has_program("groff")) {
        WARN("groff is not installed: skipped");
        return;
    }
    const Ran ran = run_program({"groff", "-man", "-ww", "-Tascii", "-z", TWOFOLD_MANUAL});
    CHECK(ran.code == 0);
    CHECK(ran.err == "");
}

TEST_CASE("completion offers every command and option") {
    const std::set<std::string> options = all_options();
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Ran ran = run({"completion", shell});
        REQUIRE(ran.code == 0);
        for (const std::string& option : options) {
            // The root's own --version is offered by bash alone, where it is the first word.
            if (option == "--version" && std::string(shell) != "bash") continue;
            INFO(shell << " " << option);
            const std::string word = std::string(shell) == "fish" ? "-l " + option.substr(2) : option;
            CHECK(ran.out.find(word) != std::string::npos);
        }
        for (const std::string& command : kCommands) CHECK(ran.out.find(command) != std::string::npos);
        if (has_program(shell)) CHECK(run_program({shell, "-n"}, ran.out).code == 0);
    }
}

TEST_CASE("bash completes words") {
    if (!has_program("bash")) {
        WARN("bash is not installed: skipped");
        return;
    }
    const auto complete = [](const std::string& words, int index) {
        const std::string script = run({"completion", "bash"}).out + "compopt() { :; }\nCOMP_WORDS=(" + words +
                                   ")\nCOMP_CWORD=" + std::to_string(index) + "\n_twofold\necho ${COMPREPLY[*]}\n";
        return run_program({"bash", "-s"}, script).out;
    };
    CHECK(complete("twofold den", 1) == "denoise\n");
    CHECK(complete("twofold denoise --rec", 2) == "--recipe\n");
    CHECK(complete("twofold denoise --recipe ''", 3) == "fast best paper\n");
    CHECK(complete("twofold denoise --steps ''", 3) == "\n");
    CHECK(complete("twofold completion z", 2) == "zsh\n");
    CHECK(complete("twofold evaluate --gau", 2) == "--gaussian\n");
}

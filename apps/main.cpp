#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/interrupt.h"
#include "twofold/twofold.h"

namespace {

using namespace twofold::apps;

constexpr char kExitCodes[] =
    "Exit codes: 0 ok, 1 some files failed or an output could not be written, 2 wrong usage,\n"
    "3 unreadable input, 4 out of memory or of the memory budget, 5 internal error, 130 interrupted.";

// Parse errors of CLI11 may span several lines, or end in a full stop, or not.
std::string as_sentence(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
    for (char& letter : text) {
        if (letter == '\n') letter = ' ';
    }
    return text;
}

int run(int argc, char** argv) {
    CLI::App app("twofold: denoise one image with a small network trained on that image alone.", "twofold");
    app.set_version_flag("--version", std::string("twofold ") + twofold_version_string(), "Print the version");
    app.set_help_flag("-h,--help", "Print this help");
    app.footer(kExitCodes);
    app.require_subcommand(1);
    const std::vector<Command> commands = {add_denoise(app),  add_inpaint(app),  add_upscale(app),
                                           add_estimate(app), add_examine(app),  add_noise(app),
                                           add_compare(app),  add_evaluate(app), add_train_prior(app),
                                           add_bench(app),    add_info(app),     add_completion(app)};
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& request) {
        return app.exit(request);
    } catch (const CLI::ParseError& error) {
        const auto chosen = app.get_subcommands();
        const std::string word = chosen.empty() ? "" : chosen.front()->get_name() + " ";
        const bool unknown = chosen.empty() && argc > 1 && argv[1][0] != '-';
        const std::string sentence = unknown          ? "there is no command '" + std::string(argv[1]) + "'"
                                     : chosen.empty() ? "a command is needed, such as denoise"
                                                      : as_sentence(error.what());
        print_error(sentence + " (see twofold " + word + "--help)");
        return static_cast<int>(ExitCode::kUsage);
    }
    for (const Command& command : commands) {
        if (command.app->parsed()) return static_cast<int>(command.run());
    }
    return static_cast<int>(ExitCode::kInternal);
}

}  // namespace

int main(int argc, char** argv) {
    install_signal_handlers();
    int code = 0;
    try {
        code = run(argc, argv);
    } catch (...) {
        const Failure failure = current_failure("");
        print_error(failure.what());
        code = static_cast<int>(failure.code());
    }
    return interrupted() ? static_cast<int>(ExitCode::kInterrupted) : code;
}

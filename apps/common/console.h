// Everything that the command says: results on standard output, everything else on standard error.
#ifndef TWOFOLD_APPS_COMMON_CONSOLE_H
#define TWOFOLD_APPS_COMMON_CONSOLE_H

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "apps/common/failure.h"

namespace twofold::apps {

// Members stay in the order in which they were added.
using Json = nlohmann::ordered_json;

// "twofold: <sentence>" as one line; control characters, which a file's name may hold, are shown as '?'.
void print_error(std::string_view sentence);
// "twofold: FILE: <sentence>".
void print_file_error(const std::string& file, std::string_view sentence);

// Does the work on the one file of a command; a failure is printed with the file's name and becomes the exit code.
template <typename Work>
ExitCode run_on_file(const std::string& file, const Work& work) {
    try {
        work();
        return ExitCode::kOk;
    } catch (...) {
        const Failure failure = current_failure(file);
        print_file_error(file, failure.what());
        return failure.code();
    }
}

// Does work of which a sentence should say which file it was about, where there are several.
template <typename Work>
auto naming(const std::string& file, const Work& work) {
    try {
        return work();
    } catch (...) {
        const Failure failure = current_failure(file);
        throw Failure(failure.code(), (file == "-" ? "standard input" : file) + ": " + failure.what());
    }
}

// Throws a Failure when standard output takes no more, so that a full disk or a closed pipe does not go unnoticed.
void print_result(std::string_view text);
// Infinity and NaN, which JSON cannot express, become null; bytes that are not UTF-8 are replaced.
void print_json(const Json& value);

}  // namespace twofold::apps

#endif

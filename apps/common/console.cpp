#include "apps/common/console.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "apps/common/failure.h"

namespace twofold::apps {

void print_error(std::string_view sentence) {
    std::string line = "twofold: ";
    for (const char letter : sentence) {
        const auto byte = static_cast<unsigned char>(letter);
        line += byte < 0x20 || byte == 0x7f ? '?' : letter;
    }
    line += '\n';
    std::fputs(line.c_str(), stderr);
}

void print_file_error(const std::string& file, std::string_view sentence) {
    print_error((file == "-" ? "standard input" : file) + ": " + std::string(sentence));
}

void print_result(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw Failure(ExitCode::kSomeFailed,
                      std::string("standard output could not be written: ") + std::strerror(errno));
    }
}

void print_json(const Json& value) { print_result(value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"); }

}  // namespace twofold::apps

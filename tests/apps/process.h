// Runs the command as its users do.
#ifndef TWOFOLD_TESTS_APPS_PROCESS_H
#define TWOFOLD_TESTS_APPS_PROCESS_H

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/patience.h"
#include "tests/support/temporary_folder.h"

namespace twofold::tests {

struct Ran {
    int code = -1;    // exit code, or 128 + signal
    std::string out;  // standard output
    std::string err;  // standard error
    double seconds = 0;
    long peak_bytes = 0;
};

using Folder = test::TemporaryFolder;
using test::kPatience;

// Runs a program with pipes; `input` goes to its standard input.
Ran run_program(std::vector<std::string> arguments, const std::string& input = "");
// The command itself.
Ran run(std::vector<std::string> arguments, const std::string& input = "");

// A command that runs on while the test does something to it. Output is not kept.
class Running {
  public:
    explicit Running(std::vector<std::string> arguments);
    void send(int signal) const;
    int nice() const;
    // Exit code as above and the seconds since `send`, or since the start.
    Ran wait() const;

  private:
    pid_t pid_ = 0;
    mutable double since_ = 0;
};

// The command on a terminal of `columns` columns; everything it shows comes back in `out`.
Ran run_on_terminal(std::vector<std::string> arguments, unsigned short columns);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);
bool exists(const std::string& path);

}  // namespace twofold::tests

#endif

// What the command ends with, and the one exception that carries it.
#ifndef TWOFOLD_APPS_COMMON_FAILURE_H
#define TWOFOLD_APPS_COMMON_FAILURE_H

#include <stdexcept>
#include <string>

namespace twofold::apps {

// Documented in the manual; scripts rely on the numbers.
enum class ExitCode {
    kOk = 0,
    kSomeFailed = 1,    // several inputs, some failed or for different reasons; or an output that could not be written
    kUsage = 2,         // options that make no sense, an output that exists, images that cannot be compared
    kUnreadable = 3,    // input or weights missing, damaged, or of a kind that is not handled
    kMemory = 4,        // out of memory or of the memory budget
    kInternal = 5,      // a defect of the program
    kInterrupted = 130  // by a signal
};

// One sentence without the file's name; whoever prints it knows the file.
class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

// Inside a catch block: the exception in flight as a Failure. `file` is removed from the beginning of sentences that
// already name it.
Failure current_failure(const std::string& file);

// Gathers how the files of one run ended and decides the exit code.
class Outcome {
  public:
    void add_success() { worked_ = true; }
    void add_failure(ExitCode code);
    // The code that all failures share when nothing worked, else kSomeFailed; kInterrupted wins over all.
    ExitCode exit_code() const;

  private:
    bool worked_ = false;
    bool interrupted_ = false;
    bool mixed_ = false;
    ExitCode code_ = ExitCode::kOk;
};

}  // namespace twofold::apps

#endif

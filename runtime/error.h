// Errors inside the library: exceptions that bindings/ turns into a status and a sentence.
#ifndef TWOFOLD_RUNTIME_ERROR_H
#define TWOFOLD_RUNTIME_ERROR_H

#include <stdexcept>
#include <string>

namespace twofold {

// The same meanings and numbers as twofold_status in the public header.
enum class ErrorCode {
    kInvalidArgument = 1,
    kInvalidState = 2,
    kUnsupported = 3,
    kNonFinite = 4,
    kOutOfMemory = 5,
    kOverBudget = 6,
    kCancelled = 7,
    kCorruptData = 8,
    kInternal = 9
};

class Error : public std::runtime_error {
  public:
    Error(ErrorCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
    ErrorCode code() const { return code_; }

  private:
    ErrorCode code_;
};

}  // namespace twofold

#endif

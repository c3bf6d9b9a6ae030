#include "apps/common/failure.h"

#include <exception>
#include <new>

#include "platform/image_io/image_io.h"

namespace twofold::apps {
namespace {

ExitCode code_of(image_io::ErrorKind kind) {
    switch (kind) {
        case image_io::ErrorKind::kUnreadable:
        case image_io::ErrorKind::kUnsupported:
            return ExitCode::kUnreadable;
        case image_io::ErrorKind::kOutOfMemory:
            return ExitCode::kMemory;
        case image_io::ErrorKind::kExists:
            return ExitCode::kUsage;
        case image_io::ErrorKind::kUnwritable:
            return ExitCode::kSomeFailed;
    }
    return ExitCode::kInternal;
}

std::string without_prefix(const std::string& sentence, const std::string& file) {
    const std::string name = file == "-" ? "standard input" : file;
    for (const std::string& prefix : {name + ": ", "cannot read '" + name + "': "}) {
        if (sentence.compare(0, prefix.size(), prefix) == 0) return sentence.substr(prefix.size());
    }
    return sentence;
}

}  // namespace

Failure current_failure(const std::string& file) {
    try {
        throw;
    } catch (const Failure& failure) {
        return {failure.code(), without_prefix(failure.what(), file)};
    } catch (const image_io::ImageError& error) {
        return {code_of(error.kind()), without_prefix(error.what(), file)};
    } catch (const std::bad_alloc&) {
        return {ExitCode::kMemory, "there is not enough memory"};
    } catch (const std::exception& error) {
        return {ExitCode::kInternal, error.what()};
    } catch (...) {
        return {ExitCode::kInternal, "an unknown error"};
    }
}

void Outcome::add_failure(ExitCode code) {
    interrupted_ = interrupted_ || code == ExitCode::kInterrupted;
    mixed_ = mixed_ || (code_ != ExitCode::kOk && code_ != code);
    code_ = code;
}

ExitCode Outcome::exit_code() const {
    if (interrupted_) return ExitCode::kInterrupted;
    if (code_ == ExitCode::kOk) return ExitCode::kOk;
    return worked_ || mixed_ ? ExitCode::kSomeFailed : code_;
}

}  // namespace twofold::apps

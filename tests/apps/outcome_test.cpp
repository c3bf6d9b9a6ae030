#include <new>

#include "apps/common/failure.h"
#include "platform/image_io/image_io.h"
#include "tests/support/catch.h"

using namespace twofold::apps;
namespace image_io = twofold::image_io;

TEST_CASE("one exit code speaks for all files") {
    Outcome outcome;
    SECTION("nothing failed") {
        outcome.add_success();
        CHECK(outcome.exit_code() == ExitCode::kOk);
    }
    SECTION("all failed alike") {
        outcome.add_failure(ExitCode::kUnreadable);
        outcome.add_failure(ExitCode::kUnreadable);
        CHECK(outcome.exit_code() == ExitCode::kUnreadable);
    }
    SECTION("all failed differently") {
        outcome.add_failure(ExitCode::kUnreadable);
        outcome.add_failure(ExitCode::kMemory);
        CHECK(outcome.exit_code() == ExitCode::kSomeFailed);
    }
    SECTION("some worked") {
        outcome.add_failure(ExitCode::kUnreadable);
        outcome.add_success();
        CHECK(outcome.exit_code() == ExitCode::kSomeFailed);
    }
    SECTION("an interruption wins") {
        outcome.add_success();
        outcome.add_failure(ExitCode::kInterrupted);
        outcome.add_failure(ExitCode::kMemory);
        CHECK(outcome.exit_code() == ExitCode::kInterrupted);
    }
}

namespace {

template <typename Exception>
Failure failure_of(const Exception& exception) {
    try {
        throw exception;
    } catch (...) {
        return current_failure("a.png");
    }
}

}  // namespace

TEST_CASE("every exception has an exit code") {
    using image_io::ErrorKind, image_io::ImageError;
    CHECK(failure_of(ImageError(ErrorKind::kUnreadable, "x")).code() == ExitCode::kUnreadable);
    CHECK(failure_of(ImageError(ErrorKind::kUnsupported, "x")).code() == ExitCode::kUnreadable);
    CHECK(failure_of(ImageError(ErrorKind::kOutOfMemory, "x")).code() == ExitCode::kMemory);
    CHECK(failure_of(ImageError(ErrorKind::kExists, "x")).code() == ExitCode::kUsage);
    CHECK(failure_of(ImageError(ErrorKind::kUnwritable, "x")).code() == ExitCode::kSomeFailed);
    CHECK(failure_of(std::bad_alloc()).code() == ExitCode::kMemory);
    CHECK(failure_of(std::runtime_error("x")).code() == ExitCode::kInternal);
    CHECK(failure_of(1).code() == ExitCode::kInternal);
    CHECK(std::string(failure_of(ImageError(ErrorKind::kUnreadable, "a.png: broken")).what()) == "broken");
}

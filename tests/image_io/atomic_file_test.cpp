#include "platform/atomic_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/image_io/samples.h"
#include "tests/support/catch.h"

namespace twofold::image_io::testing {
namespace {

using platform::WriteResult;

WriteResult write(const std::string& path, const std::string& text, bool overwrite, std::string* reason = nullptr) {
    return platform::write_file_atomically(path, text.data(), text.size(), overwrite, reason);
}

mode_t mode_of(const std::string& path) {
    struct stat status;
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a file appears whole, is replaced only when asked, and nothing else stays") {
    const TemporaryFolder folder;
    const std::string path = folder / "out";
    REQUIRE(write(path, "first", false) == WriteResult::kOk);
    REQUIRE(write(path, "second", false) == WriteResult::kExists);
    REQUIRE(load(path) == text_bytes("first"));
    REQUIRE(write(path, "third", true) == WriteResult::kOk);
    REQUIRE(load(path) == text_bytes("third"));
    REQUIRE(write(folder / "empty", "", true) == WriteResult::kOk);
    REQUIRE(folder.names() == std::vector<std::string>{"empty", "out"});
}

TEST_CASE("a new file follows the umask and a replaced one keeps its permissions") {
    const TemporaryFolder folder;
    const std::string path = folder / "out";
    const mode_t before = ::umask(027);
    REQUIRE(write(path, "x", false) == WriteResult::kOk);
    ::umask(before);
    REQUIRE(mode_of(path) == 0640);
    REQUIRE(::chmod(path.c_str(), 0604) == 0);
    REQUIRE(write(path, "y", true) == WriteResult::kOk);
    REQUIRE(mode_of(path) == 0604);
}

TEST_CASE("a symbolic link stays and its target is replaced") {
    const TemporaryFolder folder;
    const std::string target = folder / "target", link = folder / "link", loop = folder / "loop";
    save(target, text_bytes("old"));
    REQUIRE(::symlink("target", link.c_str()) == 0);
    REQUIRE(write(link, "new", false) == WriteResult::kExists);
    REQUIRE(write(link, "new", true) == WriteResult::kOk);
    REQUIRE(load(target) == text_bytes("new"));
    REQUIRE(::unlink(target.c_str()) == 0);
    REQUIRE(write(link, "new", false) == WriteResult::kExists);
    REQUIRE(write(link, "again", true) == WriteResult::kOk);
    REQUIRE(load(target) == text_bytes("again"));
    REQUIRE(::symlink("loop", loop.c_str()) == 0);
    REQUIRE(write(loop, "x", true) == WriteResult::kFailed);
    REQUIRE(folder.names() == std::vector<std::string>{"link", "loop", "target"});
}

TEST_CASE("failures leave nothing and say why") {
    const TemporaryFolder folder;
    std::string reason;
    REQUIRE(write(folder / "missing/out", "x", true, &reason) == WriteResult::kFailed);
    REQUIRE(reason == "No such file or directory");
    REQUIRE(write(folder.path(), "x", true, &reason) == WriteResult::kFailed);
    REQUIRE(reason == "Is a directory");
    REQUIRE(folder.names().empty());
}

TEST_CASE("a file is written in pieces, and stays away without a commit") {
    const TemporaryFolder folder;
    const std::string path = folder / "out";
    std::string reason;
    {
        platform::AtomicFile file;
        REQUIRE(file.open(path, false, &reason) == WriteResult::kOk);
        REQUIRE(file.write_at(0, "....", 4));
        REQUIRE(file.write_at(4, "tail", 4));
        REQUIRE(file.write_at(0, "head", 4));
        REQUIRE(file.commit(&reason) == WriteResult::kOk);
        REQUIRE(file.open(path, false, &reason) == WriteResult::kExists);
    }
    REQUIRE(load(path) == text_bytes("headtail"));
    {
        platform::AtomicFile file;
        REQUIRE(file.open(path, true, &reason) == WriteResult::kOk);
        REQUIRE(file.write_at(0, "half", 4));
        REQUIRE(folder.names().size() == 2);
    }
    {
        platform::AtomicFile late;
        REQUIRE(late.open(folder / "new", false, &reason) == WriteResult::kOk);
        save(folder / "new", text_bytes("first"));
        REQUIRE(late.commit(&reason) == WriteResult::kExists);
    }
    REQUIRE(load(path) == text_bytes("headtail"));
    REQUIRE(load(folder / "new") == text_bytes("first"));
    REQUIRE(folder.names() == std::vector<std::string>{"new", "out"});
}

TEST_CASE("devices are written into, never replaced") {
    std::string reason;
    REQUIRE(write("/dev/null", "x", true) == WriteResult::kOk);
    REQUIRE(write("/dev/null", "x", false) == WriteResult::kOk);
    struct stat status;
    REQUIRE(::stat("/dev/null", &status) == 0);
    REQUIRE(S_ISCHR(status.st_mode));
    if (::access("/dev/full", W_OK) == 0) {
        REQUIRE(write("/dev/full", "x", true, &reason) == WriteResult::kFailed);
        REQUIRE(reason == "No space left on device");
    }
}

}  // namespace twofold::image_io::testing

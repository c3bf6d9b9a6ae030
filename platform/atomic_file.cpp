#include "platform/atomic_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace twofold::platform {
namespace {

// Names of the temporary files that exist now, in memory that a signal handler may read. More than this many writers
// at once still work; their files are just not known to remove_temporary_files().
constexpr int kSlots = 64;
struct Slot {
    enum State : int { kFree, kClaimed, kLive };
    std::atomic<int> state{kFree};
    char path[PATH_MAX];
};
static_assert(std::atomic<int>::is_always_lock_free);
std::array<Slot, kSlots> slots;

constexpr std::size_t kLargestWrite = std::size_t{1} << 30;  // the system writes at most about 2 GiB a call

WriteResult failure(std::string* reason) {
    if (reason != nullptr) *reason = std::strerror(errno);
    return WriteResult::kFailed;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

// The name behind a chain of symbolic links, whether or not it exists. Empty, with errno set, for a circle.
std::string follow_links(std::string path) {
    for (int hops = 0; hops < 40; ++hops) {
        char target[PATH_MAX];
        const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
        if (length < 0) return path;
        const std::string link(target, static_cast<std::size_t>(length));
        path = !link.empty() && link.front() == '/' ? link : folder_of(path) + link;
    }
    errno = ELOOP;
    return {};
}

WriteResult write_into(const std::string& path, const void* data, std::size_t size, std::string* reason) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) return failure(reason);
    const bool written = write_all(file, data, size);
    const int error = errno;
    if (::close(file) == 0 && written) return WriteResult::kOk;
    if (!written) errno = error;
    return failure(reason);
}

// Give `from` the name `to` unless that is taken. Not every file system knows the first way, nor the second.
bool rename_without_replacing(const char* from, const char* to) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    if (::link(from, to) == 0) {
        ::unlink(from);
        return true;
    }
    if (errno == EEXIST) return false;
    const int claim = ::open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (claim < 0) return false;
    ::close(claim);
    if (::rename(from, to) == 0) return true;
    const int error = errno;
    ::unlink(to);
    errno = error;
    return false;
}

}  // namespace

bool write_all(int descriptor, const void* data, std::size_t size) {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = ::write(descriptor, bytes, std::min(size, kLargestWrite));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

bool is_existing_output(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) == 0) return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
    return ::lstat(path.c_str(), &status) == 0;
}

bool is_special_file(const std::string& path) {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

// An open file that goes away with this object unless it has been renamed.
class AtomicFile::Temporary {
  public:
    explicit Temporary(const std::string& path) : path_(path) {
        if (path.size() >= PATH_MAX) return;
        for (Slot& slot : slots) {
            int expected = Slot::kFree;
            if (!slot.state.compare_exchange_strong(expected, Slot::kClaimed)) continue;
            std::memcpy(slot.path, path.c_str(), path.size() + 1);
            slot.state.store(Slot::kLive);
            slot_ = &slot;
            return;
        }
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        const int error = errno;
        if (file_ >= 0) ::close(file_);
        if (exists_) ::unlink(path_.c_str());
        if (slot_ != nullptr) slot_->state.store(Slot::kFree);
        errno = error;
    }

    bool create() {
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        exists_ = file_ >= 0;
        return exists_;
    }
    int file() const { return file_; }
    bool close() { return ::close(std::exchange(file_, -1)) == 0; }
    const char* c_str() const { return path_.c_str(); }
    void set_renamed() { exists_ = false; }

  private:
    std::string path_;
    Slot* slot_ = nullptr;
    int file_ = -1;
    bool exists_ = false;
};

AtomicFile::AtomicFile() = default;
AtomicFile::~AtomicFile() = default;

WriteResult AtomicFile::open(const std::string& path, bool overwrite, std::string* reason) {
    struct stat status;
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return failure(reason);
    }
    if (!overwrite && is_existing_output(path)) return WriteResult::kExists;
    overwrite_ = overwrite;
    target_ = overwrite ? follow_links(path) : path;
    if (target_.empty()) return failure(reason);

    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
        temporary_ = std::make_unique<Temporary>(folder_of(target_) + ".twofold-" + std::to_string(::getpid()) + "-" +
                                                 std::to_string(counter++) + ".tmp");
        if (!temporary_->create()) {
            if (errno == EEXIST) continue;
            return failure(reason);
        }
        if (exists && ::fchmod(temporary_->file(), status.st_mode & 07777) != 0) return failure(reason);
        return WriteResult::kOk;
    }
    errno = EEXIST;
    return failure(reason);
}

bool AtomicFile::write_at(std::uint64_t offset, const void* data, std::size_t size) noexcept {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written =
            ::pwrite(temporary_->file(), bytes, std::min(size, kLargestWrite), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes += written;
        offset += static_cast<std::uint64_t>(written);
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

WriteResult AtomicFile::commit(std::string* reason) {
    if (::fsync(temporary_->file()) != 0 || !temporary_->close()) return failure(reason);
    const bool renamed = overwrite_ ? ::rename(temporary_->c_str(), target_.c_str()) == 0
                                    : rename_without_replacing(temporary_->c_str(), target_.c_str());
    if (!renamed) return errno == EEXIST && !overwrite_ ? WriteResult::kExists : failure(reason);
    temporary_->set_renamed();
    return WriteResult::kOk;
}

WriteResult write_file_atomically(const std::string& path, const void* data, std::size_t size, bool overwrite,
                                  std::string* reason) {
    if (is_special_file(path)) return write_into(path, data, size, reason);
    AtomicFile file;
    const WriteResult opened = file.open(path, overwrite, reason);
    if (opened != WriteResult::kOk) return opened;
    if (!file.write_at(0, data, size)) return failure(reason);
    return file.commit(reason);
}

void remove_temporary_files() {
    const int error = errno;
    for (Slot& slot : slots) {
        if (slot.state.load() == Slot::kLive) ::unlink(slot.path);
    }
    errno = error;
}

}  // namespace twofold::platform

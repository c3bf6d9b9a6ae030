// Files that appear whole or not at all.
#ifndef TWOFOLD_PLATFORM_ATOMIC_FILE_H
#define TWOFOLD_PLATFORM_ATOMIC_FILE_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace twofold::platform {

enum class WriteResult { kOk, kExists, kFailed };

// A regular file that is written piece by piece into a temporary file in the folder of its name, flushed to disk and
// renamed. Without `overwrite` an existing file stays as it is (checked again at the moment of renaming, without a
// race). On failure, and without a commit, nothing is left behind; `reason` says why in the system's words.
//
// A new file gets the permissions that the process's umask gives; a replaced one keeps its own. A symbolic link stays:
// what it points to is replaced.
class AtomicFile {
  public:
    AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    WriteResult open(const std::string& path, bool overwrite, std::string* reason);
    // False with `errno` set on failure. Only after a successful open().
    bool write_at(std::uint64_t offset, const void* data, std::size_t size) noexcept;
    WriteResult commit(std::string* reason);

  private:
    class Temporary;
    std::string target_;
    bool overwrite_ = false;
    std::unique_ptr<Temporary> temporary_;
};

// Write `size` bytes as an AtomicFile. Devices, pipes and sockets are never replaced: the bytes are written into them.
WriteResult write_file_atomically(const std::string& path, const void* data, std::size_t size, bool overwrite,
                                  std::string* reason);

// A device, pipe or socket, which can be written into but not replaced.
bool is_special_file(const std::string& path);

// Whether write_file_atomically would answer kExists for `path` at this moment.
bool is_existing_output(const std::string& path);

// Write `size` bytes to an open file descriptor, however many calls that takes. False with `errno` set on failure.
bool write_all(int descriptor, const void* data, std::size_t size);

// Remove temporary files that exist at this moment; safe inside a signal handler.
void remove_temporary_files();

}  // namespace twofold::platform

#endif

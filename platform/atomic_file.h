// Files that appear whole or not at all.
#ifndef TWOFOLD_PLATFORM_ATOMIC_FILE_H
#define TWOFOLD_PLATFORM_ATOMIC_FILE_H

#include <cstddef>
#include <string>

namespace twofold::platform {

enum class WriteResult { kOk, kExists, kFailed };

// Write `size` bytes to a temporary file in the folder of `path`, flush it to disk and rename it to `path`. Without
// `overwrite` an existing `path` stays as it is (checked again at the moment of renaming, without a race). On failure
// nothing is left behind and `reason` says why in the system's words.
//
// A new file gets the permissions that the process's umask gives; a replaced one keeps its own. A symbolic link stays:
// what it points to is replaced. Devices, pipes and sockets are never replaced: the bytes are written into them.
WriteResult write_file_atomically(const std::string& path, const void* data, std::size_t size, bool overwrite,
                                  std::string* reason);

// Whether write_file_atomically would answer kExists for `path` at this moment.
bool is_existing_output(const std::string& path);

// Write `size` bytes to an open file descriptor, however many calls that takes. False with `errno` set on failure.
bool write_all(int descriptor, const void* data, std::size_t size);

// Remove temporary files that exist at this moment; safe inside a signal handler.
void remove_temporary_files();

}  // namespace twofold::platform

#endif

#include "apps/report/trace_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <list>
#include <string_view>
#include <vector>

#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "platform/atomic_file.h"

namespace twofold::apps {
namespace {

namespace fs = std::filesystem;
using platform::WriteResult;

constexpr std::string_view kSnapshotStart = "step_";
constexpr std::string_view kSnapshotEnd = ".png";

bool is_trace_file(std::string_view name) {
    if (name == kCurveName) return true;
    if (name.size() <= kSnapshotStart.size() + kSnapshotEnd.size()) return false;
    if (!name.starts_with(kSnapshotStart) || !name.ends_with(kSnapshotEnd)) return false;
    name.remove_prefix(kSnapshotStart.size());
    name.remove_suffix(kSnapshotEnd.size());
    return std::all_of(name.begin(), name.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

void require(WriteResult result, const std::string& path, const std::string& reason) {
    if (result == WriteResult::kOk) return;
    if (result == WriteResult::kExists) {
        throw Failure(ExitCode::kUsage, "the trace " + path + " exists already; --overwrite replaces it");
    }
    throw Failure(ExitCode::kSomeFailed, "the trace " + path + " cannot be written: " + reason);
}

// Folders that did not exist; they go away again, unless they are kept.
class NewFolders {
  public:
    explicit NewFolders(const fs::path& folder) {
        std::error_code error;
        for (fs::path part = fs::absolute(folder, error); !fs::exists(part, error); part = part.parent_path()) {
            if (!part.filename().empty()) made_.push_back(part);
        }
        fs::create_directories(folder, error);
        if (!error) return;
        remove();
        throw Failure(ExitCode::kSomeFailed,
                      "the folder " + folder.string() + " cannot be created: " + error.message());
    }
    NewFolders(const NewFolders&) = delete;
    NewFolders& operator=(const NewFolders&) = delete;
    ~NewFolders() { remove(); }
    void keep() { made_.clear(); }

  private:
    void remove() {
        std::error_code error;  // somebody else may have put a file there: then the folder stays
        for (const fs::path& folder : made_) fs::remove(folder, error);
    }
    std::vector<fs::path> made_;  // innermost first
};

// Files under way to one folder.
class Batch {
  public:
    Batch(fs::path folder, bool overwrite) : folder_(std::move(folder)), overwrite_(overwrite) {}

    void add(const std::string& name, const void* data, std::size_t size) {
        stop_if_interrupted();
        const std::string path = (folder_ / name).string();
        platform::AtomicFile& file = files_.emplace_back(path).file;
        std::string reason;
        require(file.open(path, overwrite_, &reason), path, reason);
        if (!file.write_at(0, data, size)) require(WriteResult::kFailed, path, std::strerror(errno));
    }
    void commit() {
        for (File& file : files_) {
            std::string reason;
            require(file.file.commit(&reason), file.path, reason);
        }
    }

  private:
    struct File {
        explicit File(std::string name) : path(std::move(name)) {}
        std::string path;
        platform::AtomicFile file;
    };
    fs::path folder_;
    bool overwrite_;
    std::list<File> files_;
};

}  // namespace

std::string snapshot_name(std::int64_t step) { return fmt::format("{}{:06}{}", kSnapshotStart, step, kSnapshotEnd); }

void check_trace_folder(const std::string& folder, bool overwrite) {
    std::error_code error;
    if (folder.empty()) throw Failure(ExitCode::kUsage, "the name of the folder for the trace is empty");
    if (fs::exists(fs::symlink_status(folder, error)) && !fs::is_directory(folder, error)) {
        throw Failure(ExitCode::kUsage, folder + " should become a folder for the trace, and is a file");
    }
    fs::path existing = fs::absolute(folder, error);
    while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
    errno = ENOTDIR;
    if (!fs::is_directory(existing, error) || access(existing.c_str(), W_OK | X_OK) != 0) {
        const std::string reason = std::strerror(errno);
        throw Failure(ExitCode::kSomeFailed, "the folder " + existing.string() + " cannot be written to: " + reason);
    }
    if (overwrite || !fs::is_directory(folder, error)) return;
    fs::directory_iterator files(folder, error);
    if (error) throw Failure(ExitCode::kSomeFailed, "the folder " + folder + " cannot be read: " + error.message());
    for (const fs::directory_entry& file : files) {
        if (!is_trace_file(file.path().filename().string())) continue;
        throw Failure(ExitCode::kUsage,
                      "the trace " + file.path().string() + " exists already; --overwrite replaces it");
    }
}

void write_trace(const std::string& folder, const TraceRecorder& trace, bool overwrite) {
    NewFolders folders{fs::path(folder)};
    Batch batch(folder, overwrite);
    for (const Snapshot& snapshot : trace.snapshots()) {
        batch.add(snapshot_name(snapshot.step), snapshot.png.data(), snapshot.png.size());
    }
    const std::string csv = curve_csv(trace.curve());
    batch.add(kCurveName, csv.data(), csv.size());
    batch.commit();
    folders.keep();
}

}  // namespace twofold::apps

#include "apps/common/inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "apps/common/failure.h"
#include "platform/image_io/image_io.h"

namespace twofold::apps {
namespace {

namespace fs = std::filesystem;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// A file that cannot be opened counts as an image: reading it will say what is wrong, skipping it would hide that.
bool may_be_image(const std::string& path) {
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) return true;
    std::uint8_t head[64];
    const std::size_t size = std::fread(head, 1, sizeof head, file.get());
    image_io::Format format;
    return image_io::detect_format(head, size, &format);
}

void add_folder(const std::string& folder, InputList* list) {
    std::error_code error;
    std::vector<std::string> images;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code type_error;
        const bool hidden = entry->path().filename().native().front() == '.';
        if (hidden || !entry->is_regular_file(type_error)) continue;
        const std::string path = entry->path().string();
        (may_be_image(path) ? images : list->skipped).push_back(path);
    }
    if (error) {
        throw Failure(ExitCode::kUnreadable, folder + ": the folder cannot be read: " + error.message());
    }
    if (images.empty()) throw Failure(ExitCode::kUnreadable, folder + ": the folder holds no image");
    std::sort(images.begin(), images.end());
    list->files.insert(list->files.end(), images.begin(), images.end());
}

}  // namespace

InputList expand_inputs(const std::vector<std::string>& arguments) {
    if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
        throw Failure(ExitCode::kUsage, "standard input can be read only once");
    }
    InputList list;
    for (const std::string& argument : arguments) {
        if (argument.empty()) throw Failure(ExitCode::kUsage, "the name of an input is empty");
        std::error_code error;
        if (argument != "-" && fs::is_directory(argument, error)) {
            list.from_folder = true;
            add_folder(argument, &list);
        } else {
            list.files.push_back(argument);
        }
    }
    std::sort(list.skipped.begin(), list.skipped.end());
    return list;
}

std::vector<std::uint8_t> read_weights_file(const std::string& path) {
    constexpr std::size_t kLargest = 64U << 20;  // they are far smaller; a wrong file shall not fill the memory
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) {
        throw Failure(ExitCode::kUnreadable, path + ": cannot be opened: " + std::strerror(errno));
    }
    std::vector<std::uint8_t> bytes;
    std::uint8_t block[16384];
    while (const std::size_t got = std::fread(block, 1, sizeof block, file.get())) {
        if (bytes.size() + got > kLargest) throw Failure(ExitCode::kUnreadable, path + ": is too large to be weights");
        bytes.insert(bytes.end(), block, block + got);
    }
    if (std::ferror(file.get())) {
        throw Failure(ExitCode::kUnreadable, path + ": cannot be read: " + std::strerror(errno));
    }
    if (bytes.empty()) throw Failure(ExitCode::kUnreadable, path + ": is empty");
    return bytes;
}

}  // namespace twofold::apps

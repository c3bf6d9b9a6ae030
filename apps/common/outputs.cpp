#include "apps/common/outputs.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "apps/common/failure.h"

namespace twofold::apps {
namespace {

namespace fs = std::filesystem;
using image_io::Format;
using image_io::SampleType;

const char* extension_of(Format format, const fs::path& input) {
    switch (format) {
        case Format::kJpeg:
            return ".jpg";
        case Format::kPng:
            return ".png";
        case Format::kTiff:
            return ".tif";
        case Format::kPfm:
            return ".pfm";
        case Format::kPnm:
            return input.extension() == ".pgm" ? ".pgm" : ".ppm";
    }
    return "";
}

std::string name_in_folder(const std::string& folder, const std::string& input, std::optional<Format> format) {
    if (input == "-") throw Failure(ExitCode::kUsage, "standard input has no name to use in a folder");
    fs::path name = fs::path(input).filename();
    Format by_name;
    const bool name_fits = format && image_io::format_from_name(name.string(), &by_name) && by_name == *format;
    if (format && !name_fits) name.replace_extension(extension_of(*format, name));
    return (fs::path(folder) / name).string();
}

fs::path folder_of(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

// The name that is left when every link on the way is followed; good enough for files that do not exist yet.
std::string canonical_name(const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return error ? fs::path(path).lexically_normal().string() : canonical.string();
}

// A name that promises a format which is not written would be a lie about the content.
void require_known_extension(const std::string& out) {
    std::string extension = fs::path(out).extension().string();
    for (char& letter : extension) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    for (const char* foreign : {".gif", ".bmp", ".webp", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".exr", ".hdr",
                                ".dng", ".psd", ".svg", ".pdf"}) {
        if (extension != foreign) continue;
        throw Failure(ExitCode::kUsage, out + ": only " + image_io::available_formats() + " are written, not " +
                                            extension + "; another name or --format decides");
    }
}

}  // namespace

std::vector<PlannedFile> plan_outputs(const InputList& inputs, const std::string& out, std::optional<Format> format) {
    std::error_code error;
    const bool several = inputs.files.size() > 1 || inputs.from_folder;
    const bool into_folder = several || (!out.empty() && out.back() == '/') || fs::is_directory(out, error);
    if (out.empty()) throw Failure(ExitCode::kUsage, "the output's name is empty");
    if (several && out == "-") {
        throw Failure(ExitCode::kUsage, "several images cannot be written to standard output");
    }
    if (out == "-" && isatty(STDOUT_FILENO) == 1) {
        throw Failure(ExitCode::kUsage, "an image is not written to a terminal; redirect standard output");
    }
    if (!into_folder && !format) require_known_extension(out);
    if (into_folder && fs::exists(out, error) && !fs::is_directory(out, error)) {
        throw Failure(ExitCode::kUsage, out + ": several inputs need a folder to go to, and this is a file");
    }

    std::vector<PlannedFile> plan;
    std::map<std::string, std::string> taken;
    for (const std::string& input : inputs.files) {
        PlannedFile file{input, out, into_folder, format};
        if (into_folder) {
            file.output = name_in_folder(out, input, format);
        } else if (Format by_name; !format && image_io::format_from_name(out, &by_name)) {
            file.format = by_name;
        }
        if (file.format && !image_io::is_available(*file.format)) {
            throw Failure(ExitCode::kUsage, file.output + ": this build of twofold writes only " +
                                                image_io::available_formats() + ", not " +
                                                image_io::format_name(*file.format));
        }
        const auto [place, is_new] = taken.emplace(canonical_name(file.output), input);
        if (!is_new) {
            throw Failure(ExitCode::kUsage,
                          place->second + " and " + input + " would both be written to " + file.output);
        }
        plan.push_back(file);
    }
    return plan;
}

void check_output(const std::string& path, bool overwrite, bool folder_is_created) {
    if (path == "-") return;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status)) {
        if (!fs::is_regular_file(status)) {
            throw Failure(ExitCode::kUsage, "the output " + path + " is not a regular file");
        }
        if (!overwrite) {
            throw Failure(ExitCode::kUsage, "the output " + path + " exists already; --overwrite replaces it");
        }
    }
    const fs::path folder = folder_of(path);
    if (!fs::exists(folder, error) && folder_is_created) return;
    if (!fs::is_directory(folder, error)) {
        throw Failure(ExitCode::kSomeFailed, "the output's folder " + folder.string() + " does not exist");
    }
    if (access(folder.c_str(), W_OK | X_OK) != 0) {
        throw Failure(ExitCode::kSomeFailed,
                      "the output's folder " + folder.string() + " cannot be written to: " + std::strerror(errno));
    }
}

void create_folder_of(const std::string& path) {
    std::error_code error;
    fs::create_directories(folder_of(path), error);
    if (error) {
        throw Failure(ExitCode::kSomeFailed,
                      "the folder " + folder_of(path).string() + " cannot be created: " + error.message());
    }
}

bool same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    return canonical_name(a) == canonical_name(b) || fs::equivalent(a, b, error);
}

SampleType stored_type(Format format, SampleType type) {
    switch (format) {
        case Format::kJpeg:
            return SampleType::kUint8;
        case Format::kPng:
        case Format::kPnm:
            return type == SampleType::kFloat32 ? SampleType::kUint16 : type;
        case Format::kTiff:
            return type;
        case Format::kPfm:
            return SampleType::kFloat32;
    }
    return type;
}

}  // namespace twofold::apps

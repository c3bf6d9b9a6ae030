// Where results go.
#ifndef TWOFOLD_APPS_COMMON_OUTPUTS_H
#define TWOFOLD_APPS_COMMON_OUTPUTS_H

#include <optional>
#include <string>
#include <vector>

#include "apps/common/inputs.h"
#include "platform/image_io/image_io.h"

namespace twofold::apps {

struct PlannedFile {
    std::string input;
    std::string output;
    bool into_folder = false;                // the output's name comes from the input's
    std::optional<image_io::Format> format;  // nothing: the input's own
};

// Decides every output's name before any work starts. OUT is a folder when it is one, when it ends in '/' and when
// there are several inputs or a folder among them; outputs then keep their input's name (with another extension if
// `format` is given). Otherwise OUT's extension decides the format unless `format` does. Throws a Failure when two
// inputs would end in the same file, when an image would go to a terminal, and for the extension of a format that is
// not written.
std::vector<PlannedFile> plan_outputs(const InputList& inputs, const std::string& out,
                                      std::optional<image_io::Format> format);

// Throws a Failure when `path` ("-" is always fine) exists and `overwrite` is not set, is no regular file, or when its
// folder is missing or closed: better now than after the work. Of outputs into a folder, the folder is created later.
void check_output(const std::string& path, bool overwrite, bool folder_is_created);
// Create the folder that `path` lies in.
void create_folder_of(const std::string& path);

// The same existing file, whatever its names.
bool same_file(const std::string& a, const std::string& b);

// The sample type that `format` stores for samples of type `type`.
image_io::SampleType stored_type(image_io::Format format, image_io::SampleType type);

}  // namespace twofold::apps

#endif

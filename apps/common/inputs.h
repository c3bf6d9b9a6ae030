// From the arguments of the command to the files to work on.
#ifndef TWOFOLD_APPS_COMMON_INPUTS_H
#define TWOFOLD_APPS_COMMON_INPUTS_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace twofold::apps {

struct InputList {
    std::vector<std::string> files;    // in the order of the arguments; those of a folder sorted by name
    std::vector<std::string> skipped;  // files in folders that are no image
    bool from_folder = false;          // at least one argument was a folder
};

// A folder stands for its files that are images by content, without hidden files and without subfolders. Throws a
// Failure for a folder that cannot be read or holds no image, for an empty name, and when
// standard input is named twice.
InputList expand_inputs(const std::vector<std::string>& arguments);

// The whole of a file that holds weights or a checkpoint. Throws a Failure when it cannot be read, is empty or is
// larger than any of those.
std::vector<std::uint8_t> read_weights_file(const std::string& path);

}  // namespace twofold::apps

#endif

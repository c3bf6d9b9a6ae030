// Real images, from the folder that the environment variable TWOFOLD_TEST_DATA names.
#ifndef TWOFOLD_TESTS_SUPPORT_DATA_FOLDER_H
#define TWOFOLD_TESTS_SUPPORT_DATA_FOLDER_H

#include <cstdlib>
#include <filesystem>

#include "tests/support/catch.h"

namespace twofold::test {

// Empty if there is no such folder; the message is what CTest looks for to report the test as skipped.
inline std::filesystem::path data_folder(const char* name) {
    const char* root = std::getenv("TWOFOLD_TEST_DATA");
    if (root == nullptr) {
        WARN("TWOFOLD_TEST_DATA is not set");
        return {};
    }
    const std::filesystem::path folder = std::filesystem::path(root) / name;
    REQUIRE(std::filesystem::is_directory(folder));
    return folder;
}

}  // namespace twofold::test

#endif

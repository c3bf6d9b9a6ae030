#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kQuick = {"--steps", "2"};

Ran denoise(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "denoise");
    arguments.insert(arguments.end(), kQuick.begin(), kQuick.end());
    return run(arguments);
}

}  // namespace

TEST_CASE("unreadable input is exit code 3 and leaves nothing") {
    const Folder folder;
    const std::string png = encoded(picture(32, 32), Format::kPng);
    write_file(folder / "empty.png", "");
    write_file(folder / "text.png", "this is no image");
    write_file(folder / "cut.png", png.substr(0, png.size() / 2));
    fs::create_directory(folder / "hollow");
    const std::vector<std::string> before = folder.names();
    for (const char* name : {"missing.png", "empty.png", "text.png", "cut.png", "hollow"}) {
        const Ran ran = denoise({folder / name, "-o", folder / "out.png"});
        INFO(name << ": " << ran.err);
        CHECK(ran.code == 3);
        CHECK(ran.err.find(name) != std::string::npos);
        CHECK(folder.names() == before);
    }
}

TEST_CASE("one bad file does not stop the rest") {
    const Folder folder;
    save(folder / "a.png", picture(32, 32), Format::kPng);
    write_file(folder / "b.png", "broken");
    save(folder / "c.jpg", picture(32, 32), Format::kJpeg);
    const Ran ran = denoise({folder / "a.png", folder / "b.png", folder / "c.jpg", "-o", folder / "new/out", "--json"});
    CHECK(ran.code == 1);
    CHECK(exists(folder / "new/out/a.png"));
    CHECK_FALSE(exists(folder / "new/out/b.png"));
    CHECK(read_image(folder / "new/out/c.jpg").format == Format::kJpeg);
    const auto files = nlohmann::json::parse(ran.out).at("files");
    REQUIRE(files.size() == 3);
    CHECK(files[0].at("status") == "ok");
    CHECK(files[1].at("status") == "failed");
    CHECK(files[1].at("error").get<std::string>().size() > 5);
    CHECK(files[2].at("status") == "ok");

    CHECK(denoise({folder / "b.png", folder / "missing", "-o", folder / "none/"}).code == 3);
    CHECK_FALSE(exists(folder / "none"));
}

TEST_CASE("a folder stands for its images") {
    const Folder folder;
    fs::create_directories(folder / "in/sub");
    save(folder / "in/b.png", picture(20, 20), Format::kPng);
    save(folder / "in/a.dat", picture(20, 20), Format::kPng);  // by content, not by name
    save(folder / "in/.hidden.png", picture(20, 20), Format::kPng);
    save(folder / "in/sub/c.png", picture(20, 20), Format::kPng);
    write_file(folder / "in/notes.txt", "no image");
    const Ran ran = denoise({folder / "in", "-o", folder / "out", "--verbose"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(ran.err.find("notes.txt: skipped") != std::string::npos);
    CHECK(exists(folder / "out/a.dat"));
    CHECK(exists(folder / "out/b.png"));
    CHECK(std::distance(fs::directory_iterator(folder / "out"), fs::directory_iterator()) == 2);

    REQUIRE(denoise({folder / "in", "-o", folder / "tiff/", "--format", "tiff"}).code == 0);
    CHECK(read_image(folder / "tiff/a.tif").format == Format::kTiff);
    CHECK(read_image(folder / "tiff/b.tif").format == Format::kTiff);
}

TEST_CASE("two inputs never share an output") {
    const Folder folder;
    fs::create_directories(folder / "x");
    fs::create_directories(folder / "y");
    save(folder / "x/a.png", picture(20, 20), Format::kPng);
    save(folder / "y/a.png", picture(20, 20), Format::kPng);
    const Ran ran = denoise({folder / "x/a.png", folder / "y/a.png", "-o", folder / "out"});
    CHECK(ran.code == 2);
    CHECK_FALSE(exists(folder / "out"));
    write_file(folder / "file", "");
    CHECK(denoise({folder / "x/a.png", folder / "y", "-o", folder / "file"}).code == 2);
}

TEST_CASE("an existing file is replaced only when asked") {
    const Folder folder;
    save(folder / "a.png", picture(20, 20), Format::kPng);
    write_file(folder / "out.png", "precious");
    const Ran refused = denoise({folder / "a.png", "-o", folder / "out.png"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("--overwrite") != std::string::npos);
    CHECK(read_file(folder / "out.png") == "precious");
    CHECK(denoise({folder / "a.png", "-o", folder / "out.png", "--overwrite"}).code == 0);
    CHECK(read_image(folder / "out.png").width == 20);

    const std::string before = read_file(folder / "a.png");
    CHECK(denoise({folder / "a.png", "-o", folder / "a.png"}).code == 2);
    CHECK(denoise({folder / "a.png", "-o", folder.path()}).code == 2);
    const bool untouched = read_file(folder / "a.png") == before;
    CHECK(untouched);
    CHECK(denoise({folder / "a.png", "-o", folder / "a.png", "--overwrite"}).code == 0);
    const bool replaced = read_file(folder / "a.png") != before;
    CHECK(replaced);
    CHECK(folder.names() == std::vector<std::string>{"a.png", "out.png"});
}

TEST_CASE("an output that cannot be written is exit code 1") {
    const Folder folder;
    save(folder / "a.png", picture(20, 20), Format::kPng);
    CHECK(denoise({folder / "a.png", "-o", folder / "missing/out.png"}).code == 1);
    CHECK(denoise({folder / "a.png", "-o", folder / "a.png/out.png"}).code == 1);
    CHECK(denoise({folder / "a.png", "-o", "/dev/null", "--overwrite"}).code == 2);
    const Ran full = run_program(
        {"/bin/sh", "-c", "exec '" TWOFOLD_COMMAND "' denoise '" + folder / "a.png" + "' -o - --steps 2 > /dev/full"});
    CHECK(full.code == 1);
}

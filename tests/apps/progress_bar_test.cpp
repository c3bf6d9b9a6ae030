#include "apps/common/progress_bar.h"

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"

using namespace twofold::tests;
using namespace twofold::image_io;
using twofold::apps::progress_line;

TEST_CASE("the line fits any terminal") {
    const std::string title = "[1/2] a-rather-long-name-of-a-ph\xC3\xB6to-that-does-not-fit.jpg";
    for (int columns = 0; columns < 200; ++columns) {
        const std::string line = progress_line(title, "training", 0.456, 75, columns);
        INFO(columns << ": " << line);
        CHECK(static_cast<int>(line.size()) <= std::max(columns - 1, 0));
        if (columns > 5) CHECK(line.find("45%") != std::string::npos);
    }
    CHECK(progress_line("a.png", "training", 0.5, 75, 80) == "a.png training [##########----------]  50% 1:15 left");
    CHECK(progress_line("", "reading", 0, -1, 80) == "reading [--------------------]   0%");
    CHECK(progress_line("", "applying", 7, 0, 80) == "applying [####################] 100% 0:00 left");
}

TEST_CASE("a terminal shows progress and is left clean", "[slow]") {
    const Folder folder;
    save(folder / "in.png", picture(64, 64), Format::kPng);
    const std::string in = folder / "in.png";
    const Ran wide =
        run_on_terminal({"denoise", in, "-o", folder / "a.png", "--deadline", "400ms", "--steps", "9999"}, 200);
    CHECK(wide.code == 0);
    CHECK(wide.out.find("in.png training [") != std::string::npos);
    CHECK(wide.out.find("left") != std::string::npos);
    const std::string cleared = "\r\033[K";
    REQUIRE(wide.out.size() > cleared.size());
    CHECK(wide.out.substr(wide.out.size() - cleared.size()) == cleared);

    const Ran narrow = run_on_terminal({"denoise", in, "-o", folder / "b.png", "--steps", "5"}, 12);
    CHECK(narrow.code == 0);
    CHECK(narrow.out.find('[' + std::string(1, '#')) == std::string::npos);
    CHECK(run_on_terminal({"denoise", in, "-o", folder / "c.png", "--steps", "5", "--quiet"}, 80).out.empty());
}

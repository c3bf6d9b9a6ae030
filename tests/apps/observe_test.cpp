// --trace, --truth, --report and --compare-with.
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <regex>
#include <sstream>
#include <tuple>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"
#include "twofold/twofold.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

using Words = std::vector<std::string>;

// A folder with a noisy image, its truth and images that are not its truth.
struct Scene {
    Folder folder;
    Scene() {
        save(folder / "noisy.png", picture(48, 40), Format::kPng);
        save(folder / "clean.png", picture(48, 40, 3, SampleType::kUint8, false), Format::kPng);
    }
    Ran denoise(const Words& more, const std::string& input = "noisy.png") const {
        Words words = {"denoise", folder / input, "-o", folder / "out.png", "--quiet", "--threads", "2"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    Ran dip(const Words& more, const std::string& input = "noisy.png") const {
        Words words = {"--method", "dip", "--steps", "12"};
        words.insert(words.end(), more.begin(), more.end());
        return denoise(words, input);
    }
    // Neither an output nor a part of one.
    bool untouched() const {
        for (const std::string& name : folder.names()) {
            if (name == "out.png" || name == "trace" || name == "page.html" || name.front() == '.') return false;
        }
        return true;
    }
};

std::vector<Words> rows_of(const std::string& csv) {
    std::vector<Words> rows;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) {
        rows.emplace_back();
        std::istringstream cells(line + ",");
        for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    return rows;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

// What the page's table says in the first column of values.
std::string fact(const std::string& page, const std::string& name) {
    std::smatch found;
    const std::regex row("<th scope=\"row\">" + name + "</th><td>([^<]*)</td>");
    return std::regex_search(page, found, row) ? found[1].str() : "";
}

}  // namespace

TEST_CASE("a trace holds curve and snapshots", "[slow]") {
    const Scene scene;
    const std::string trace = scene.folder / "trace";
    const Ran ran = scene.dip(
        {"--trace", trace, "--truth", scene.folder / "clean.png", "--trace-every", "5", "--snapshots", "3,7"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(ran.err.empty());
    const auto rows = rows_of(read_file(trace + "/curve.csv"));
    REQUIRE(rows.size() == 7);
    CHECK(rows[0] == Words{"step", "loss", "psnr_noisy", "psnr_average_noisy", "psnr_true", "psnr_average_true"});
    Words steps;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        steps.push_back(rows[i][0]);
        REQUIRE(rows[i].size() == 6);
        for (std::size_t c = 1; c < 6; ++c) CHECK(std::stod(rows[i][c]) > 0);
    }
    CHECK(steps == Words{"0", "3", "5", "7", "10", "11"});
    CHECK(std::stod(rows.back()[1]) < std::stod(rows[1][1]));
    CHECK(std::stod(rows.back()[4]) > std::stod(rows[1][4]));
    for (const char* step : {"3", "7", "11"}) {
        // A snapshot is the output whose PSNR the curve states, but for rounding to 8 bits: that moves no sample, and
        // so no root mean square, by more than half a level, or a little more as printed. Where the output is nearly
        // constant it moves all alike.
        const std::string name = trace + "/step_" + std::string(6 - std::string(step).size(), '0') + step + ".png";
        const Ran compared = run({"compare", name, scene.folder / "clean.png"});
        REQUIRE(compared.code == 0);
        std::smatch overall;
        REQUIRE(std::regex_search(compared.out, overall, std::regex("overall +([0-9.]+)")));
        const auto error = [](const std::string& psnr) { return std::pow(10, -std::stod(psnr) / 20); };
        for (const Words& row : rows) {
            if (row[0] == step) CHECK(error(row[4]) == Approx(error(overall[1].str())).margin(0.55 / 255));
        }
    }
}

TEST_CASE("watching does not change the result", "[slow]") {
    const Scene scene;
    REQUIRE(scene.dip({}).code == 0);
    const std::string alone = read_file(scene.folder / "out.png");
    REQUIRE(scene
                .dip({"--overwrite", "--trace", scene.folder / "trace", "--report", scene.folder / "page.html",
                      "--compare-with", "tv"})
                .code == 0);
    CHECK(read_file(scene.folder / "out.png") == alone);
    // Nor does it for float samples, whose white is then taken to be 1.
    save(scene.folder / "float.pfm", picture(48, 40, 3, SampleType::kFloat32), Format::kPfm);
    const auto denoise = [&](const Words& more) {
        Words words = {"denoise",    scene.folder / "float.pfm", "-o", scene.folder / "out.pfm", "--steps", "20",
                       "--overwrite"};
        words.insert(words.end(), more.begin(), more.end());
        REQUIRE(run(words).code == 0);
        return read_file(scene.folder / "out.pfm");
    };
    CHECK(denoise({}) == denoise({"--report", scene.folder / "float.html"}));
}

TEST_CASE("a report shows several methods", "[slow]") {
    const Scene scene;
    const Ran ran = scene.dip(
        {"--report", scene.folder / "page.html", "--truth", scene.folder / "clean.png", "--compare-with", "zsn2n,tv"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK_FALSE(exists(scene.folder / "trace"));
    const std::string page = read_file(scene.folder / "page.html");
    CHECK(count(page, "data-kind=\"result\"") == 3);
    CHECK(count(page, "data-kind=\"structure\"") == 3);
    CHECK(count(page, "detail lost") == 1);
    CHECK(count(page, "PSNR, estimated") == 1);
    CHECK(page.find("<th scope=\"col\">dip</th><th scope=\"col\">zsn2n</th><th scope=\"col\">tv</th>") !=
          std::string::npos);
    CHECK(page.find("<title>noisy.png</title>") != std::string::npos);
    CHECK(page.find("data-kind=\"truth\"") != std::string::npos);
    CHECK(count(page, "\"steps\":[0,1,2,") == 1);
    CHECK(count(page, "\"steps\":[]") == 2);
    // The method's PSNR is that of the file it wrote.
    const Ran compared = run({"compare", scene.folder / "out.png", scene.folder / "clean.png"});
    std::smatch overall;
    REQUIRE(std::regex_search(compared.out, overall, std::regex("overall +([0-9.]+)")));
    CHECK(std::fabs(std::stod(fact(page, "PSNR to the truth")) - std::stod(overall[1].str())) < 0.006);
    CHECK(fact(page, "steps") == "12 of 12");
}

TEST_CASE("a report works for every method, with and without training", "[slow]") {
    const Scene scene;
    for (const char* method : {"zsn2n", "tv", "two-stage"}) {
        INFO(method);
        REQUIRE(
            scene.denoise({"--method", method, "--steps", "10", "--overwrite", "--report", scene.folder / "page.html"})
                .code == 0);
        const std::string page = read_file(scene.folder / "page.html");
        const bool curves = page.find("\"plots-title\" hidden") == std::string::npos;
        CHECK(curves == (method == std::string("two-stage")));
        CHECK(std::stod(fact(page, "PSNR to the input")) > 5);
    }
    REQUIRE(scene.denoise({"--steps", "5", "--overwrite", "--save-weights", scene.folder / "weights"}).code == 0);
    REQUIRE(
        scene.denoise({"--weights", scene.folder / "weights", "--overwrite", "--report", scene.folder / "page.html"})
            .code == 0);
    CHECK(fact(read_file(scene.folder / "page.html"), "stopped by") == "weights");
}

TEST_CASE("several inputs leave a trace each", "[slow]") {
    const Scene scene;
    save(scene.folder / "grey.png", picture(40, 40, 1), Format::kPng);
    const Ran ran = run({"denoise", scene.folder / "noisy.png", scene.folder / "grey.png", "-o", scene.folder / "outs",
                         "--method", "dip", "--steps", "3", "--trace", scene.folder / "trace"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    for (const char* name : {"noisy.png", "grey.png"}) CHECK(exists(scene.folder / "trace/" + name + "/curve.csv"));
    const Image snapshot = read_image(scene.folder / "trace/grey.png/step_000002.png");
    CHECK(snapshot.channels == 1);
}

TEST_CASE("the truth may be turned and of other samples, and must have the input's shape", "[slow]") {
    const Scene scene;
    Image clean = picture(48, 40, 3, SampleType::kUint8, false);
    // Stored a quarter turn away, with a note that says so: the same picture upright.
    clean.metadata.orientation = 8;
    make_upright(&clean);
    clean.metadata.orientation = 6;
    Image turned = convert_samples(clean, SampleType::kUint16);
    save(scene.folder / "turned.tif", turned, Format::kTiff);
    REQUIRE(scene.dip({"--trace", scene.folder / "a", "--truth", scene.folder / "clean.png"}).code == 0);
    const Ran ran = scene.dip({"--trace", scene.folder / "b", "--truth", scene.folder / "turned.tif", "--overwrite"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    CHECK(read_file(scene.folder / "a/curve.csv") == read_file(scene.folder / "b/curve.csv"));

    save(scene.folder / "small.png", picture(48, 39), Format::kPng);
    save(scene.folder / "grey.png", picture(48, 40, 1), Format::kPng);
    const Words page = {"--overwrite", "--report", scene.folder / "page.html", "--truth"};
    for (const auto& [truth, code, sentence] : std::vector<std::tuple<std::string, int, std::string>>{
             {"small.png", 2, "it is 48x39 colour, and the input 48x40 colour"},
             {"grey.png", 2, "it is 48x40 grey, and the input 48x40 colour"},
             {"missing.png", 3, "missing.png"}}) {
        Words words = page;
        words.push_back(scene.folder / truth);
        const Ran refused = scene.denoise(words);
        CHECK(refused.code == code);
        INFO(refused.err);
        CHECK(refused.err.find(sentence) != std::string::npos);
        CHECK_FALSE(exists(scene.folder / "page.html"));
    }
}

TEST_CASE("float images of another white have to say so") {
    const Scene scene;
    Image bright = picture(32, 32, 3, SampleType::kFloat32);
    auto* samples = reinterpret_cast<float*>(bright.pixels.data());
    for (std::size_t i = 0; i < bright.pixels.size() / sizeof(float); ++i) samples[i] *= 255;
    save(scene.folder / "bright.pfm", bright, Format::kPfm);
    const Ran refused = scene.denoise({"--report", scene.folder / "page.html", "--steps", "3"}, "bright.pfm");
    CHECK(refused.code == 2);
    CHECK(refused.err.find("--white says what is") != std::string::npos);
    CHECK(scene.untouched());
    const Words words = {"--report", scene.folder / "page.html",  "--white",  "255",
                         "--truth",  scene.folder / "bright.pfm", "--method", "tv"};
    const Ran ran = scene.denoise(words, "bright.pfm");
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    const std::string page = read_file(scene.folder / "page.html");
    // The truth is the input here, on whatever scale: the two distances are one.
    CHECK(fact(page, "PSNR to the truth") == fact(page, "PSNR to the input"));
    CHECK(std::stod(fact(page, "PSNR to the input")) > 10);
}

TEST_CASE("options that make no sense are refused before any work") {
    const Scene scene;
    const std::string trace = scene.folder / "trace", page = scene.folder / "page.html";
    const std::string truth = scene.folder / "clean.png";
    const std::vector<std::pair<Words, std::string>> refusals = {
        {{"--trace", trace}, "zsn2n shows no steps; --trace, --trace-every and --snapshots are for dip and two-stage"},
        {{"--trace", trace, "--method", "tv"}, "tv shows no steps"},
        {{"--report", page, "--snapshots", "3"}, "shows no steps"},
        {{"--truth", truth}, "belong to --trace or --report"},
        {{"--snapshots", "3"}, "belong to --trace or --report"},
        {{"--trace-every", "3"}, "belong to --trace or --report"},
        {{"--compare-with", "tv"}, "--compare-with belongs to --report"},
        {{"--report", page, "--compare-with", "zsn2n"}, "names the method itself"},
        {{"--report", page, "--compare-with", "tv,tv"}, "names a method twice"},
        {{"--report", page, "--compare-with", "magic"}, "magic"},
        {{"--report", page, "--snapshots", "3,x"}, "--snapshots"},
        {{"--report", "-"}, "standard output"},
        {{"--report", ""}, "empty"},
        {{"--report", scene.folder / "noisy.png", "--overwrite"}, "names one of the images"},
        {{"--report", scene.folder / "out.png"}, "names one of the images"},
        {{"--report", truth, "--truth", truth, "--overwrite"}, "names one of the images"},
        {{"--report", scene.folder / "missing/page.html"}, "does not exist"},
        {{}, "single input"},
    };
    for (const auto& [words, sentence] : refusals) {
        const Ran ran =
            sentence == "single input"
                ? run({"denoise", scene.folder / "noisy.png", truth, "-o", scene.folder / "outs", "--report", page})
                : scene.denoise(words);
        INFO(sentence << ": " << ran.err);
        CHECK(ran.code == (sentence == "does not exist" ? 1 : 2));
        CHECK(ran.err.find(sentence) != std::string::npos);
        CHECK(scene.untouched());
        CHECK(read_file(truth) == encoded(picture(48, 40, 3, SampleType::kUint8, false), Format::kPng));
    }
}

TEST_CASE("traces and reports that exist are kept unless they may be replaced", "[slow]") {
    const Scene scene;
    const std::string trace = scene.folder / "trace", page = scene.folder / "page.html";
    write_file(page, "mine");
    Ran ran = scene.dip({"--report", page});
    CHECK(ran.code == 2);
    CHECK(ran.err.find("--overwrite") != std::string::npos);
    CHECK(read_file(page) == "mine");
    CHECK_FALSE(exists(scene.folder / "out.png"));
    REQUIRE(scene.dip({"--report", page, "--trace", trace, "--overwrite"}).code == 0);
    CHECK(read_file(page).size() > 10000);
    write_file(trace + "/curve.csv", "old");
    unlink((scene.folder / "out.png").c_str());
    ran = scene.dip({"--trace", trace});
    CHECK(ran.code == 2);
    CHECK(ran.err.find("--overwrite") != std::string::npos);
    CHECK(read_file(trace + "/curve.csv") == "old");
    CHECK_FALSE(exists(scene.folder / "out.png"));
    REQUIRE(scene.dip({"--trace", trace, "--overwrite"}).code == 0);
    CHECK(read_file(trace + "/curve.csv").size() > 100);
}

TEST_CASE("the recipe of the paper can be compared with the prior, which has none") {
    if (std::string(twofold_query_string(TWOFOLD_QUERY_METHODS)).find("prior") == std::string::npos) return;
    const Scene scene;
    const Ran ran = run({"denoise", scene.folder / "noisy.png", "-o", scene.folder / "out.png", "--recipe", "paper",
                         "--steps", "2", "--report", scene.folder / "page.html", "--compare-with", "prior"});
    INFO(ran.err);
    CHECK(ran.code == 0);
    CHECK(exists(scene.folder / "page.html"));
}

TEST_CASE("a signal leaves neither trace nor report", "[slow]") {
    const Scene scene;
    for (const int milliseconds : {100, 700}) {
        const Running running({"denoise", scene.folder / "noisy.png", "-o", scene.folder / "out.png", "--method", "dip",
                               "--steps", "100000", "--trace", scene.folder / "trace/deep", "--report",
                               scene.folder / "page.html", "--compare-with", "zsn2n"});
        usleep(static_cast<useconds_t>(milliseconds) * 1000);
        running.send(SIGINT);
        const Ran ran = running.wait();
        CHECK(ran.code == 130);
        CHECK(ran.seconds < kPatience);
        CHECK(scene.folder.names() == Words{"clean.png", "noisy.png"});
    }
}

TEST_CASE("what is kept for a report counts as memory", "[slow]") {
    const Scene scene;
    save(scene.folder / "large.ppm", picture(1000, 800), Format::kPnm);
    const auto denoise = [&](const std::string& limit, const Words& more) {
        Words words = {"--method", "tv", "--steps", "1", "--overwrite", "--max-memory", limit};
        words.insert(words.end(), more.begin(), more.end());
        return scene.denoise(words, "large.ppm").code;
    };
    // 2.4 MB of pixels, and 12 MB that are kept of them.
    CHECK(denoise("9M", {"--report", scene.folder / "page.html"}) == 4);
    CHECK(denoise("1G", {"--report", scene.folder / "page.html"}) == 0);
}

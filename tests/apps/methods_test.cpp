// `denoise` by the other methods: that they work, say what they did, and refuse options that are not theirs.
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/apps/synthetic.h"
#include "tests/support/catch.h"
#include "twofold/twofold.h"

using namespace twofold::tests;
using namespace twofold::image_io;

namespace {

double mean_square_difference(const Image& a, const Image& b) {
    REQUIRE(a.pixels.size() == b.pixels.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) {
        const double difference = static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i]);
        sum += difference * difference;
    }
    return sum / static_cast<double>(a.pixels.size());
}

// Mean square error after a training that begins with `start`; the last of the options is the number of its steps.
double error_begun_with(const std::string& start, const std::vector<std::string>& options) {
    const Folder folder;
    const Image clean = picture(160, 128, 3, SampleType::kUint8, false), noisy = picture(160, 128);
    save(folder / "in.png", noisy, Format::kPng);
    std::vector<std::string> words = {
        "denoise", folder / "in.png", "-o", folder / "out.png", "--start", start, "--refine", "off", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const Ran ran = run(words);
    INFO(start << ran.err);
    REQUIRE(ran.code == 0);
    const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
    CHECK(file.at("steps") == std::stoi(options.back()));
    CHECK(file.contains("started") == (start == "prior"));
    if (start == "prior") CHECK(file.at("started") == true);
    return mean_square_difference(read_image(folder / "out.png"), clean);
}

}  // namespace

TEST_CASE("a picture with no noise or little of it is not harmed") {
    const Folder folder;
    const std::string clean = TWOFOLD_SAMPLES_FOLDER "/scene_clean.png";
    const auto psnr = [&](const std::string& path) {
        const auto compared = nlohmann::json::parse(run({"compare", clean, path, "--json"}).out);
        return compared.at("psnr").is_null() ? 100 : compared.at("psnr").get<double>();
    };
    // 66 and 46 dB were seen, and 42 before.
    struct Floor {
        const char* sigma;
        double psnr;
    };
    for (const Floor floor : {Floor{"0", 55}, {"2", 45}}) {
        REQUIRE(run({"noise", clean, "-o", folder / "in.png", "--gaussian", floor.sigma, "--overwrite"}).code == 0);
        REQUIRE(run({"denoise", folder / "in.png", "-o", folder / "out.png", "--overwrite"}).code == 0);
        INFO("sigma " << floor.sigma << ": " << psnr(folder / "in.png") << " dB before");
        CHECK(psnr(folder / "out.png") > floor.psnr);
    }
}

TEST_CASE("total variation at once removes noise and reports lambda and gap") {
    const Folder folder;
    const Image clean = picture(160, 128, 3, SampleType::kUint8, false), noisy = picture(160, 128);
    save(folder / "in.png", noisy, Format::kPng);
    for (const char* kind : {"isotropic", "anisotropic"}) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "tv", "--tv", kind,
                             "--json", "--overwrite"});
        INFO(kind << ran.err);
        REQUIRE(ran.code == 0);
        const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
        CHECK(file.at("method") == "tv");
        CHECK(file.at("stopped") == "converged");
        CHECK(file.at("gap").get<double>() <= 1e-3);
        CHECK(file.at("lambda").get<double>() > 0);
        CHECK(mean_square_difference(read_image(folder / "out.png"), clean) <
              0.5 * mean_square_difference(noisy, clean));
    }
    REQUIRE(run({"denoise", folder / "in.png", "-o", folder / "flat.png", "--method", "tv", "--lambda", "100"}).code ==
            0);
    const Image flat = read_image(folder / "flat.png");
    CHECK(flat.pixels.front() == flat.pixels[flat.pixels.size() - 3]);
}

TEST_CASE("networks fitted to the image come as far as their steps take them", "[slow]") {
    const Folder folder;
    save(folder / "in.png", picture(40, 33), Format::kPng);
    for (const char* method : {"dip", "two-stage"}) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", method, "--steps", "6",
                             "--overwrite", "--json"});
        INFO(method << ran.err);
        REQUIRE(ran.code == 0);
        const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
        CHECK(file.at("method") == method);
        CHECK(file.at("steps") == 6);
        CHECK(file.at("stopped") == "steps");
        CHECK(read_image(folder / "out.png").pixels != read_image(folder / "in.png").pixels);
    }
    CHECK(run({"denoise", folder / "in.png", "-o", folder / "jpeg.png", "--method", "dip", "--preset", "jpeg",
               "--steps", "3", "--stop", "none"})
              .code == 0);
    CHECK(run({"denoise", folder / "in.png", "-o", folder / "stages.png", "--method", "two-stage", "--detail", "blend",
               "--lambda", "0.05", "--tv", "isotropic", "--steps", "6"})
              .code == 0);
}

TEST_CASE("what the noise is like is measured, said and may be told") {
    const Folder folder;
    save(folder / "in.png", picture(40, 33), Format::kPng);
    for (const std::string noise : {"auto", "independent", "correlated"}) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--noise", noise, "--steps", "6",
                             "--refine", "off", "--overwrite", "--json", "--save-weights", folder / "weights"});
        INFO(noise << ran.err);
        REQUIRE(ran.code == 0);
        const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
        CHECK(file.at("noise") == (noise == "auto" ? "independent" : noise));
        // What is learned about either kind of noise can be applied to other images.
        const Ran applied = run({"denoise", folder / "in.png", "-o", folder / "same.png", "--weights",
                                 folder / "weights", "--refine", "off", "--overwrite", "--json"});
        INFO(applied.err);
        REQUIRE(applied.code == 0);
        CHECK_FALSE(nlohmann::json::parse(applied.out).at("files").at(0).contains("noise"));
        CHECK(read_image(folder / "same.png").pixels == read_image(folder / "out.png").pixels);
    }
}

TEST_CASE("the prior takes noise away at once, and more of it with an ensemble") {
    if (std::string(twofold_query_string(TWOFOLD_QUERY_METHODS)).find("prior") == std::string::npos) return;
    const Folder folder;
    for (const int channels : {1, 3, 4}) {
        const Image clean = picture(160, 128, channels, SampleType::kUint8, false), noisy = picture(160, 128, channels);
        save(folder / "in.png", noisy, Format::kPng);
        double last = 0.5 * mean_square_difference(noisy, clean);
        for (const char* recipe : {"fast", "best"}) {
            const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "prior",
                                 "--recipe", recipe, "--refine", "off", "--json", "--overwrite"});
            INFO(channels << recipe << ran.err);
            REQUIRE(ran.code == 0);
            const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
            CHECK(file.at("method") == "prior");
            // Beside it, the best has a network that is trained on colour images.
            const bool trains = std::string(recipe) == "best" && channels > 1;
            CHECK((file.at("steps") > 0) == trains);
            CHECK(file.at("stopped") == (trains ? "steps" : "weights"));
            const double error = mean_square_difference(read_image(folder / "out.png"), clean);
            // From a small and smooth picture like this less is learned than from rendered scenes; how it is with
            // photographs, docs/recipes.md says.
            CHECK(error < (trains ? 1.1 : 1) * last);
            last = error;
        }
        REQUIRE(run({"denoise", folder / "in.png", "-o", folder / "small.png", "--method", "prior", "--prior", "small",
                     "--overwrite", "--refine", "off"})
                    .code == 0);
        CHECK(mean_square_difference(read_image(folder / "small.png"), clean) <
              0.5 * mean_square_difference(noisy, clean));
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "prior", "--adapt",
                             "--json", "--overwrite"});
        REQUIRE(ran.code == 0);
        const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
        CHECK(file.at("steps") == 60);
        CHECK(file.at("adapted").is_boolean());
        CHECK(mean_square_difference(read_image(folder / "out.png"), clean) <
              0.5 * mean_square_difference(noisy, clean));
    }
}

TEST_CASE("the prior can be told whether neighbouring pixels share the noise, and then trains nothing beside it") {
    if (std::string(twofold_query_string(TWOFOLD_QUERY_METHODS)).find("prior") == std::string::npos) return;
    const Folder folder;
    save(folder / "in.png", picture(64, 49, 3), Format::kPng);
    for (const std::string noise : {"independent", "correlated"}) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / (noise + ".png"), "--method", "prior",
                             "--recipe", "best", "--noise", noise, "--json"});
        INFO(noise << ran.err);
        REQUIRE(ran.code == 0);
        const auto file = nlohmann::json::parse(ran.out).at("files").at(0);
        CHECK(file.at("noise") == noise);
        CHECK((file.at("steps") > 0) == (noise == "independent"));
    }
    CHECK(mean_square_difference(read_image(folder / "independent.png"), read_image(folder / "correlated.png")) > 0);
    save(folder / "small.png", picture(23, 40, 3), Format::kPng);
    const Ran ran =
        run({"denoise", folder / "small.png", "-o", folder / "out.png", "--method", "prior", "--noise", "correlated"});
    CHECK(ran.code == 3);
    CHECK(ran.err.find("too small to measure correlated noise") != std::string::npos);
    CHECK_FALSE(exists(folder / "out.png"));
}

TEST_CASE("zsn2n begins with the prior when asked to") {
    if (run({"info"}).out.find("prior") == std::string::npos) return;
    const std::vector<std::string> options = {"--noise", "independent", "--steps", "40"};
    CHECK(error_begun_with("prior", options) < 0.8 * error_begun_with("random", options));
}

TEST_CASE("dip begins with the prior when asked to") {
    if (run({"info"}).out.find("prior") == std::string::npos) return;
    const std::vector<std::string> dip = {"--method", "dip", "--steps", "20"};
    CHECK(error_begun_with("prior", dip) < 0.5 * error_begun_with("random", dip));

    const Folder folder;
    save(folder / "in.png", picture(160, 128), Format::kPng);
    const auto refused = [&](const std::vector<std::string>& options) {
        std::vector<std::string> words = {"denoise", folder / "in.png", "-o", folder / "none.png", "--method", "dip"};
        words.insert(words.end(), options.begin(), options.end());
        const Ran ran = run(words);
        INFO(ran.err);
        CHECK(ran.code == 2);
        CHECK_FALSE(exists(folder / "none.png"));
        return ran.err;
    };
    CHECK(refused({"--start", "prior", "--preset", "jpeg"}).find("independent noise") != std::string::npos);
    CHECK(refused({"--start", "prior", "--recipe", "best"}).find("recipe fast") != std::string::npos);
    CHECK(refused({"--prior", "small"}).find("--start prior") != std::string::npos);
    CHECK(refused({"--weights", folder / "in.png"}).find("--start prior") != std::string::npos);
    CHECK(refused({"--start", "prior", "--save-weights", folder / "w"}).find("zsn2n and prior") != std::string::npos);
}

TEST_CASE("results are refined unless told otherwise") {
    const Folder folder;
    const Image clean = picture(96, 80, 3, SampleType::kUint8, false);
    save(folder / "in.png", picture(96, 80), Format::kPng);
    const auto denoise = [&](const std::string& refine) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--refine", refine, "--steps",
                             "60", "--json", "--overwrite"});
        INFO(refine << ran.err);
        REQUIRE(ran.code == 0);
        CHECK(nlohmann::json::parse(ran.out).at("files").at(0).at("refinements") == (refine == "off" ? 0 : 3));
        return read_image(folder / "out.png");
    };
    const Image usual = denoise("auto"), on = denoise("on"), off = denoise("off");
    CHECK(usual.pixels == on.pixels);
    CHECK(mean_square_difference(on, clean) < 0.9 * mean_square_difference(off, clean));
}

TEST_CASE("rows that stand out are levelled unless they are to be kept") {
    const Folder folder;
    Image lined = picture(160, 128);
    for (std::int64_t y = 0; y < 128; ++y)
        for (std::int64_t i = 0; i < 160 * 3; ++i) {
            std::uint8_t& sample = lined.pixels[static_cast<std::size_t>(y * 160 * 3 + i)];
            sample = static_cast<std::uint8_t>(std::clamp(sample + static_cast<int>(y * y * 7 % 61) - 30, 0, 255));
        }
    save(folder / "in.png", lined, Format::kPng);
    for (const std::string lines : {"auto", "keep"}) {
        const Ran ran = run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "tv", "--lines", lines,
                             "--json", "--overwrite"});
        INFO(lines << ran.err);
        REQUIRE(ran.code == 0);
        CHECK(nlohmann::json::parse(ran.out).at("files").at(0).contains("row_noise") == (lines == "auto"));
    }
}

TEST_CASE("options of another method are refused") {
    const Folder folder;
    save(folder / "in.png", picture(40, 33), Format::kPng);
    const std::vector<std::vector<std::string>> wrong = {
        {"--lambda", "0.1"},
        {"--noise", "white"},
        {"--noise", "correlated", "--recipe", "paper"},
        {"--noise", "correlated", "--method", "dip"},
        {"--refine", "on", "--method", "tv"},
        {"--refine", "on", "--method", "dip", "--preset", "jpeg"},
        {"--refine", "twice"},
        {"--lines", "level"},
        {"--tv", "isotropic"},
        {"--method", "tv", "--preset", "jpeg"},
        {"--method", "dip", "--detail", "noisy"},
        {"--method", "tv", "--stop", "noise"},
        {"--method", "tv", "--lambda", "nan"},
        {"--method", "tv", "--lambda", "-1"},
        {"--method", "dip", "--kernels", "ref", "--steps", "x"},
        {"--method", "tv", "--kernels", "simd"},
        {"--method", "tv", "--recipe", "best"},
        {"--method", "dip", "--save-weights", folder / "weights"},
        {"--method", "two-stage", "--detail", "stage1", "--stop", "noise"},
        {"--adapt"},
        {"--prior", "small"},
        {"--method", "prior", "--prior", "tiny"},
        {"--method", "prior", "--prior", "small", "--weights", folder / "in.png"},
        {"--start", "prior", "--method", "prior"},
        {"--start", "prior", "--recipe", "best"},
        {"--start", "now"},
        {"--method", "tv", "--adapt"},
        {"--method", "prior", "--steps", "5"},
        {"--method", "prior", "--recipe", "paper"},
        {"--method", "prior", "--lambda", "0.1"},
        {"--method", "bm3d"}};
    for (const auto& words : wrong) {
        std::vector<std::string> arguments = {"denoise", folder / "in.png", "-o", folder / "out.png"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        const Ran ran = run(arguments);
        INFO(words.back());
        CHECK(ran.code == 2);
        CHECK(ran.err.find("twofold: ") == 0);
    }
    CHECK_FALSE(exists(folder / "out.png"));
    // Weights are of ZS-N2N and the prior.
    write_file(folder / "weights", "x");
    CHECK(
        run({"denoise", folder / "in.png", "-o", folder / "out.png", "--method", "tv", "--weights", folder / "weights"})
            .code == 2);
    CHECK_FALSE(exists(folder / "out.png"));
}

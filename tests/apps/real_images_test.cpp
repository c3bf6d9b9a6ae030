// What the weights that are part of the library do to photographs.
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/support/data_folder.h"

using namespace twofold::tests;

namespace {

// Mean PSNR, noisy and denoised, of two photographs of Kodak with noise of sigma `level`.
struct Quality {
    double noisy, denoised;
};

Quality evaluate(const std::filesystem::path& kodak, const std::string& level,
                 const std::vector<std::string>& options) {
    std::vector<std::string> words = {"evaluate", "--json", "--crop", "192", "--gaussian", level};
    for (const char* name : {"05", "23"}) words.push_back((kodak / ("kodim" + std::string(name) + ".png")).string());
    words.insert(words.end(), options.begin(), options.end());
    const Ran ran = run(words);
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    const auto mean = nlohmann::json::parse(ran.out).at("mean");
    return {mean.at("psnr_noisy"), mean.at("psnr")};
}

}  // namespace

TEST_CASE("the weights inside denoise photographs", "[slow]") {
    const std::filesystem::path kodak = twofold::test::data_folder("kodak");
    if (kodak.empty()) return;
    if (run({"info"}).out.find("prior") == std::string::npos) return;
    for (const char* level : {"10", "25", "50"}) {
        INFO("sigma " << level);
        const Quality trained = evaluate(kodak, level, {}), started = evaluate(kodak, level, {"--start", "prior"}),
                      prior = evaluate(kodak, level, {"--method", "prior"});
        CAPTURE(trained.noisy, trained.denoised, started.denoised, prior.denoised);
        CHECK(prior.denoised > prior.noisy + 7);
        CHECK(started.denoised > trained.denoised - 0.1);
        CHECK(prior.denoised > trained.denoised - 0.4);
    }
}

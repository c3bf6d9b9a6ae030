// What the weights that are part of the library do to photographs.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/apps/process.h"
#include "tests/support/catch.h"

using namespace twofold::tests;

namespace {

// Mean PSNR, noisy and denoised, of two photographs of Kodak with noise of sigma `level`.
struct Quality {
    double noisy, denoised;
};

Quality evaluate(const std::string& root, const std::string& level, const std::vector<std::string>& options) {
    std::vector<std::string> words = {"evaluate", "--json", "--crop", "192", "--gaussian", level};
    for (const char* name : {"05", "23"}) words.push_back(root + "/kodak/kodim" + name + ".png");
    words.insert(words.end(), options.begin(), options.end());
    const Ran ran = run(words);
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    const auto mean = nlohmann::json::parse(ran.out).at("mean");
    return {mean.at("psnr_noisy"), mean.at("psnr")};
}

}  // namespace

TEST_CASE("the weights inside denoise photographs", "[slow]") {
    // CTest looks for the message, to report the test as skipped.
    const char* root = std::getenv("TWOFOLD_TEST_DATA");
    if (root == nullptr) {
        WARN("TWOFOLD_TEST_DATA is not set");
        return;
    }
    if (run({"info"}).out.find("prior") == std::string::npos) return;
    for (const char* level : {"10", "25", "50"}) {
        INFO("sigma " << level);
        const Quality trained = evaluate(root, level, {}), started = evaluate(root, level, {"--start", "prior"}),
                      prior = evaluate(root, level, {"--method", "prior"});
        CAPTURE(trained.noisy, trained.denoised, started.denoised, prior.denoised);
        CHECK(prior.denoised > prior.noisy + 7);
        CHECK(started.denoised > trained.denoised - 0.1);
        CHECK(prior.denoised > trained.denoised - 0.4);
    }
}

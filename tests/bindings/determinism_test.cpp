// Same input, seed and settings give the same bits, whatever the number of threads.
#include "tests/bindings/support.h"

using namespace test;

namespace {

std::vector<float> denoised(int threads, std::uint64_t seed, twofold_recipe recipe, const char* implementation) {
    const Context context;
    Picture<float> input(40, 30, 3), output(40, 30, 3);
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_seed(job, seed) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_implementation(job, implementation) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(job.report().threads == threads);
    if (std::string(implementation) != "auto") CHECK(std::string(job.report().implementation) == implementation);
    return output.pixels;
}

}  // namespace

TEST_CASE("the same bits for 1, 2 and 4 threads", "[determinism][slow]") {
    const twofold_recipe recipe = GENERATE(TWOFOLD_RECIPE_FAST, TWOFOLD_RECIPE_BEST, TWOFOLD_RECIPE_PAPER);
    CAPTURE(recipe);
    const auto one = denoised(1, 7, recipe, "simd");
    CHECK(same_bits(one, denoised(2, 7, recipe, "simd")));
    CHECK(same_bits(one, denoised(4, 7, recipe, "simd")));
    CHECK_FALSE(same_bits(one, denoised(1, 8, recipe, "simd")));
}

TEST_CASE("the same bits for any number of threads with every implementation", "[determinism][slow]") {
    std::string names = twofold_query_string(TWOFOLD_QUERY_IMPLEMENTATIONS);
    names += " auto";
    for (std::size_t begin = 0; begin < names.size();) {
        const std::size_t end = std::min(names.find(' ', begin), names.size());
        const std::string name = names.substr(begin, end - begin);
        begin = end + 1;
        CAPTURE(name);
        // The paper's recipe works on the image as it is and has no ensemble: quick enough for the plain loops.
        CHECK(same_bits(denoised(1, 7, TWOFOLD_RECIPE_PAPER, name.c_str()),
                        denoised(3, 7, TWOFOLD_RECIPE_PAPER, name.c_str())));
    }
}

TEST_CASE("a second run on the same commit gives the same bits", "[determinism]") {
    const Context context;
    Picture<std::uint8_t> input(40, 40, 3), output(40, 40, 3);
    Job job(context, input.view, output.view);
    job.commit_and_run();
    const auto first = output.pixels;
    std::fill(output.pixels.begin(), output.pixels.end(), std::uint8_t{0});
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    CHECK(output.pixels == first);
}

TEST_CASE("default threads", "[determinism]") {
    const Context context;
    Picture<std::uint8_t> input(40, 40, 1), output(40, 40, 1);
    const Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_threads(job, 0) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(job.report().threads == twofold_default_threads());
}

// Memory budgets, and images so small or so long that training or memory is the question.
#include <cstdlib>

#include "tests/bindings/support.h"

using namespace test;

TEST_CASE("a budget that is too small is refused at commit, one that fits is kept", "[budget]") {
    const Context context;
    Picture<std::uint8_t> input(64, 48, 3), output(64, 48, 3);
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_memory_budget(job, 1000) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_OVER_BUDGET);
    CHECK(context.message().size() > 10);
    CHECK(twofold_job_run(job) == TWOFOLD_INVALID_STATE);

    REQUIRE(twofold_job_set_memory_budget(job, 0) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    const std::uint64_t unbounded = job.report().memory_bytes;
    REQUIRE(unbounded > 1000);
    REQUIRE(twofold_job_set_memory_budget(job, unbounded) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(job.report().memory_bytes <= unbounded);
    CHECK(twofold_job_run(job) == TWOFOLD_OK);
}

TEST_CASE("a smaller budget changes the result by rounding at most", "[budget][slow]") {
    const Context context;
    const std::string kernels = GENERATE("direct", "auto");
    CAPTURE(kernels);
    // Too low for a second network, which a small budget leaves out, as it does the refinement.
    Picture<std::uint8_t> input(280, 50, 1), output(280, 50, 1), bounded_output(280, 50, 1);
    Job job(context, input.view, output.view), bounded(context, input.view, bounded_output.view);
    for (twofold_job* each : {static_cast<twofold_job*>(job), static_cast<twofold_job*>(bounded)})
        REQUIRE(twofold_job_set_refinement(each, TWOFOLD_REFINEMENT_OFF) == TWOFOLD_OK);
    for (twofold_job* each : {static_cast<twofold_job*>(job), static_cast<twofold_job*>(bounded)})
        REQUIRE(twofold_job_set_implementation(each, kernels.c_str()) == TWOFOLD_OK);
    job.commit_and_run();
    // The least that is accepted, found by halving.
    std::uint64_t low = 1000, high = job.report().memory_bytes;
    while (high - low > 4096) {
        const std::uint64_t middle = (low + high) / 2;
        REQUIRE(twofold_job_set_memory_budget(bounded, middle) == TWOFOLD_OK);
        const twofold_status status = twofold_job_commit(bounded);
        REQUIRE((status == TWOFOLD_OK || status == TWOFOLD_OVER_BUDGET));
        if (status == TWOFOLD_OK) CHECK(bounded.report().memory_bytes <= middle);
        (status == TWOFOLD_OK ? high : low) = middle;
    }
    REQUIRE(twofold_job_set_memory_budget(bounded, high) == TWOFOLD_OK);
    bounded.commit_and_run();
    if (kernels == "direct") CHECK(same_bits(bounded_output.pixels, output.pixels));
    std::size_t different = 0;
    for (std::size_t i = 0; i < output.pixels.size(); ++i) {
        const int difference = std::abs(int{output.pixels[i]} - int{bounded_output.pixels[i]});
        CHECK(difference <= 1);
        different += difference != 0;
    }
    CHECK(different <= output.pixels.size() / 1000);
}

TEST_CASE("any size is denoised or refused with a reason", "[sizes][slow]") {
    const Context context;
    const int channels = GENERATE(1, 3);
    for (std::int64_t height = 1; height <= 9; ++height) {
        for (std::int64_t width = 1; width <= 9; ++width) {
            CAPTURE(width, height, channels);
            Picture<std::uint8_t> input(width, height, channels), output(width, height, channels, false, 3);
            const Job job(context, input.view, output.view);
            REQUIRE(twofold_job_set_steps(job, 1) == TWOFOLD_OK);
            const twofold_status status = twofold_job_commit(job);
            if (status == TWOFOLD_OK) {
                REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
            } else {
                REQUIRE(status == TWOFOLD_UNSUPPORTED);
                REQUIRE(context.message().find("small") != std::string::npos);
                REQUIRE((width < 8 || height < 8));
            }
        }
    }
}

TEST_CASE("long and odd images", "[sizes][slow]") {
    struct Size {
        std::int64_t width, height;
    };
    const Context context;
    for (const Size size : {Size{1001, 9}, Size{9, 1001}, Size{31, 33}, Size{67, 65}}) {
        CAPTURE(size.width, size.height);
        Picture<float> input(size.width, size.height, 1), output(size.width, size.height, 1);
        Job job(context, input.view, output.view);
        job.commit_and_run();
        for (const float value : output.pixels) REQUIRE(std::isfinite(value));
    }
    Picture<std::uint8_t> line(1, 500, 3), line_output(1, 500, 3);
    const Job job(context, line.view, line_output.view);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    CHECK(context.message().size() > 10);
}

TEST_CASE("images of one value are left as they are, more or less", "[sizes][slow]") {
    const Context context;
    for (const float value : {0.0f, 0.5f, 1.0f}) {
        Picture<float> input(24, 24, 3), output(24, 24, 3);
        std::fill(input.pixels.begin(), input.pixels.end(), value);
        Job job(context, input.view, output.view);
        REQUIRE(twofold_job_set_steps(job, 30) == TWOFOLD_OK);
        job.commit_and_run();
        for (const float result : output.pixels) REQUIRE(std::abs(result - value) < 0.1f);
    }
}

// The prior and its training through the public interface.
#include "tests/bindings/support.h"
#include "twofold/training.h"

using namespace test;

namespace {

struct Training {
    twofold_training* handle = nullptr;
    ~Training() { twofold_training_destroy(handle); }
};

struct Weights {
    twofold_weights* handle = nullptr;
    ~Weights() { twofold_weights_destroy(handle); }
};

// Runs a job that shall begin with `start`; whether it did not begin at random.
std::int32_t started(Job& job, twofold_start start, int steps, int threads) {
    REQUIRE(twofold_job_set_start(job, start) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, steps) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
    job.commit_and_run();
    return job.report().started;
}

}  // namespace

TEST_CASE("a prior is trained, checkpointed and applied", "[prior]") {
    const Context context;
    Training training;
    REQUIRE(twofold_training_create(context, TWOFOLD_PRIOR_SMALL, 4, 3, 2, &training.handle) == TWOFOLD_OK);
    twofold_training_state state;
    REQUIRE(twofold_training_get_state(training.handle, &state) == TWOFOLD_OK);
    CHECK(state.size == TWOFOLD_PRIOR_SMALL);
    CHECK(state.seed == 4);
    CHECK(state.steps_done == 0);
    CHECK(state.steps_planned == 3);
    CHECK(state.pixels_a_step == 8 * 96 * 96);
    double loss = 0;
    for (int i = 0; i < 3; ++i) REQUIRE(twofold_training_step(training.handle, i == 1 ? nullptr : &loss) == TWOFOLD_OK);
    CHECK(loss > 0);
    CHECK(twofold_training_step(training.handle, &loss) == TWOFOLD_INVALID_STATE);

    std::size_t size = 0;
    REQUIRE(twofold_training_checkpoint_size(training.handle, &size) == TWOFOLD_OK);
    std::vector<std::byte> bytes(size);
    CHECK(twofold_training_write_checkpoint(training.handle, bytes.data(), size - 1) == TWOFOLD_INVALID_ARGUMENT);
    REQUIRE(twofold_training_write_checkpoint(training.handle, bytes.data(), size) == TWOFOLD_OK);
    Training other;
    CHECK(twofold_training_resume(context, bytes.data(), size - 1, 0, 1, &other.handle) == TWOFOLD_CORRUPT_DATA);
    CHECK(twofold_training_resume(context, bytes.data(), size, 2, 1, &other.handle) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(context.message().find("3 steps") != std::string::npos);
    CHECK(other.handle == nullptr);
    REQUIRE(twofold_training_resume(context, bytes.data(), size, 5, 1, &other.handle) == TWOFOLD_OK);
    CHECK(twofold_training_step(other.handle, &loss) == TWOFOLD_OK);

    Weights weights;
    REQUIRE(twofold_training_get_weights(training.handle, &weights.handle) == TWOFOLD_OK);
    for (const int channels : {1, 3}) {
        Picture<std::uint8_t> input(70, 66, channels), output(70, 66, channels);
        Job job(context, input.view, output.view);
        REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_weights(job, weights.handle) == TWOFOLD_OK);
        job.commit_and_run();
        CHECK(job.report().steps_done == 0);
        CHECK(job.report().ensemble == 1);
        CHECK_FALSE(same_bits(input.pixels, output.pixels));
    }
    Picture<std::uint8_t> two(70, 66, 2), result(70, 66, 2);
    Job job(context, two.view, result.view);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_weights(job, weights.handle) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
}

TEST_CASE("a training checks what it is given", "[prior]") {
    const Context context;
    Training training;
    const auto create = [&](int size, std::int64_t steps, std::int32_t threads) {
        return twofold_training_create(context, static_cast<twofold_prior_size>(size), 1, steps, threads,
                                       &training.handle);
    };
    CHECK(create(1, 0, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(create(1, 1000000001, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(create(1, 1, -1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(create(3, 1, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(create(-1, 1, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(create(1, 1, 1025) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_training_create(nullptr, TWOFOLD_PRIOR_LARGE, 1, 1, 1, &training.handle) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_training_create(context, TWOFOLD_PRIOR_LARGE, 1, 1, 1, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_training_resume(context, nullptr, 0, 0, 1, &training.handle) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_training_step(nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(training.handle == nullptr);
    twofold_training_destroy(nullptr);
}

TEST_CASE("the built-in prior comes in two sizes", "[prior]") {
    if (!has_prior()) return;
    const Context context;
    Picture<float> input(96, 80, 3), large(96, 80, 3), small(96, 80, 3), grey_input(40, 40, 1), grey(40, 40, 1);
    const auto parameters = [&](Picture<float>& from, Picture<float>& to, twofold_prior_size size) {
        Job job(context, from.view, to.view);
        REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_prior_size(job, size) == TWOFOLD_OK);
        job.commit_and_run();
        return job.report().parameters;
    };
    CHECK(parameters(input, large, TWOFOLD_PRIOR_LARGE) == 192396);
    CHECK(parameters(input, small, TWOFOLD_PRIOR_SMALL) == 50124);
    CHECK_FALSE(same_bits(large.pixels, small.pixels));
    CHECK(parameters(grey_input, grey, TWOFOLD_PRIOR_SMALL) < 50124);  // weights of three channels are summed
    Job job(context, input.view, small.view);
    for (const int size : {-1, 2, 3})
        CHECK(twofold_job_set_prior_size(job, static_cast<twofold_prior_size>(size)) == TWOFOLD_INVALID_ARGUMENT);
}

TEST_CASE("the built-in prior adapts, and refuses what it has not", "[prior]") {
    if (!has_prior()) return;
    const Context context;
    Picture<float> input(96, 80, 3), output(96, 80, 3), again(96, 80, 3);
    const auto run = [&](Picture<float>& result, int steps, int threads) {
        Job job(context, input.view, result.view);
        REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_adapt(job, 1) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_steps(job, steps) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
        job.commit_and_run();
        CHECK(job.report().steps_done == steps);
        return job.report().adapted;
    };
    CHECK(run(output, 4, 2) == run(again, 4, 1));
    CHECK(same_bits(output.pixels, again.pixels));

    Job job(context, input.view, output.view);  // of 3 steps
    REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_INVALID_ARGUMENT);
    REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_recipe(job, TWOFOLD_RECIPE_PAPER) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_ZSN2N) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_recipe(job, TWOFOLD_RECIPE_FAST) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_adapt(job, 1) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
}

TEST_CASE("the best of the prior has a network that is trained on the image beside it, if that is in colour",
          "[prior][slow]") {
    if (!has_prior()) return;
    const Context context;
    for (const int channels : {1, 3}) {
        Picture<float> input(96, 80, channels), output(96, 80, channels), again(96, 80, channels);
        const auto run = [&](Picture<float>& result, bool adapt, int threads) {
            Job job(context, input.view, result.view);
            REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_recipe(job, TWOFOLD_RECIPE_BEST) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_correlation(
                        job, adapt ? TWOFOLD_CORRELATION_INDEPENDENT : TWOFOLD_CORRELATION_AUTO) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_adapt(job, adapt) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_steps(job, adapt ? 5 : 0) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
            job.commit_and_run();
            twofold_quality quality;
            CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_OK);
            Weights weights;
            CHECK(twofold_job_get_weights(job, &weights.handle) == TWOFOLD_OK);
            return job.report();
        };
        const twofold_report report = run(output, false, 2);
        CHECK(report.ensemble == 8);
        CHECK((report.steps_done > 0) == (channels == 3));
        CHECK(report.steps_done == report.steps_planned);
        run(again, false, 1);
        CHECK(same_bits(output.pixels, again.pixels));
        CHECK(run(again, true, 2).steps_done == 5);
    }
}

TEST_CASE("ZS-N2N begins with the prior in half the steps, and refuses it where it cannot", "[prior]") {
    if (!has_prior()) return;
    const Context context;
    for (const int channels : {1, 3}) {
        Picture<std::uint8_t> input(96, 80, channels), output(96, 80, channels), again(96, 80, channels),
            random(96, 80, channels);
        const auto run = [&](Picture<std::uint8_t>& result, twofold_start start, int threads) {
            Job job(context, input.view, result.view);
            REQUIRE(twofold_job_set_correlation(job, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);
            return started(job, start, 4, threads);
        };
        CHECK(run(output, TWOFOLD_START_PRIOR, 2) == 1);
        CHECK(run(again, TWOFOLD_START_PRIOR, 1) == 1);
        CHECK(same_bits(output.pixels, again.pixels));
        CHECK(run(random, TWOFOLD_START_RANDOM, 1) == 0);
        CHECK_FALSE(same_bits(output.pixels, random.pixels));
    }

    Picture<float> input(96, 80, 3), output(96, 80, 3);
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_start(job, TWOFOLD_START_PRIOR) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_correlation(job, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    const std::int64_t steps = job.report().steps_planned;
    REQUIRE(twofold_job_set_start(job, TWOFOLD_START_RANDOM) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(2 * steps == job.report().steps_planned);

    // For correlated noise there is no such network.
    REQUIRE(twofold_job_set_start(job, TWOFOLD_START_PRIOR) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_correlation(job, TWOFOLD_CORRELATION_CORRELATED) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(job.report().started == 0);
    REQUIRE(twofold_job_set_correlation(job, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);

    for (const twofold_recipe recipe : {TWOFOLD_RECIPE_BEST, TWOFOLD_RECIPE_PAPER}) {
        REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
        CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    }
    REQUIRE(twofold_job_set_recipe(job, TWOFOLD_RECIPE_FAST) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_PRIOR) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    for (const int unknown : {-1, 2})
        CHECK(twofold_job_set_start(job, static_cast<twofold_start>(unknown)) == TWOFOLD_INVALID_ARGUMENT);

    Picture<float> two(96, 80, 2), result(96, 80, 2);
    Job other(context, two.view, result.view);
    REQUIRE(twofold_job_set_start(other, TWOFOLD_START_PRIOR) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_correlation(other, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);
    CHECK(twofold_job_commit(other) == TWOFOLD_UNSUPPORTED);
}

TEST_CASE("Deep Image Prior begins with the prior in fewer steps, and refuses it where it cannot", "[prior]") {
    if (!has_prior()) return;
    const Context context;
    for (const int channels : {1, 3}) {
        Picture<std::uint8_t> input(96, 80, channels), output(96, 80, channels), again(96, 80, channels),
            small(96, 80, channels);
        const auto run = [&](Picture<std::uint8_t>& result, twofold_prior_size size, int threads) {
            Job job(context, input.view, result.view);
            REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_prior_size(job, size) == TWOFOLD_OK);
            CHECK(started(job, TWOFOLD_START_PRIOR, 3, threads) == 1);
        };
        run(output, TWOFOLD_PRIOR_LARGE, 2);
        run(again, TWOFOLD_PRIOR_LARGE, 1);
        CHECK(same_bits(output.pixels, again.pixels));
        run(small, TWOFOLD_PRIOR_SMALL, 2);
        CHECK_FALSE(same_bits(output.pixels, small.pixels));
    }

    Picture<float> input(96, 80, 3), output(96, 80, 3);
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, 0) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(job.report().started == 0);
    const std::int64_t steps = job.report().steps_planned;
    REQUIRE(twofold_job_set_start(job, TWOFOLD_START_PRIOR) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(6 * job.report().steps_planned == steps);
    for (const twofold_recipe recipe : {TWOFOLD_RECIPE_BEST, TWOFOLD_RECIPE_PAPER}) {
        REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
        CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    }
    REQUIRE(twofold_job_set_recipe(job, TWOFOLD_RECIPE_FAST) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_defect(job, TWOFOLD_DEFECT_JPEG) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
    REQUIRE(twofold_job_set_defect(job, TWOFOLD_DEFECT_NOISE) == TWOFOLD_OK);
    Picture<std::uint8_t> mask(96, 80, 1);
    REQUIRE(twofold_job_set_mask(job, &mask.view) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
}

TEST_CASE("ZS-N2N begins with weights that one has trained, if they are of its own network", "[prior]") {
    const Context context;
    Picture<float> input(70, 66, 3), output(70, 66, 3), plain(70, 66, 3);
    for (const twofold_prior_size size : {TWOFOLD_PRIOR_START, TWOFOLD_PRIOR_SMALL}) {
        Training training;
        REQUIRE(twofold_training_create(context, size, 4, 2, 2, &training.handle) == TWOFOLD_OK);
        twofold_training_state state;
        REQUIRE(twofold_training_get_state(training.handle, &state) == TWOFOLD_OK);
        CHECK(state.size == size);
        while (twofold_training_step(training.handle, nullptr) == TWOFOLD_OK) {
        }
        Weights weights;
        REQUIRE(twofold_training_get_weights(training.handle, &weights.handle) == TWOFOLD_OK);
        Job job(context, input.view, output.view);
        REQUIRE(twofold_job_set_correlation(job, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_weights(job, weights.handle) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_start(job, TWOFOLD_START_PRIOR) == TWOFOLD_OK);
        if (size == TWOFOLD_PRIOR_SMALL) {
            CHECK(twofold_job_commit(job) == TWOFOLD_UNSUPPORTED);
            continue;
        }
        job.commit_and_run();
        CHECK(job.report().started == 1);
        CHECK(job.report().steps_done == 3);
        // They are not what the library has.
        Job other(context, input.view, plain.view);
        REQUIRE(twofold_job_set_correlation(other, TWOFOLD_CORRELATION_INDEPENDENT) == TWOFOLD_OK);
        other.commit_and_run();
        CHECK(other.report().started == 0);
        CHECK_FALSE(same_bits(output.pixels, plain.pixels));
    }
}

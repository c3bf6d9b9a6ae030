// Running allocates nothing, and refused memory is reported, never fatal, whichever allocation it is.
#include "tests/bindings/allocation_watch.h"
#include "tests/bindings/support.h"

using namespace test;

namespace {

// Every call up to commit. Stops at the first that fails; releases everything.
twofold_status prepare(const twofold_image& input, const twofold_image& output, const std::vector<std::byte>* stored,
                       std::string* message) {
    twofold_context* context = nullptr;
    twofold_job* job = nullptr;
    twofold_weights* weights = nullptr;
    twofold_status status = twofold_context_create(&context);
    if (status != TWOFOLD_OK) return status;
    const auto next = [&](auto call) {
        if (status == TWOFOLD_OK) status = call();
    };
    next([&] { return twofold_job_create(context, &job); });
    if (stored) {
        next([&] { return twofold_weights_read(context, stored->data(), stored->size(), &weights); });
        next([&] { return twofold_job_set_weights(job, weights); });
    }
    next([&] { return twofold_job_set_input(job, &input); });
    next([&] { return twofold_job_set_output(job, &output); });
    next([&] { return twofold_job_set_steps(job, 2); });
    next([&] { return twofold_job_set_threads(job, 2); });
    next([&] { return twofold_job_set_implementation(job, "simd"); });
    next([&] { return twofold_job_commit(job); });
    if (status != TWOFOLD_OK) {
        const char* text = twofold_context_message(context);
        message->assign(text, std::min<std::size_t>(std::strlen(text), message->capacity()));
    }
    twofold_weights_destroy(weights);
    twofold_job_destroy(job);
    twofold_context_destroy(context);
    return status;
}

std::vector<std::byte> trained_weights(const twofold_image& input, const twofold_image& output) {
    const Context context;
    Job job(context, input, output);
    job.commit_and_run();
    twofold_weights* weights = nullptr;
    REQUIRE(twofold_job_get_weights(job, &weights) == TWOFOLD_OK);
    std::size_t size = 0;
    REQUIRE(twofold_weights_size(weights, &size) == TWOFOLD_OK);
    std::vector<std::byte> bytes(size);
    REQUIRE(twofold_weights_write(weights, bytes.data(), size) == TWOFOLD_OK);
    twofold_weights_destroy(weights);
    return bytes;
}

}  // namespace

TEST_CASE("the n-th allocation fails, for every n", "[allocation][slow]") {
    Picture<float> input(40, 30, 3), output(40, 30, 3);
    const auto bytes = trained_weights(input.view, output.view);
    const bool with_weights = GENERATE(false, true);
    const auto* stored = with_weights ? &bytes : nullptr;
    std::string message;
    message.reserve(1000);
    // What is made once and kept (the C library's buffers, threads that wait for work) is made now.
    REQUIRE(prepare(input.view, output.view, stored, &message) == TWOFOLD_OK);

    int refused = 0;
    for (std::int64_t n = 0; n < 100000; ++n) {
        message.clear();
        start_failing(n);
        const twofold_status status = prepare(input.view, output.view, stored, &message);
        const Outcome outcome = stop_failing();
        CAPTURE(n, message);
        REQUIRE(outcome.balance == 0);
        if (!outcome.failed) {
            REQUIRE(status == TWOFOLD_OK);
            break;
        }
        // A step that can do without the memory may go on; nothing else may be made of it.
        REQUIRE((status == TWOFOLD_OUT_OF_MEMORY || status == TWOFOLD_OK));
        if (status == TWOFOLD_OUT_OF_MEMORY) {
            ++refused;
            if (n > 0) REQUIRE(message.find("memory") != std::string::npos);
        }
    }
    CHECK(refused > 5);
}

TEST_CASE("refused memory leaves a job that can be committed again", "[allocation]") {
    Picture<float> input(40, 30, 1), output(40, 30, 1), expected(40, 30, 1);
    const Context context;
    Job plain(context, input.view, expected.view);
    plain.commit_and_run();
    Job job(context, input.view, output.view);
    start_failing(0);
    const twofold_status status = twofold_job_commit(job);
    CHECK(stop_failing().failed);
    CHECK(status == TWOFOLD_OUT_OF_MEMORY);
    CHECK(twofold_job_run(job) == TWOFOLD_INVALID_STATE);
    job.commit_and_run();
    CHECK(same_bits(output.pixels, expected.pixels));
}

TEST_CASE("metrics report refused memory", "[allocation]") {
    const Context context;
    const Picture<float> picture(40, 30, 3);
    twofold_metrics metrics;
    bool done = false;
    for (std::int64_t n = 0; n < 100 && !done; ++n) {
        start_failing(n);
        const twofold_status status = twofold_compare(context, &picture.view, &picture.view, &metrics);
        const Outcome outcome = stop_failing();
        done = !outcome.failed;
        CHECK(outcome.balance == 0);
        CHECK(status == (done ? TWOFOLD_OK : TWOFOLD_OUT_OF_MEMORY));
    }
    CHECK(done);
}

TEST_CASE("run allocates nothing", "[allocation][slow]") {
    const int threads = GENERATE(1, 2);
    const twofold_recipe recipe = GENERATE(TWOFOLD_RECIPE_FAST, TWOFOLD_RECIPE_BEST, TWOFOLD_RECIPE_PAPER);
    CAPTURE(threads, recipe);
    Picture<std::uint8_t> input(40, 30, 4, true), output(40, 30, 4, true);
    const Context context;
    const Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, 3) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_implementation(job, "simd") == TWOFOLD_OK);
    REQUIRE(twofold_job_set_progress(
                job, [](const twofold_progress*, void*) { return TWOFOLD_CONTINUE; }, nullptr) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    for (int run = 0; run < 2; ++run) {
        start_counting();
        const twofold_status status = twofold_job_run(job);
        const std::int64_t allocations = stop_counting();
        CHECK(status == TWOFOLD_OK);
        CHECK(allocations == 0);
    }
}

namespace {

// One for every pipeline beside ZS-N2N.
enum class Task { kTv, kDip, kTwoStage, kPriorAndTrained, kFill, kEnlarge, kInterpolate };

bool takes_prior(Task task) { return task == Task::kPriorAndTrained; }

std::vector<Task> tasks() {
    std::vector<Task> all = {Task::kTv, Task::kDip, Task::kTwoStage, Task::kFill, Task::kEnlarge, Task::kInterpolate};
    if (has_prior()) all.push_back(Task::kPriorAndTrained);
    return all;
}

// Settings and images of a task.
struct TaskSetup {
    Picture<std::uint8_t> input{36, 30, 4, true}, output{36, 30, 4, true}, large{72, 60, 4, true}, mask{36, 30, 1};

    TaskSetup() {
        for (std::size_t i = 0; i < mask.pixels.size(); ++i) mask.pixels[i] = i % 5 ? 255 : 0;
    }
    twofold_status set(twofold_job* job, Task task) const {
        const bool enlarges = task == Task::kEnlarge || task == Task::kInterpolate;
        const twofold_method method = task == Task::kTv            ? TWOFOLD_TV
                                      : task == Task::kTwoStage    ? TWOFOLD_TWO_STAGE
                                      : takes_prior(task)          ? TWOFOLD_PRIOR
                                      : task == Task::kInterpolate ? TWOFOLD_LANCZOS
                                                                   : TWOFOLD_DIP;
        const twofold_status steps[] = {
            twofold_job_set_input(job, &input.view),
            twofold_job_set_output(job, enlarges ? &large.view : &output.view),
            twofold_job_set_method(job, method),
            twofold_job_set_factor(job, enlarges ? 2 : 1),
            twofold_job_set_mask(job, task == Task::kFill ? &mask.view : nullptr),
            twofold_job_set_missing(job, TWOFOLD_MISSING_HOLE),
            twofold_job_set_recipe(job, takes_prior(task) ? TWOFOLD_RECIPE_BEST : TWOFOLD_RECIPE_FAST),
            // oneDNN's kernels keep small things of their own.
            twofold_job_set_implementation(job, takes_prior(task) ? "simd" : "auto"),
            twofold_job_set_steps(job, takes_prior(task) ? 0 : 3),
        };
        for (const twofold_status status : steps)
            if (status != TWOFOLD_OK) return status;
        return TWOFOLD_OK;
    }
};

}  // namespace

TEST_CASE("run allocates nothing, whatever the task", "[allocation][slow]") {
    const Task task = GENERATE(from_range(tasks()));
    const int threads = GENERATE(1, 2);
    CAPTURE(static_cast<int>(task), threads);
    const TaskSetup setup;
    const Context context;
    const Job job(context);
    REQUIRE(setup.set(job, task) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_progress(
                job, [](const twofold_progress*, void*) { return TWOFOLD_CONTINUE; }, nullptr) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_trace(
                job, 1, [](const twofold_trace_point*, void*) {}, nullptr) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    for (int run = 0; run < 2; ++run) {
        start_counting();
        const twofold_status status = twofold_job_run(job);
        const std::int64_t allocations = stop_counting();
        CHECK(status == TWOFOLD_OK);
        CHECK(allocations == 0);
    }
}

TEST_CASE("every task reports refused memory, whichever allocation it is", "[allocation][slow]") {
    const Task task = GENERATE(from_range(tasks()));
    CAPTURE(static_cast<int>(task));
    const TaskSetup setup;
    const Context context;
    const Job job(context);
    REQUIRE(setup.set(job, task) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    int refused = 0;
    bool done = false;
    // Two networks have more than a thousand allocations, most of which are alike.
    const std::int64_t step = takes_prior(task) ? 9 : 1;
    for (std::int64_t n = 0; n < 100000 && !done; n += step) {
        // The last commit's memory is released, so that what is taken now is all there is.
        REQUIRE(setup.set(job, task) == TWOFOLD_OK);
        start_failing(n);
        const twofold_status status = twofold_job_commit(job);
        if (status != TWOFOLD_OK) {
            const Outcome outcome = stop_failing();
            CAPTURE(n);
            REQUIRE(status == TWOFOLD_OUT_OF_MEMORY);
            REQUIRE(outcome.balance == 0);
            ++refused;
        } else {
            done = !stop_failing().failed;
        }
    }
    CHECK(done);
    CHECK(refused > 2);
    CHECK(twofold_job_run(job) == TWOFOLD_OK);
}

TEST_CASE("the watch itself works", "[allocation]") {
    start_counting();
    auto* volatile from_new = new int(1);
    delete from_new;
    CHECK(stop_counting() == 1);
    if (!malloc_is_watched()) return;
    start_counting();
    void* volatile from_malloc = std::malloc(10);
    std::free(from_malloc);
    CHECK(stop_counting() == 1);
    start_counting();
    char* volatile from_elsewhere = strdup("taken inside the C library");
    std::free(from_elsewhere);
    CHECK(stop_counting() == 1);
}

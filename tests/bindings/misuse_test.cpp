// Wrong arguments and calls in the wrong order: each is refused with a status and a sentence, and nothing breaks.
#include "tests/bindings/c99_use.h"
#include "tests/bindings/support.h"

using namespace test;

namespace {
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("NULL handles are refused", "[misuse]") {
    const Picture<std::uint8_t> picture(8, 8, 1);
    twofold_report report;
    twofold_metrics metrics;
    twofold_weights* weights = nullptr;
    twofold_job* job = nullptr;
    std::size_t size = 0;
    std::int32_t channels = 0;
    std::int64_t parameters = 0;
    char byte = 0;
    CHECK(twofold_context_create(nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_context_message(nullptr) != nullptr);
    CHECK(twofold_job_create(nullptr, &job) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_input(nullptr, &picture.view) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_output(nullptr, &picture.view) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_method(nullptr, TWOFOLD_ZSN2N) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_recipe(nullptr, TWOFOLD_RECIPE_FAST) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_steps(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_seed(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_threads(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_memory_budget(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_deadline(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_strength(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_white_level(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_weights(nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_implementation(nullptr, "auto") == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_progress(nullptr, nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_commit(nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_run(nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_get_report(nullptr, &report) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_get_weights(nullptr, &weights) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_size(nullptr, &size) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_write(nullptr, &byte, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_read(nullptr, &byte, 1, &weights) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_info(nullptr, &channels, &parameters) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_add_noise(nullptr, &picture.view, &picture.view, TWOFOLD_NOISE_GAUSSIAN, 1, 1) ==
          TWOFOLD_INVALID_ARGUMENT);
    twofold_noise noise;
    CHECK(twofold_measure_noise(nullptr, &picture.view, 0, &noise) == TWOFOLD_INVALID_ARGUMENT);
    twofold_examination examination;
    CHECK(twofold_examine(nullptr, &picture.view, &picture.view, 0, 1, nullptr, &examination) ==
          TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_compare(nullptr, &picture.view, &picture.view, &metrics) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_benchmark(nullptr, 1, 1, nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    twofold_context_destroy(nullptr);
    twofold_job_destroy(nullptr);
    twofold_weights_destroy(nullptr);
}

TEST_CASE("NULL arguments are refused with a sentence", "[misuse]") {
    const Context context;
    CHECK(context.message().empty());
    const Job job(context);
    const Picture<std::uint8_t> picture(8, 8, 1);
    twofold_metrics metrics;
    twofold_weights* weights = nullptr;
    const auto refused = [&](twofold_status status) {
        const std::string message = context.message();
        twofold_job_create(context, nullptr);  // leaves another message
        return status == TWOFOLD_INVALID_ARGUMENT && message.size() > 10;
    };
    CHECK(refused(twofold_job_create(context, nullptr)));
    CHECK(refused(twofold_job_set_input(job, nullptr)));
    CHECK(refused(twofold_job_set_output(job, nullptr)));
    CHECK(refused(twofold_job_set_implementation(job, nullptr)));
    CHECK(refused(twofold_job_get_report(job, nullptr)));
    CHECK(refused(twofold_job_get_weights(job, nullptr)));
    CHECK(refused(twofold_weights_read(context, nullptr, 100, &weights)));
    CHECK(refused(twofold_weights_read(context, "TWFWGHT1", 8, nullptr)));
    CHECK(refused(twofold_add_noise(context, nullptr, &picture.view, TWOFOLD_NOISE_GAUSSIAN, 1, 1)));
    CHECK(refused(twofold_add_noise(context, &picture.view, nullptr, TWOFOLD_NOISE_GAUSSIAN, 1, 1)));
    CHECK(refused(twofold_compare(context, nullptr, &picture.view, &metrics)));
    CHECK(refused(twofold_compare(context, &picture.view, nullptr, &metrics)));
    CHECK(refused(twofold_compare(context, &picture.view, &picture.view, nullptr)));
    CHECK(refused(twofold_benchmark(context, 1, 1, nullptr, nullptr)));
}

TEST_CASE("values out of range are refused and the limits are not", "[misuse]") {
    const Context context;
    const Job job(context);
    for (const std::int64_t steps : {std::int64_t{-1}, std::int64_t{1000001}, INT64_MIN, INT64_MAX}) {
        CHECK(twofold_job_set_steps(job, steps) == TWOFOLD_INVALID_ARGUMENT);
    }
    for (const std::int64_t steps : {0, 1, 1000000}) CHECK(twofold_job_set_steps(job, steps) == TWOFOLD_OK);
    for (const std::int32_t threads : {-1, 1025, INT32_MIN, INT32_MAX}) {
        CHECK(twofold_job_set_threads(job, threads) == TWOFOLD_INVALID_ARGUMENT);
    }
    for (const std::int32_t threads : {0, 1, 1024}) CHECK(twofold_job_set_threads(job, threads) == TWOFOLD_OK);
    for (const double seconds : {-1.0, -1e-300, kNan, kInfinity, -kInfinity}) {
        CHECK(twofold_job_set_deadline(job, seconds) == TWOFOLD_INVALID_ARGUMENT);
    }
    for (const double seconds : {0.0, -0.0, 1e-9, 1e9}) CHECK(twofold_job_set_deadline(job, seconds) == TWOFOLD_OK);
    for (const double white : {-1.0, kNan, kInfinity, 1e39, 1e-60}) {
        CHECK(twofold_job_set_white_level(job, white) == TWOFOLD_INVALID_ARGUMENT);
    }
    for (const double strength : {-0.1, 1.1, std::nan("")})
        CHECK(twofold_job_set_strength(job, strength) == TWOFOLD_INVALID_ARGUMENT);
    for (const double white : {0.0, 1.0, 4095.0, 1e38}) CHECK(twofold_job_set_white_level(job, white) == TWOFOLD_OK);
    for (const char* name : {"", "SIMD", "cuda", "simd ", "auto,ref"}) {
        CHECK(twofold_job_set_implementation(job, name) == TWOFOLD_INVALID_ARGUMENT);
    }
    for (const char* name : {"auto", "simd", "direct", "ref"})
        CHECK(twofold_job_set_implementation(job, name) == TWOFOLD_OK);
    const bool has_onednn = std::string(twofold_query_string(TWOFOLD_QUERY_ONEDNN_VERSION)) != "none";
    CHECK(twofold_job_set_implementation(job, "onednn") == (has_onednn ? TWOFOLD_OK : TWOFOLD_UNSUPPORTED));
    CHECK(twofold_job_set_seed(job, UINT64_MAX) == TWOFOLD_OK);
    CHECK(twofold_job_set_memory_budget(job, UINT64_MAX) == TWOFOLD_OK);
    CHECK(twofold_job_set_weights(job, nullptr) == TWOFOLD_OK);
    CHECK(twofold_job_set_progress(job, nullptr, nullptr) == TWOFOLD_OK);
    for (const double seconds : {0.0, -1.0, kNan, kInfinity}) {
        CHECK(twofold_benchmark(
                  context, 1, seconds, [](const twofold_benchmark_row*, void*) {}, nullptr) ==
              TWOFOLD_INVALID_ARGUMENT);
    }
    for (const std::int32_t threads : {-1, 1025}) {
        CHECK(twofold_benchmark(
                  context, threads, 1, [](const twofold_benchmark_row*, void*) {}, nullptr) ==
              TWOFOLD_INVALID_ARGUMENT);
    }
}

TEST_CASE("numbers that are no enumerators are refused", "[misuse]") {
    const Context context;
    const Job job(context);
    const Picture<std::uint8_t> picture(8, 8, 1);
    for (const int bad : {-1, 3, 99, INT32_MAX, INT32_MIN}) {
        CHECK(c99_set_method(job, bad == 3 ? 7 : bad) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(c99_set_recipe(job, bad) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(c99_set_input_of_type(job, picture.view, bad) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(c99_add_noise(context, &picture.view, bad) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(std::string(c99_status_name(bad == 3 ? 10 : bad)) == "unknown status");
        CHECK(c99_query_string(bad == 3 ? 7 : bad) == nullptr);
    }
    for (int recipe = 0; recipe < 3; ++recipe) CHECK(c99_set_recipe(job, recipe) == TWOFOLD_OK);
    for (int type = 0; type < 3; ++type) CHECK(c99_set_input_of_type(job, picture.view, type) == TWOFOLD_OK);
}

TEST_CASE("calls in the wrong order are refused", "[misuse]") {
    const Context context;
    Picture<std::uint8_t> input(20, 20, 1), output(20, 20, 1);
    const Job job(context);
    twofold_report report;
    twofold_weights* weights = reinterpret_cast<twofold_weights*>(&report);

    CHECK(twofold_job_run(job) == TWOFOLD_INVALID_STATE);
    CHECK(twofold_job_get_report(job, &report) == TWOFOLD_INVALID_STATE);
    CHECK(twofold_job_get_weights(job, &weights) == TWOFOLD_INVALID_STATE);
    CHECK(weights == nullptr);
    CHECK(twofold_job_commit(job) == TWOFOLD_INVALID_STATE);
    CHECK(context.message().find("input") != std::string::npos);
    REQUIRE(twofold_job_set_input(job, &input.view) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_INVALID_STATE);
    CHECK(context.message().find("output") != std::string::npos);
    REQUIRE(twofold_job_set_output(job, &output.view) == TWOFOLD_OK);
    CHECK(twofold_job_run(job) == TWOFOLD_INVALID_STATE);

    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(twofold_job_get_report(job, &report) == TWOFOLD_OK);
    CHECK(report.steps_planned == 3);
    CHECK(report.memory_bytes > 0);
    CHECK(twofold_job_get_weights(job, &weights) == TWOFOLD_INVALID_STATE);
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_get_weights(job, &weights) == TWOFOLD_OK);
    twofold_weights_destroy(weights);
    CHECK(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(twofold_job_get_weights(job, &weights) == TWOFOLD_INVALID_STATE);
}

TEST_CASE("every setter takes back the commit, a refused one does not", "[misuse]") {
    const Context context;
    Picture<std::uint8_t> input(20, 20, 1), output(20, 20, 1);
    const Job job(context, input.view, output.view);
    twofold_weights* weights = nullptr;
    const auto uncommits = [&](auto setter) {
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(setter() == TWOFOLD_OK);
        twofold_report report;
        return twofold_job_run(job) == TWOFOLD_INVALID_STATE &&
               twofold_job_get_report(job, &report) == TWOFOLD_INVALID_STATE &&
               twofold_job_get_weights(job, &weights) == TWOFOLD_INVALID_STATE;
    };
    CHECK(uncommits([&] { return twofold_job_set_input(job, &input.view); }));
    CHECK(uncommits([&] { return twofold_job_set_output(job, &output.view); }));
    CHECK(uncommits([&] { return twofold_job_set_method(job, TWOFOLD_ZSN2N); }));
    CHECK(uncommits([&] { return twofold_job_set_recipe(job, TWOFOLD_RECIPE_FAST); }));
    CHECK(uncommits([&] { return twofold_job_set_steps(job, 2); }));
    CHECK(uncommits([&] { return twofold_job_set_seed(job, 5); }));
    CHECK(uncommits([&] { return twofold_job_set_threads(job, 1); }));
    CHECK(uncommits([&] { return twofold_job_set_memory_budget(job, 0); }));
    CHECK(uncommits([&] { return twofold_job_set_deadline(job, 0); }));
    CHECK(uncommits([&] { return twofold_job_set_white_level(job, 0); }));
    CHECK(uncommits([&] { return twofold_job_set_weights(job, nullptr); }));
    CHECK(uncommits([&] { return twofold_job_set_strength(job, 1); }));
    CHECK(uncommits([&] { return twofold_job_set_implementation(job, "auto"); }));
    CHECK(uncommits([&] { return twofold_job_set_progress(job, nullptr, nullptr); }));

    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(twofold_job_set_steps(job, -1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_input(job, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_run(job) == TWOFOLD_OK);
}

TEST_CASE("the message stays until the next failure", "[misuse]") {
    const Context context, other;
    const Job job(context);
    CHECK(twofold_job_set_steps(job, -1) == TWOFOLD_INVALID_ARGUMENT);
    const std::string message = context.message();
    CHECK(message.find("steps") != std::string::npos);
    CHECK(twofold_job_set_steps(job, 1) == TWOFOLD_OK);
    CHECK(context.message() == message);
    CHECK(twofold_job_set_threads(job, -1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(context.message().find("threads") != std::string::npos);
    CHECK(other.message().empty());
}

TEST_CASE("one job from start to end in C99", "[misuse]") {
    Picture<std::uint8_t> picture(24, 20, 3);
    const auto before = picture.pixels;
    CHECK(c99_denoise(picture.pixels.data(), 24, 20) == 0);
    CHECK(picture.pixels != before);
    CHECK(c99_denoise(nullptr, 24, 20) == 3);
}

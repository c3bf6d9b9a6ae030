// The C++ header alone, compiled under each standard that it promises. Returns the number of the check that failed, or
// 0; the checks are few, because the C interface underneath has its own tests.
#include "twofold/twofold.hpp"

#include <type_traits>

#define REQUIRE_ELSE(number, condition) \
    if (!(condition)) return number

static_assert(!std::is_copy_constructible_v<twofold::Context> &&
              std::is_nothrow_move_constructible_v<twofold::Context>);
static_assert(!std::is_copy_constructible_v<twofold::Job> && std::is_nothrow_move_constructible_v<twofold::Job>);
static_assert(!std::is_copy_constructible_v<twofold::Weights> &&
              std::is_nothrow_move_constructible_v<twofold::Weights>);

namespace {

struct Stopped {};

template <typename Body>
twofold_status status_of(Body&& body) {
    try {
        body();
        return TWOFOLD_OK;
    } catch (const twofold::Exception& error) {
        return *error.what() ? error.status() : TWOFOLD_INTERNAL;
    }
}

}  // namespace

int USE_WRAPPER();

// The other methods, and the trace.
static int use_tasks(twofold::Context& context) {
    std::vector<float> pixels(24 * 20), output(pixels.size()), large(4 * pixels.size()), white(pixels.size(), 1.0f);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i * 7919 % 101) / 100.0f;
    const twofold_image input = twofold::interleaved(pixels.data(), 24, 20, 1);
    twofold::Job job(context);
    std::vector<std::int64_t> steps;
    const auto note = [&](const twofold_trace_point& point) { steps.push_back(point.step); };
    job.input(input).output(twofold::interleaved(output.data(), 24, 20, 1)).threads(1).steps(4);
    job.method(TWOFOLD_TWO_STAGE).lambda(0.1).total_variation(TWOFOLD_TV_ISOTROPIC).detail(TWOFOLD_DETAIL_BLEND);
    job.stop_rule(TWOFOLD_STOP_RULE_NONE).defect(TWOFOLD_DEFECT_NOISE).trace(2, note).commit();
    twofold::Job moved(std::move(job));
    moved.run();
    REQUIRE_ELSE(101, (steps == std::vector<std::int64_t>{0, 2}) && moved.report().lambda == 0.1);
    // Progress and trace at the same time, then the trace alone, then neither.
    int calls = 0;
    moved.progress([&](const twofold_progress&) {
        ++calls;
        return TWOFOLD_CONTINUE;
    });
    moved.commit();
    moved.run();
    REQUIRE_ELSE(102, steps.size() == 4 && calls > 0);
    calls = 0;
    moved.progress({}).commit();
    moved.run();
    REQUIRE_ELSE(103, steps.size() == 6 && calls == 0);
    moved.trace(0, note).commit();
    moved.run();
    REQUIRE_ELSE(104, steps.size() == 6);

    // What the trace throws comes out of run, once.
    moved.trace(1, [](const twofold_trace_point&) { throw Stopped(); }).steps(100000).commit();
    bool stopped = false;
    try {
        moved.run();
    } catch (const Stopped&) {
        stopped = true;
    }
    REQUIRE_ELSE(105, stopped);
    moved.trace(1, {}).steps(2).commit();
    moved.run();
    REQUIRE_ELSE(106, status_of([&] { moved.trace(-1, note); }) == TWOFOLD_INVALID_ARGUMENT);

    moved.method(TWOFOLD_DIP).mask(twofold::interleaved(white.data(), 24, 20, 1));
    REQUIRE_ELSE(107, status_of([&] { moved.commit(); }) == TWOFOLD_INVALID_ARGUMENT);
    white[30] = 0;
    moved.missing(TWOFOLD_MISSING_RANDOM).commit();
    moved.run();
    REQUIRE_ELSE(108, output[29] == pixels[29] && output[31] == pixels[31] && output[30] != pixels[30]);
    moved.without_mask().method(TWOFOLD_LANCZOS).factor(2);
    moved.output(twofold::interleaved(large.data(), 48, 40, 1)).commit();
    moved.run();
    REQUIRE_ELSE(109, moved.report().stop_reason == TWOFOLD_STOP_CONVERGED && large[500] != 0);
    return 0;
}

int USE_WRAPPER() {
    REQUIRE_ELSE(1, !twofold::version().empty() && !twofold::query(TWOFOLD_QUERY_METHODS).empty());
    std::vector<float> pixels(32 * 24 * 3), output(pixels.size()), again(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i * 7919 % 101) / 100.0f;
    const std::vector<float>& source = pixels;
    const twofold_image input = twofold::interleaved(source.data(), 32, 24, 3);

    twofold::Context context;
    twofold::Job job(context);
    REQUIRE_ELSE(2, status_of([&] { job.commit(); }) == TWOFOLD_INVALID_STATE);
    REQUIRE_ELSE(3, status_of([&] { job.steps(-1); }) == TWOFOLD_INVALID_ARGUMENT);
    int calls = 0;
    job.input(input).output(twofold::interleaved(output.data(), 32, 24, 3)).method(TWOFOLD_ZSN2N);
    job.recipe(TWOFOLD_RECIPE_FAST)
        .steps(3)
        .seed(4)
        .threads(1)
        .memory_budget(0)
        .implementation("simd")
        .white_level(1)
        .strength(1);
    job.deadline(std::chrono::minutes(5)).progress([&](const twofold_progress&) {
        ++calls;
        return TWOFOLD_CONTINUE;
    });
    twofold::Job moved(std::move(job));
    moved.commit();
    moved.run();
    REQUIRE_ELSE(4, calls > 0 && moved.report().steps_done == 3);

    const twofold::Weights weights = moved.trained_weights();
    const std::vector<unsigned char> bytes = weights.store();
    REQUIRE_ELSE(5, weights.channels() == 3 && weights.parameters() == moved.report().parameters);
    twofold::Weights read(context, bytes.data(), bytes.size());
    REQUIRE_ELSE(6, read.store() == bytes);
    REQUIRE_ELSE(7, status_of([&] { twofold::Weights(context, bytes.data(), 5); }) == TWOFOLD_CORRUPT_DATA);
    moved.weights(read).output(twofold::interleaved(again.data(), 32, 24, 3)).white_level(1).commit();
    moved.run();
    REQUIRE_ELSE(8, again == output);

    // What the progress function throws comes out of run, once.
    moved.without_weights().progress([](const twofold_progress&) -> twofold_progress_action { throw Stopped(); });
    moved.commit();
    bool stopped = false;
    try {
        moved.run();
    } catch (const Stopped&) {
        stopped = true;
    }
    REQUIRE_ELSE(9, stopped);
    moved.progress([](const twofold_progress&) { return TWOFOLD_CANCEL; }).commit();
    REQUIRE_ELSE(10, status_of([&] { moved.run(); }) == TWOFOLD_CANCELLED);
    moved.progress({}).commit();
    moved.run();
    REQUIRE_ELSE(11, again == output);

    // Planar, cropped and padded views of the same pixels.
    std::vector<float> planes(40 * 30 * 3 + 100);
    const twofold_image whole = twofold::planar(planes.data(), 36, 28, 3, false, 40, 40 * 30);
    const twofold_image part = twofold::crop(whole, 2, 3, 32, 24);
    REQUIRE_ELSE(12, part.data == planes.data() + 3 * 40 + 2 && part.width == 32 && part.row_stride == 160);
    REQUIRE_ELSE(13, status_of([&] { twofold::crop(whole, 5, 3, 32, 24); }) == TWOFOLD_INVALID_ARGUMENT);
    context.add_noise(input, part, TWOFOLD_NOISE_GAUSSIAN, 0);
    REQUIRE_ELSE(14, context.compare(input, part).largest_error == 0);
    REQUIRE_ELSE(15, planes[3 * 40 + 2] == pixels[0] && planes[40 * 30 + 3 * 40 + 2] == pixels[1]);
    REQUIRE_ELSE(16, twofold::interleaved(pixels.data(), 10, 4, 2, true, 64).row_stride == 256);
    return use_tasks(context);
}

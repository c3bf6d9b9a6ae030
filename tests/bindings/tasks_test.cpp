// The methods beside ZS-N2N through the public interface: their setters, and every task from start to end.
#include "tests/bindings/support.h"

using namespace test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// White where pixels are known; the hole is a square.
Picture<std::uint8_t>& with_hole(Picture<std::uint8_t>& mask) {
    for (std::int64_t y = 0; y < mask.view.height; ++y)
        for (std::int64_t x = 0; x < mask.view.width; ++x)
            mask.pixels[static_cast<std::size_t>(y * mask.view.width + x)] =
                x >= 8 && x < 16 && y >= 6 && y < 14 ? 0 : 255;
    return mask;
}

bool refused(const Context& context, twofold_status status, twofold_status expected, const char* word) {
    CAPTURE(context.message(), static_cast<int>(status), word);
    CHECK(status == expected);
    CHECK(context.message().find(word) != std::string::npos);
    return status == expected;
}

template <typename Enum>
Enum number(int raw) {
    Enum value;
    std::memcpy(&value, &raw, sizeof value);
    return value;
}

}  // namespace

TEST_CASE("setters of the other methods refuse what is out of range", "[tasks]") {
    const Context context;
    const Job job(context);
    for (const int bad : {-1, 99, INT32_MAX, INT32_MIN}) {
        CHECK(refused(context, twofold_job_set_correlation(job, number<twofold_correlation>(bad)),
                      TWOFOLD_INVALID_ARGUMENT, "correlation"));
        CHECK(refused(context, twofold_job_set_refinement(job, number<twofold_refinement>(bad)),
                      TWOFOLD_INVALID_ARGUMENT, "refinement"));
        CHECK(refused(context, twofold_job_set_lines(job, number<twofold_lines>(bad)), TWOFOLD_INVALID_ARGUMENT,
                      "lines"));
        CHECK(refused(context, twofold_job_set_defect(job, number<twofold_defect>(bad)), TWOFOLD_INVALID_ARGUMENT,
                      "defect"));
        CHECK(refused(context, twofold_job_set_missing(job, number<twofold_missing>(bad)), TWOFOLD_INVALID_ARGUMENT,
                      "missing"));
        CHECK(refused(context, twofold_job_set_total_variation(job, number<twofold_total_variation>(bad)),
                      TWOFOLD_INVALID_ARGUMENT, "total variation"));
        CHECK(refused(context, twofold_job_set_detail(job, number<twofold_detail>(bad)), TWOFOLD_INVALID_ARGUMENT,
                      "second stage"));
        CHECK(refused(context, twofold_job_set_stop_rule(job, number<twofold_stop_rule>(bad)), TWOFOLD_INVALID_ARGUMENT,
                      "stop rule"));
        CHECK(refused(context, twofold_job_set_factor(job, bad), TWOFOLD_INVALID_ARGUMENT, "factor"));
    }
    CHECK(twofold_job_set_correlation(job, number<twofold_correlation>(3)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_refinement(job, number<twofold_refinement>(3)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_defect(job, number<twofold_defect>(3)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_missing(job, number<twofold_missing>(3)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_total_variation(job, number<twofold_total_variation>(2)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_detail(job, number<twofold_detail>(3)) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_stop_rule(job, number<twofold_stop_rule>(4)) == TWOFOLD_INVALID_ARGUMENT);
    for (const int factor : {0, 5, 6, 7, 16}) CHECK(twofold_job_set_factor(job, factor) == TWOFOLD_INVALID_ARGUMENT);
    for (const int factor : {1, 2, 3, 4, 8}) CHECK(twofold_job_set_factor(job, factor) == TWOFOLD_OK);
    for (const double lambda : {-1.0, -1e-300, 1.1e6, kNan, std::numeric_limits<double>::infinity()})
        CHECK(refused(context, twofold_job_set_lambda(job, lambda), TWOFOLD_INVALID_ARGUMENT, "lambda"));
    for (const double lambda : {0.0, 1e-12, 1e6}) CHECK(twofold_job_set_lambda(job, lambda) == TWOFOLD_OK);
    CHECK(refused(context, twofold_job_set_trace(job, -1, nullptr, nullptr), TWOFOLD_INVALID_ARGUMENT, "steps"));
    CHECK(twofold_job_set_trace(job, 10, nullptr, nullptr) == TWOFOLD_OK);

    Picture<std::uint8_t> mask(8, 8, 1);
    auto broken = mask.view;
    broken.data = nullptr;
    CHECK(refused(context, twofold_job_set_mask(job, &broken), TWOFOLD_INVALID_ARGUMENT, "mask"));
    broken = mask.view;
    broken.width = 0;
    CHECK(refused(context, twofold_job_set_mask(job, &broken), TWOFOLD_INVALID_ARGUMENT, "mask"));
    CHECK(twofold_job_set_mask(job, &mask.view) == TWOFOLD_OK);
    CHECK(twofold_job_set_mask(job, nullptr) == TWOFOLD_OK);
}

TEST_CASE("setters of the other methods take NULL for no job, and take back the commit", "[tasks]") {
    CHECK(twofold_job_set_correlation(nullptr, TWOFOLD_CORRELATION_AUTO) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_defect(nullptr, TWOFOLD_DEFECT_JPEG) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_mask(nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_missing(nullptr, TWOFOLD_MISSING_HOLE) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_factor(nullptr, 2) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_total_variation(nullptr, TWOFOLD_TV_ISOTROPIC) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_lambda(nullptr, 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_detail(nullptr, TWOFOLD_DETAIL_BLEND) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_stop_rule(nullptr, TWOFOLD_STOP_RULE_NONE) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_set_trace(nullptr, 1, nullptr, nullptr) == TWOFOLD_INVALID_ARGUMENT);

    const Context context;
    Picture<std::uint8_t> input(20, 20, 1), output(20, 20, 1);
    const Job job(context, input.view, output.view);
    const auto uncommits = [&](auto setter) {
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(setter() == TWOFOLD_OK);
        return twofold_job_run(job) == TWOFOLD_INVALID_STATE;
    };
    CHECK(uncommits([&] { return twofold_job_set_correlation(job, TWOFOLD_CORRELATION_AUTO); }));
    CHECK(uncommits([&] { return twofold_job_set_refinement(job, TWOFOLD_REFINEMENT_OFF); }));
    CHECK(uncommits([&] { return twofold_job_set_lines(job, TWOFOLD_LINES_KEEP); }));
    CHECK(uncommits([&] { return twofold_job_set_defect(job, TWOFOLD_DEFECT_NOISE); }));
    CHECK(uncommits([&] { return twofold_job_set_mask(job, nullptr); }));
    CHECK(uncommits([&] { return twofold_job_set_missing(job, TWOFOLD_MISSING_TEXT); }));
    CHECK(uncommits([&] { return twofold_job_set_factor(job, 1); }));
    CHECK(uncommits([&] { return twofold_job_set_total_variation(job, TWOFOLD_TV_ISOTROPIC); }));
    CHECK(uncommits([&] { return twofold_job_set_lambda(job, 0); }));
    CHECK(uncommits([&] { return twofold_job_set_detail(job, TWOFOLD_DETAIL_NOISY); }));
    CHECK(uncommits([&] { return twofold_job_set_stop_rule(job, TWOFOLD_STOP_RULE_AUTO); }));
    CHECK(uncommits([&] { return twofold_job_set_trace(job, 0, nullptr, nullptr); }));
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(twofold_job_set_factor(job, 7) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_job_run(job) == TWOFOLD_OK);
}

TEST_CASE("masks of a wrong size, of one colour or in the way are refused at commit", "[tasks]") {
    const Context context;
    Picture<std::uint8_t> input(24, 20, 3), output(24, 20, 3);
    const Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
    const auto commit = [&](const twofold_image& mask) {
        REQUIRE(twofold_job_set_mask(job, &mask) == TWOFOLD_OK);
        return twofold_job_commit(job);
    };
    Picture<std::uint8_t> turned(20, 24, 1), colour(24, 20, 3), mask(24, 20, 1);
    CHECK(refused(context, commit(with_hole(turned).view), TWOFOLD_INVALID_ARGUMENT, "24x20"));
    CHECK(refused(context, commit(colour.view), TWOFOLD_INVALID_ARGUMENT, "one channel"));
    std::fill(mask.pixels.begin(), mask.pixels.end(), std::uint8_t{255});
    CHECK(refused(context, commit(mask.view), TWOFOLD_INVALID_ARGUMENT, "nothing to fill"));
    std::fill(mask.pixels.begin(), mask.pixels.end(), std::uint8_t{127});
    CHECK(refused(context, commit(mask.view), TWOFOLD_INVALID_ARGUMENT, "nothing to learn"));
    with_hole(mask);
    auto in_the_way = mask.view;
    in_the_way.data = output.pixels.data() + 24 * 20;
    CHECK(refused(context, commit(in_the_way), TWOFOLD_INVALID_ARGUMENT, "share memory"));
    CHECK(commit(mask.view) == TWOFOLD_OK);
    // Other methods, and enlarging, want no mask.
    for (const twofold_method method :
         {TWOFOLD_ZSN2N, TWOFOLD_TV, TWOFOLD_TWO_STAGE, TWOFOLD_BICUBIC, TWOFOLD_LANCZOS}) {
        REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
        CHECK(refused(context, twofold_job_commit(job), TWOFOLD_UNSUPPORTED, "fill in"));
    }
    REQUIRE(twofold_job_set_factor(job, 2) == TWOFOLD_OK);
    CHECK(refused(context, twofold_job_commit(job), TWOFOLD_UNSUPPORTED, "not both"));
}

TEST_CASE("methods that do not fit the task are refused at commit", "[tasks]") {
    const Context context;
    Picture<std::uint8_t> input(12, 10, 1), output(12, 10, 1), large(24, 20, 1);
    const Job job(context, input.view, output.view);
    for (const twofold_method method : {TWOFOLD_BICUBIC, TWOFOLD_LANCZOS}) {
        REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
        CHECK(refused(context, twofold_job_commit(job), TWOFOLD_UNSUPPORTED, "enlarges"));
    }
    REQUIRE(twofold_job_set_factor(job, 2) == TWOFOLD_OK);
    CHECK(refused(context, twofold_job_commit(job), TWOFOLD_INVALID_ARGUMENT, "factor"));
    REQUIRE(twofold_job_set_output(job, &large.view) == TWOFOLD_OK);
    for (const twofold_method method : {TWOFOLD_ZSN2N, TWOFOLD_TWO_STAGE}) {
        REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
        CHECK(refused(context, twofold_job_commit(job), TWOFOLD_UNSUPPORTED, "enlarge"));
    }
    REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_stop_rule(job, TWOFOLD_STOP_RULE_NOISE) == TWOFOLD_OK);
    CHECK(refused(context, twofold_job_commit(job), TWOFOLD_UNSUPPORTED, "noise"));
    REQUIRE(twofold_job_set_stop_rule(job, TWOFOLD_STOP_RULE_AUTO) == TWOFOLD_OK);
    CHECK(twofold_job_commit(job) == TWOFOLD_OK);
    auto inside = large.view;
    inside.width = 12;
    inside.height = 10;
    REQUIRE(twofold_job_set_input(job, &inside) == TWOFOLD_OK);
    CHECK(refused(context, twofold_job_commit(job), TWOFOLD_INVALID_ARGUMENT, "share memory"));

    Picture<float> line(40, 1, 3), line_output(40, 1, 3);
    const Job thin(context, line.view, line_output.view);
    for (const twofold_method method : {TWOFOLD_DIP, TWOFOLD_TWO_STAGE}) {
        REQUIRE(twofold_job_set_method(thin, method) == TWOFOLD_OK);
        CHECK(refused(context, twofold_job_commit(thin), TWOFOLD_UNSUPPORTED, "40x1"));
    }
}

TEST_CASE("every denoising method by every recipe, with its report", "[tasks][slow]") {
    const twofold_method method = GENERATE(TWOFOLD_TV, TWOFOLD_DIP, TWOFOLD_TWO_STAGE);
    const twofold_recipe recipe = GENERATE(TWOFOLD_RECIPE_FAST, TWOFOLD_RECIPE_BEST, TWOFOLD_RECIPE_PAPER);
    CAPTURE(method, recipe);
    Picture<std::uint16_t> input(34, 30, 4, true), output(34, 30, 4, true, 5);
    const Context context;
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
    job.commit_and_run();
    const twofold_report report = job.report();
    CHECK(report.threads == 1);
    CHECK(report.memory_bytes > 0);
    CHECK(report.noise_sigma > 0);
    CHECK(report.seconds_total >= report.seconds_apply);
    CHECK((report.lambda > 0) == (method != TWOFOLD_DIP));
    CHECK(std::string(report.implementation) == "simd");
    for (std::size_t i = 3; i < input.pixels.size(); i += 4) REQUIRE(output.pixels[i] == input.pixels[i]);
    CHECK(output.pixels != input.pixels);
    twofold_weights* weights = nullptr;
    CHECK(twofold_job_get_weights(job, &weights) == TWOFOLD_UNSUPPORTED);
    if (method == TWOFOLD_TV) return;
    CHECK(report.steps_done == 3);
    CHECK(report.steps_planned == 3);
    CHECK(report.best_step == 0);
    CHECK(report.stop_reason == TWOFOLD_STOP_STEPS);
    CHECK(report.parameters > 100000);
    CHECK(report.depth == 4);
    CHECK(report.seconds_per_step > 0);
}

TEST_CASE("settings reach the methods they are for", "[tasks][slow]") {
    Picture<float> input(24, 24, 3), plain(24, 24, 3), other(24, 24, 3);
    const Context context;
    const auto run = [&](twofold_method method, const twofold_image& output, auto set) {
        Job job(context, input.view, output);
        REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
        REQUIRE(set(job) == TWOFOLD_OK);
        job.commit_and_run();
        return job.report();
    };
    const auto nothing = [](twofold_job*) { return TWOFOLD_OK; };
    const auto changes = [&](twofold_method method, auto set) {
        run(method, plain.view, nothing);
        run(method, other.view, set);
        return plain.pixels != other.pixels;
    };
    CHECK_FALSE(changes(TWOFOLD_DIP, nothing));
    CHECK(changes(TWOFOLD_DIP, [](twofold_job* job) { return twofold_job_set_defect(job, TWOFOLD_DEFECT_JPEG); }));
    CHECK(run(TWOFOLD_ZSN2N, other.view, [](twofold_job* job) {
              return twofold_job_set_correlation(job, TWOFOLD_CORRELATION_CORRELATED);
          }).correlation == TWOFOLD_CORRELATION_CORRELATED);
    CHECK(run(TWOFOLD_ZSN2N, other.view, nothing).correlation == TWOFOLD_CORRELATION_INDEPENDENT);
    CHECK(run(TWOFOLD_TV, other.view, nothing).correlation == TWOFOLD_CORRELATION_AUTO);
    CHECK(changes(TWOFOLD_DIP, [](twofold_job* job) { return twofold_job_set_seed(job, 3); }));
    CHECK(changes(TWOFOLD_TWO_STAGE, [](twofold_job* job) { return twofold_job_set_lambda(job, 1); }));
    CHECK(changes(TWOFOLD_TWO_STAGE,
                  [](twofold_job* job) { return twofold_job_set_total_variation(job, TWOFOLD_TV_ISOTROPIC); }));
    CHECK(changes(TWOFOLD_TV, [](twofold_job* job) { return twofold_job_set_lambda(job, 0.3); }));
    CHECK(changes(TWOFOLD_TV,
                  [](twofold_job* job) { return twofold_job_set_total_variation(job, TWOFOLD_TV_ANISOTROPIC); }));
    CHECK(run(TWOFOLD_TWO_STAGE, other.view, [](twofold_job* job) {
              return twofold_job_set_lambda(job, 0.25);
          }).lambda == 0.25);
}

TEST_CASE("a strength between 0 and 1 leaves a part of the noise", "[tasks][slow]") {
    for (const auto method : {TWOFOLD_ZSN2N, TWOFOLD_TV, TWOFOLD_DIP}) {
        CAPTURE(static_cast<int>(method));
        const auto denoised = [&](double strength, bool in_place) {
            const Context context;
            Picture<float> input(48, 40, 3), output(48, 40, 3);
            Job job(context, input.view, in_place ? input.view : output.view);
            REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_steps(job, 40) == TWOFOLD_OK);
            REQUIRE(twofold_job_set_strength(job, strength) == TWOFOLD_OK);
            job.commit_and_run();
            return in_place ? input.pixels : output.pixels;
        };
        const Picture<float> noisy(48, 40, 3);
        const std::vector<float> full = denoised(1, false), half = denoised(0.5, false), none = denoised(0, false);
        CHECK_FALSE(same_bits(full, noisy.pixels));
        for (std::size_t i = 0; i < full.size(); ++i) {
            REQUIRE(none[i] == Approx(noisy.pixels[i]).margin(1e-6));
            REQUIRE(half[i] == Approx((full[i] + noisy.pixels[i]) / 2).margin(1e-6));
        }
        CHECK(same_bits(denoised(0.5, true), half));
    }
}

TEST_CASE("filling in from start to end, then denoising with the same job", "[tasks][slow]") {
    const twofold_missing missing = GENERATE(TWOFOLD_MISSING_TEXT, TWOFOLD_MISSING_HOLE, TWOFOLD_MISSING_RANDOM);
    Picture<std::uint8_t> input(26, 22, 3), output(26, 22, 3, false, 9), mask(26, 22, 1);
    with_hole(mask);
    const Context context;
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_missing(job, missing) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_mask(job, &mask.view) == TWOFOLD_OK);
    job.commit_and_run();
    std::size_t filled = 0;
    for (std::size_t i = 0; i < input.pixels.size(); ++i) {
        if (mask.pixels[i / 3])
            REQUIRE(output.pixels[i] == input.pixels[i]);
        else
            filled += output.pixels[i] != input.pixels[i];
    }
    CHECK(filled > 100);
    const auto expected = output.pixels;
    Picture<std::uint8_t> in_place(26, 22, 3);
    REQUIRE(twofold_job_set_input(job, &in_place.view) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_output(job, &in_place.view) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(in_place.pixels == expected);
    REQUIRE(twofold_job_set_mask(job, nullptr) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(in_place.pixels != expected);
}

TEST_CASE("enlarging from start to end", "[tasks][slow]") {
    const twofold_method method = GENERATE(TWOFOLD_DIP, TWOFOLD_BICUBIC, TWOFOLD_LANCZOS);
    const int factor = GENERATE(2, 3, 4, 8);
    CAPTURE(method, factor);
    Picture<std::uint8_t> input(6, 5, 4, true), output(6 * factor, 5 * factor, 4, true);
    std::fill(output.pixels.begin(), output.pixels.end(), std::uint8_t{0});
    const Context context;
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_factor(job, factor) == TWOFOLD_OK);
    job.commit_and_run();
    const twofold_report report = job.report();
    CHECK(report.steps_done == (method == TWOFOLD_DIP ? 3 : 0));
    CHECK(report.stop_reason == (method == TWOFOLD_DIP ? TWOFOLD_STOP_STEPS : TWOFOLD_STOP_CONVERGED));
    std::size_t written = 0;
    for (const std::uint8_t sample : output.pixels) written += sample != 0;
    CHECK(written > output.pixels.size() * 3 / 4);
}

TEST_CASE("trace points come at the steps promised, with images to read", "[tasks][slow]") {
    struct Seen {
        std::vector<std::int64_t> steps;
        bool sound = true;
    } seen;
    Picture<std::uint16_t> input(20, 18, 4, true), output(20, 18, 4, true);
    const Context context;
    Job job(context, input.view, output.view);
    const auto trace = [](const twofold_trace_point* point, void* user) {
        auto& to = *static_cast<Seen*>(user);
        to.steps.push_back(point->step);
        for (const twofold_image* image : {point->output, point->average}) {
            to.sound = to.sound && image && image->width == 20 && image->height == 18 && image->channels == 3 &&
                       !image->has_alpha && image->data_type == TWOFOLD_FLOAT32;
            if (!to.sound) return;
            // Readable by the library itself, from a context of the trace's own.
            twofold_context* own = nullptr;
            twofold_metrics metrics;
            to.sound = twofold_context_create(&own) == TWOFOLD_OK &&
                       twofold_compare(own, image, image, &metrics) == TWOFOLD_OK && metrics.largest_error == 0;
            twofold_context_destroy(own);
        }
        to.sound = to.sound && point->loss > 0;
    };
    REQUIRE(twofold_job_set_steps(job, 7) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_trace(job, 3, trace, &seen) == TWOFOLD_OK);
    SECTION("methods with steps") {
        REQUIRE(twofold_job_set_method(job, GENERATE(TWOFOLD_DIP, TWOFOLD_TWO_STAGE)) == TWOFOLD_OK);
        job.commit_and_run();
        CHECK(seen.steps == std::vector<std::int64_t>{0, 3, 6});
        CHECK(seen.sound);
        // Listening changes nothing.
        const auto traced = output.pixels;
        REQUIRE(twofold_job_set_trace(job, 3, nullptr, nullptr) == TWOFOLD_OK);
        job.commit_and_run();
        CHECK(seen.steps.size() == 3);
        CHECK(output.pixels == traced);
    }
    SECTION("not wanted") {
        REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_trace(job, 0, trace, &seen) == TWOFOLD_OK);
        job.commit_and_run();
        CHECK(seen.steps.empty());
    }
}

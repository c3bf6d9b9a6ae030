// Progress, finishing early, cancelling at every callback, deadlines.
#include <thread>

#include "tests/bindings/c99_use.h"
#include "tests/bindings/support.h"
#include "tests/support/patience.h"

using namespace test;

namespace {

struct Listener {
    int answer_at = -1;           // number of the call, from 0
    std::int64_t not_before = 0;  // calls at earlier steps do not count
    twofold_progress_action answer = TWOFOLD_CONTINUE;
    int only_in_phase = -1;
    bool consistent = true;
    int calls = 0;
    bool answered = false;
    twofold_progress last = {};
    bool trained_to_end = false;
    std::thread::id thread = std::this_thread::get_id();

    static twofold_progress_action call(const twofold_progress* progress, void* user) {
        auto& self = *static_cast<Listener*>(user);
        const twofold_progress& p = *progress;
        self.consistent = self.consistent && !self.answered && std::this_thread::get_id() == self.thread &&
                          p.done >= 0 && p.done <= p.total && p.total > 0 && p.seconds_elapsed >= 0 &&
                          p.seconds_left >= 0 && std::isfinite(p.loss) && p.reserved == 0 &&
                          p.seconds_elapsed >= self.last.seconds_elapsed && p.phase >= self.last.phase &&
                          (p.phase != self.last.phase || p.done >= self.last.done);
        self.trained_to_end = self.trained_to_end || (p.phase == TWOFOLD_PHASE_TRAIN && p.done == p.total);
        self.last = p;
        const bool in_phase = self.only_in_phase < 0 || self.only_in_phase == static_cast<int>(p.phase);
        const bool answers = in_phase && p.done >= self.not_before && self.calls++ == self.answer_at;
        // A cancelled run is over; one that finishes still reports its final pass.
        self.answered = answers && self.answer == TWOFOLD_CANCEL;
        return answers ? self.answer : TWOFOLD_CONTINUE;
    }
};

constexpr std::int64_t kWidth = 40, kHeight = 32;

struct Setup {
    Context context;
    Picture<std::uint8_t> input{kWidth, kHeight, 3}, output{kWidth, kHeight, 3, false, 2};
    Job job{context, input.view, output.view};
    void commit(std::int64_t steps, Listener* listener) {
        REQUIRE(twofold_job_set_steps(job, steps) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_progress(job, listener ? Listener::call : nullptr, listener) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    }
};

}  // namespace

TEST_CASE("progress reaches the end of both phases", "[progress][slow]") {
    Setup setup;
    Listener listener;
    setup.commit(30, &listener);
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
    CHECK(listener.consistent);
    CHECK(listener.trained_to_end);
    CHECK(listener.last.phase == TWOFOLD_PHASE_APPLY);
    CHECK(listener.last.done == listener.last.total);
    CHECK(listener.last.loss == 0);
    const twofold_report report = setup.job.report();
    CHECK(report.steps_planned == 30);
    CHECK(report.steps_done == 30);
    CHECK(report.stop_reason == TWOFOLD_STOP_STEPS);
    CHECK(report.threads == 1);
    CHECK(report.parameters > 0);
    CHECK(report.depth >= 1);
    CHECK((report.ensemble == 1 || report.ensemble == 8));
    CHECK(std::string(report.implementation).size() > 0);
    CHECK(report.noise_sigma > 0);
    CHECK(report.seconds_total >= report.seconds_train);
    CHECK(report.seconds_total >= report.seconds_apply);
    CHECK(report.seconds_per_step == Approx(report.seconds_train / 30));
}

TEST_CASE("every method reports its phases to their end, and a cancel as such", "[progress][slow]") {
    struct Way {
        twofold_method method;
        std::int32_t factor;
        bool trains;
    };
    const Way ways[] = {{TWOFOLD_TV, 1, true}, {TWOFOLD_DIP, 1, true}, {TWOFOLD_TWO_STAGE, 1, true},
                        {TWOFOLD_TV, 2, true}, {TWOFOLD_DIP, 2, true}, {TWOFOLD_BICUBIC, 2, false}};
    for (const Way& way : ways) {
        CAPTURE(way.method, way.factor);
        const Context context;
        const Picture<std::uint8_t> input(kWidth, kHeight, 3);
        const Picture<std::uint8_t> output(kWidth * way.factor, kHeight * way.factor, 3, false, 2);
        Job job(context, input.view, output.view);
        REQUIRE(twofold_job_set_method(job, way.method) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_factor(job, way.factor) == TWOFOLD_OK);
        if (way.method != TWOFOLD_TV) REQUIRE(twofold_job_set_steps(job, 3) == TWOFOLD_OK);
        Listener listener;
        REQUIRE(twofold_job_set_progress(job, Listener::call, &listener) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
        CHECK(listener.consistent);
        CHECK(listener.trained_to_end == way.trains);
        CHECK(listener.last.phase == TWOFOLD_PHASE_APPLY);
        CHECK(listener.last.done == listener.last.total);
        CHECK(listener.last.loss == 0);

        Listener stranger;
        stranger.answer_at = 0;
        stranger.answer = TWOFOLD_CANCEL;
        REQUIRE(twofold_job_set_progress(job, Listener::call, &stranger) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        CHECK(twofold_job_run(job) == TWOFOLD_CANCELLED);
        CHECK(job.report().stop_reason == TWOFOLD_STOP_CALLBACK);
    }
}

TEST_CASE("listening does not change the result", "[progress]") {
    Setup silent, listened;
    Listener listener;
    silent.commit(5, nullptr);
    listened.commit(5, &listener);
    REQUIRE(twofold_job_run(silent.job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(listened.job) == TWOFOLD_OK);
    CHECK(same_bits(silent.output.pixels, listened.output.pixels));
}

TEST_CASE("finishing early delivers a result", "[progress][slow]") {
    Setup setup;
    Listener listener;
    listener.answer_at = 0;
    listener.not_before = 30;  // before, there is nothing worth keeping
    listener.answer = TWOFOLD_FINISH;
    setup.commit(100000, &listener);
    const auto before = setup.output.pixels;
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
    const twofold_report report = setup.job.report();
    CHECK(report.steps_done < 100000);
    CHECK(report.stop_reason == TWOFOLD_STOP_CALLBACK);
    CHECK(listener.last.phase == TWOFOLD_PHASE_APPLY);
    CHECK(listener.last.done == listener.last.total);
    CHECK(setup.output.pixels != before);
    twofold_weights* weights = nullptr;
    CHECK(twofold_job_get_weights(setup.job, &weights) == TWOFOLD_OK);
    twofold_weights_destroy(weights);
}

TEST_CASE("finishing has no effect in the final pass", "[progress]") {
    Setup plain, finished;
    Listener listener;
    listener.answer_at = 0;
    listener.answer = TWOFOLD_FINISH;
    listener.only_in_phase = TWOFOLD_PHASE_APPLY;
    plain.commit(4, nullptr);
    finished.commit(4, &listener);
    REQUIRE(twofold_job_run(plain.job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(finished.job) == TWOFOLD_OK);
    CHECK(listener.calls > 0);
    CHECK(same_bits(plain.output.pixels, finished.output.pixels));
    CHECK(finished.job.report().stop_reason == TWOFOLD_STOP_STEPS);
}

TEST_CASE("cancelling at every callback, then running again", "[progress][slow]") {
    Setup plain;
    plain.commit(12, nullptr);
    REQUIRE(twofold_job_run(plain.job) == TWOFOLD_OK);

    Setup setup;
    const auto untouched = setup.output.pixels;
    bool reached_end = false, cancelled_in_training = false;
    for (int k = 0; k < 100 && !reached_end; ++k) {
        CAPTURE(k);
        Listener listener;
        listener.answer_at = k;
        listener.answer = TWOFOLD_CANCEL;
        setup.commit(12, &listener);
        const twofold_status status = twofold_job_run(setup.job);
        REQUIRE(listener.consistent);
        twofold_weights* weights = nullptr;
        if (status == TWOFOLD_OK) {
            reached_end = true;
            REQUIRE(listener.calls <= k);
            CHECK(same_bits(setup.output.pixels, plain.output.pixels));
        } else {
            REQUIRE(status == TWOFOLD_CANCELLED);
            CHECK(setup.context.message().size() > 5);
            CHECK(twofold_job_get_weights(setup.job, &weights) == TWOFOLD_INVALID_STATE);
            CHECK(setup.job.report().stop_reason == TWOFOLD_STOP_CALLBACK);
            if (listener.last.phase != TWOFOLD_PHASE_TRAIN) continue;
            cancelled_in_training = true;
            CHECK(same_bits(setup.output.pixels, untouched));
        }
    }
    CHECK(reached_end);
    CHECK(cancelled_in_training);
    // How many callbacks training has depends on the time it takes, so those of the final pass are asked for by name.
    Listener last;
    last.answer_at = 0;
    last.answer = TWOFOLD_CANCEL;
    last.only_in_phase = TWOFOLD_PHASE_APPLY;
    setup.commit(12, &last);
    CHECK(twofold_job_run(setup.job) == TWOFOLD_CANCELLED);
    CHECK(last.trained_to_end);
}

TEST_CASE("a cancelled run can be repeated on the same commit", "[progress][slow]") {
    Setup plain, setup;
    plain.commit(10, nullptr);
    REQUIRE(twofold_job_run(plain.job) == TWOFOLD_OK);
    Listener listener;
    listener.answer_at = 0;
    listener.answer = TWOFOLD_CANCEL;
    setup.commit(10, &listener);
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_CANCELLED);
    listener = Listener{};
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
    CHECK(same_bits(setup.output.pixels, plain.output.pixels));
}

TEST_CASE("an answer that is none of the three means continue", "[progress][slow]") {
    Setup plain, setup;
    plain.commit(5, nullptr);
    REQUIRE(twofold_job_run(plain.job) == TWOFOLD_OK);
    for (const int answer : {3, -1, INT32_MAX}) {
        c99_set_answer(answer);
        REQUIRE(twofold_job_set_steps(setup.job, 5) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_progress(setup.job, c99_answer, nullptr) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(setup.job) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
        CHECK(same_bits(setup.output.pixels, plain.output.pixels));
    }
}

TEST_CASE("calling back into the running job is refused", "[progress]") {
    struct Reentry {
        twofold_job* job;
        bool refused = true;
        int calls = 0;
    };
    Setup setup;
    Reentry reentry{setup.job};
    const auto callback = [](const twofold_progress*, void* user) {
        auto& self = *static_cast<Reentry*>(user);
        twofold_weights* weights = nullptr;
        self.refused = self.refused && twofold_job_run(self.job) == TWOFOLD_INVALID_STATE &&
                       twofold_job_commit(self.job) == TWOFOLD_INVALID_STATE &&
                       twofold_job_set_steps(self.job, 1) == TWOFOLD_INVALID_STATE &&
                       twofold_job_get_weights(self.job, &weights) == TWOFOLD_INVALID_STATE;
        ++self.calls;
        return TWOFOLD_CONTINUE;
    };
    REQUIRE(twofold_job_set_progress(setup.job, callback, &reentry) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(setup.job) == TWOFOLD_OK);
    CHECK(twofold_job_run(setup.job) == TWOFOLD_OK);
    CHECK(reentry.calls > 0);
    CHECK(reentry.refused);
}

TEST_CASE("a deadline ends training early with a result", "[progress][slow]") {
    Setup setup;
    REQUIRE(twofold_job_set_deadline(setup.job, 0.5) == TWOFOLD_OK);
    setup.commit(1000000, nullptr);
    const auto before = setup.output.pixels;
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
    const twofold_report report = setup.job.report();
    CHECK(report.stop_reason == TWOFOLD_STOP_DEADLINE);
    CHECK(report.steps_done < 1000000);
    CHECK(report.seconds_total < twofold::test::kPatience);
    CHECK(setup.output.pixels != before);
}

TEST_CASE("a deadline that has passed at once still gives a whole result", "[progress]") {
    Setup setup;
    REQUIRE(twofold_job_set_deadline(setup.job, 1e-9) == TWOFOLD_OK);
    setup.commit(1000000, nullptr);
    std::fill(setup.output.pixels.begin(), setup.output.pixels.end(), std::uint8_t{0});
    REQUIRE(twofold_job_run(setup.job) == TWOFOLD_OK);
    CHECK(setup.job.report().stop_reason == TWOFOLD_STOP_DEADLINE);
    // The input has no black area, so an output that has one was not completed.
    const auto zeros = std::count(setup.output.pixels.begin(), setup.output.pixels.end(), std::uint8_t{0});
    CHECK(zeros < static_cast<std::ptrdiff_t>(setup.output.pixels.size() / 4));
    // What it has learned is nothing that another image should get.
    twofold_weights* weights = nullptr;
    CHECK(twofold_job_get_weights(setup.job, &weights) == TWOFOLD_INVALID_STATE);
    CHECK(weights == nullptr);
}

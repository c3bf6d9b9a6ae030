// The run that the priors share, on a small network and with terms that say what the test wants.
#include "pipelines/common/prior/fit.h"

#include <limits>
#include <thread>

#include "pipelines/common/prior/image_term.h"
#include "tests/pipelines/prior_support.h"
#include "tests/support/patience.h"

using namespace twofold;
using namespace twofold::prior;

namespace {

constexpr std::int64_t kWidth = 21, kHeight = 14;

// What a run showed at each step.
struct Log {
    std::vector<std::int64_t> steps;
    std::vector<double> losses;
    std::vector<std::vector<float>> outputs, averages;

    static void take(const TracePoint& point, void* user) {
        auto& log = *static_cast<Log*>(user);
        constexpr auto kCount = static_cast<std::ptrdiff_t>(kWidth * kHeight * 3);
        log.steps.push_back(point.step);
        log.losses.push_back(point.loss);
        log.outputs.emplace_back(point.output, point.output + kCount);
        log.averages.emplace_back();
        if (point.average) log.averages.back().assign(point.average, point.average + kCount);
    }
};

// The image term with losses of the test's choice.
class ScriptedTerm final : public ImageTerm {
  public:
    using Script = std::function<double(std::int64_t step, double loss)>;
    ScriptedTerm(const ImageView& image, Script script) : ImageTerm(image, 1), script_(std::move(script)) {}
    double evaluate(ThreadTeam& team, const Arena& arena, const FitStep& step, ops::ConstFeatureMap output,
                    ops::FeatureMap diff) override {
        return script_(step.index, ImageTerm::evaluate(team, arena, step, output, diff));
    }

  private:
    Script script_;
};

struct Setup {
    test::TypedImage<float> input{kWidth, kHeight, 3}, output{kWidth, kHeight, 3, false, false};
    PipelineSettings settings;
    Recipe recipe;
    NoiseModel noise;
    StopRule rule;
    Log log;
    ScriptedTerm::Script script = [](std::int64_t, double loss) { return loss; };

    Setup() {
        settings.input = input.view();
        settings.output = output.view();
        settings.threads = 2;
        settings.trace = Log::take;
        settings.trace_user = &log;
        settings.trace_every = 1;
        noise.mean_sigma = 0.1;
        recipe.in = 4;
        recipe.scales = equal_scales(2, 8, 2);
        recipe.steps = 12;
    }
    std::unique_ptr<Fit> make() {
        return std::make_unique<Fit>(settings, recipe, rule, 1.0f, noise,
                                     std::make_unique<ScriptedTerm>(input.view(), script));
    }
    Report run() {
        const auto fit = make();
        fit->run(nullptr, nullptr);
        return fit->report();
    }
    // The network puts out the same at every step.
    void freeze() {
        recipe.learning_rate = 0;
        recipe.input_noise = 0;
    }
};

}  // namespace

TEST_CASE("a fit learns, and its result is the running average of its outputs", "[fit]") {
    Setup setup;
    setup.recipe.steps = 60;
    setup.recipe.average = 0.9;
    const Report report = setup.run();
    const Log& log = setup.log;
    REQUIRE(log.outputs.size() == 60);
    CHECK(log.losses.back() < 0.5 * log.losses.front());
    std::vector<float> average = log.outputs[0];
    for (std::size_t step = 0; step < 60; ++step) {
        CHECK(log.losses[step] == Approx(test::mean_square(log.outputs[step], setup.input.samples)).epsilon(1e-4));
        // A fifth of the steps so far, ten at most.
        const auto keep = static_cast<float>(std::min(0.9, double(step) / double(step + 4)));
        for (std::size_t i = 0; i < average.size(); ++i)
            average[i] = keep * average[i] + (1 - keep) * log.outputs[step][i];
        REQUIRE(test::mean_square(average, log.averages[step]) < 1e-12);
    }
    CHECK(setup.output.samples == log.averages.back());
    CHECK(report.steps_planned == 60);
    CHECK(report.steps_done == 60);
    CHECK(report.best_step == 0);
    CHECK(report.stop_reason == StopReason::kSteps);
    CHECK(report.noise_sigma == Approx(25.5));
    CHECK(report.threads == 2);
    CHECK(report.depth == 2);
    CHECK(report.parameters > 500);
    CHECK(report.memory_bytes > 0);
    CHECK(report.lambda == 0);
    CHECK(std::string(report.implementation) == "simd");
    CHECK((report.loss < log.losses.front() && report.loss > 0.5 * log.losses.back()));
    CHECK(report.seconds_train > 0);
    CHECK(report.seconds_apply >= 0);
    CHECK(report.seconds_total == Approx(report.seconds_train + report.seconds_apply));
}

TEST_CASE("without an average the result is the last output", "[fit]") {
    Setup setup;
    setup.recipe.average = 0;
    setup.run();
    CHECK(setup.output.samples == setup.log.outputs.back());
    CHECK(setup.log.averages.back().empty());
}

TEST_CASE("a spike brings the last good parameters back and leaves no trace in the average", "[fit]") {
    Setup setup;
    setup.recipe.input_noise = 0;
    setup.recipe.steps = 40;
    const std::int64_t at = GENERATE(1, 7, 30);
    const double spike = GENERATE(100.0, std::numeric_limits<double>::quiet_NaN());
    CAPTURE(at, spike);
    setup.script = [=](std::int64_t step, double loss) { return step == at ? spike : loss; };
    const Report report = setup.run();
    const Log& log = setup.log;
    // Good parameters are kept at steps 0 and 25; without noise they put out the same again.
    const auto index = static_cast<std::size_t>(at);
    CHECK(log.outputs[index + 1] == log.outputs[at < 25 ? 0 : 25]);
    CHECK(log.outputs[index + 2] != log.outputs[index + 1]);
    CHECK(log.averages[index] == log.averages[index - 1]);
    CHECK(report.steps_done == 40);
    CHECK((report.loss > 0 && report.loss < log.losses[0]));
    for (const float value : setup.output.samples) REQUIRE((value >= 0 && value <= 1));
}

TEST_CASE("what is no spike, or is not to be rolled back, goes on", "[fit]") {
    Setup plain, lower, unwatched;
    plain.run();
    // 5 dB are a factor of 3.16.
    lower.script = [](std::int64_t step, double loss) { return step == 5 ? 3 * loss : loss; };
    lower.run();
    CHECK(lower.log.outputs == plain.log.outputs);
    unwatched.recipe.roll_back_db = 0;
    unwatched.script = [](std::int64_t step, double loss) { return step == 5 ? 100 * loss : loss; };
    unwatched.run();
    CHECK(unwatched.log.outputs == plain.log.outputs);
}

TEST_CASE("noise on the parameters is taken away again after each step", "[fit]") {
    Setup setup;
    setup.freeze();
    setup.recipe.steps = 30;
    Setup quiet = setup;
    quiet.settings.input = quiet.input.view();
    quiet.settings.output = quiet.output.view();
    quiet.settings.trace_user = &quiet.log;
    quiet.run();
    CHECK(quiet.log.outputs.front() == quiet.log.outputs.back());
    setup.recipe.parameter_noise = 0.02;
    setup.run();
    const auto distance = [&](std::size_t step) {
        return test::mean_square(setup.log.outputs[step], quiet.log.outputs[0]);
    };
    double early = 0, late = 0;
    for (std::size_t step = 0; step < 10; ++step) {
        CHECK(distance(step) > 0);
        CHECK(setup.log.outputs[step] != setup.log.outputs[step + 1]);
        early += distance(step);
        late += distance(step + 20);
    }
    // Noise that stayed would add up to three times as much.
    CHECK(late < 2 * early);
}

TEST_CASE("the rule by variance stops patiently after the lowest and delivers the average at it", "[fit]") {
    Setup setup;
    setup.rule.kind = StopRule::Kind::kVariance;
    setup.rule.window = 5;
    setup.rule.patience = 10;
    setup.recipe.steps = 100;
    SECTION("a network that stands still") {
        setup.freeze();
        const Report report = setup.run();
        CHECK(report.steps_done == 15);
        CHECK(report.best_step == 4);
        CHECK(report.stop_reason == StopReason::kVariance);
    }
    SECTION("nothing is judged before its time") {
        setup.freeze();
        setup.rule.from = 0.3;
        const Report report = setup.run();
        CHECK(report.best_step == 34);
        CHECK(report.steps_done == 45);
    }
    SECTION("a network that learns") {
        const Report report = setup.run();
        const auto best = static_cast<std::size_t>(report.best_step);
        REQUIRE(best >= 4);
        CHECK(setup.output.samples == setup.log.averages[best]);
        const auto variance = [&](std::size_t last) {
            std::vector<float> mean(setup.output.samples.size());
            for (std::size_t k = 0; k < 5; ++k)
                for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += setup.log.outputs[last - k][i] / 5;
            double sum = 0;
            for (std::size_t k = 0; k < 5; ++k) sum += test::mean_square(setup.log.outputs[last - k], mean) / 5;
            return sum;
        };
        for (std::size_t step = 4; step < setup.log.outputs.size(); ++step)
            CHECK(variance(step) >= 0.999 * variance(best));
        if (report.stop_reason == StopReason::kVariance) CHECK(report.steps_done == report.best_step + 11);
    }
    SECTION("a window that never fills leaves the last average") {
        setup.recipe.steps = 4;
        const Report report = setup.run();
        CHECK(report.best_step == 0);
        CHECK(report.stop_reason == StopReason::kSteps);
        CHECK(setup.output.samples == setup.log.averages.back());
    }
    SECTION("a spike does not count") {
        setup.freeze();
        setup.script = [](std::int64_t step, double loss) { return step == 2 ? 100 : loss; };
        CHECK(setup.run().best_step == 5);
    }
}

TEST_CASE("the rule by noise stops where the distance has fallen to it", "[fit]") {
    Setup setup;
    setup.rule.kind = StopRule::Kind::kNoise;
    setup.rule.noise_variance = 0.101;
    setup.script = [](std::int64_t step, double) { return 1 / static_cast<double>(step + 1); };
    const Report report = setup.run();
    CHECK(report.steps_done == 10);
    CHECK(report.stop_reason == StopReason::kNoise);
    CHECK(report.best_step == 0);
    CHECK(setup.output.samples == setup.log.averages.back());
}

TEST_CASE("a fit from the recorrupted image learns it", "[fit]") {
    Setup setup;
    setup.recipe.input = InputKind::kRecorrupted;
    setup.recipe.optimizer = Optimizer::kMuon;
    setup.recipe.steps = 300;
    setup.recipe.recorruption = 0.5;
    for (auto& knots : setup.noise.sigma) knots.fill(0.05f);
    // Bright on the left and, less so, at the top.
    for (std::size_t i = 0; i < setup.input.samples.size(); ++i) {
        const bool left = i / 3 % kWidth < kWidth / 3, top = i / 3 / kWidth < kHeight / 3;
        setup.input.samples[i] = 0.2f + (left ? 0.5f : 0.0f) + (top ? 0.25f : 0.0f);
    }
    const Report report = setup.run();
    const double distance = test::mean_square(setup.output.samples, setup.input.samples);
    INFO("mean square " << distance << " loss " << report.loss);
    CHECK(distance < 0.01);
    // The loss holds the noise of the target, (0.05 / 0.5)^2 ...
    CHECK(report.loss > 0.005);
    // ... which the rule by noise takes off.
    setup.rule.kind = StopRule::Kind::kNoise;
    setup.rule.noise_variance = 0.015;
    setup.script = [](std::int64_t step, double) { return step < 7 ? 0.026 : 0.024; };
    CHECK(setup.run().steps_done == 8);
}

TEST_CASE("trace points come at the steps promised", "[fit]") {
    Setup setup;
    setup.settings.trace_every = 5;
    setup.run();
    CHECK(setup.log.steps == std::vector<std::int64_t>{0, 5, 10});
    Setup silent;
    silent.settings.trace_every = 0;
    silent.run();
    CHECK(silent.log.steps.empty());
    CHECK(silent.output.samples == setup.output.samples);
}

TEST_CASE("a fit gives the same bits for any number of threads and in every run", "[fit][threads]") {
    const InputKind kind = GENERATE(InputKind::kNoise, InputKind::kRecorrupted, InputKind::kThinned);
    const bool muon = kind != InputKind::kNoise;
    Setup first;
    first.recipe.input = kind;
    if (kind == InputKind::kRecorrupted) {
        for (auto& knots : first.noise.sigma) knots.fill(0.1f);
    }
    first.recipe.optimizer = muon ? Optimizer::kMuon : Optimizer::kAdam;
    first.recipe.parameter_noise = 0.02;
    first.settings.threads = 1;
    first.run();
    for (const int threads : {2, 3}) {
        Setup other;
        other.recipe = first.recipe;
        other.noise = first.noise;
        other.settings.threads = threads;
        const auto fit = other.make();
        for (int round = 0; round < 2; ++round) {
            std::ranges::fill(other.output.samples, -1.0f);
            fit->run(nullptr, nullptr);
            CHECK(other.output.samples == first.output.samples);
        }
    }
    Setup seeded;
    seeded.recipe = first.recipe;
    seeded.settings.seed = 1;
    seeded.run();
    CHECK(seeded.output.samples != first.output.samples);
}

TEST_CASE("a mesh grid, few steps and steps of the caller's", "[fit]") {
    Setup setup;
    setup.recipe.input = InputKind::kMeshGrid;
    setup.recipe.decay_from = 0.5;
    setup.settings.steps = 1;
    const Report report = setup.run();
    CHECK(report.steps_planned == 1);
    CHECK(report.steps_done == 1);
    CHECK(setup.output.samples == setup.log.outputs[0]);
}

TEST_CASE("a fit ends when the caller wants", "[fit][slow]") {
    Setup setup;
    setup.settings.trace_every = 0;
    setup.recipe.steps = 1000000;
    SECTION("finish") {
        const auto fit = setup.make();
        fit->run([](const Progress&, void*) { return ProgressAction::kFinish; }, nullptr);
        CHECK(fit->report().stop_reason == StopReason::kCallback);
        CHECK((fit->report().steps_done > 0 && fit->report().steps_done < 1000000));
        CHECK(*std::ranges::max_element(setup.output.samples) > 0);
    }
    SECTION("cancel, and run again") {
        const auto fit = setup.make();
        const auto cancelled =
            test::refusal([&] { fit->run([](const Progress&, void*) { return ProgressAction::kCancel; }, nullptr); });
        CHECK(cancelled == ErrorCode::kCancelled);
        CHECK(fit->report().stop_reason == StopReason::kCallback);
        CHECK(*std::ranges::max_element(setup.output.samples) == 0);
    }
    SECTION("cancel while the result is written") {
        setup.recipe.steps = 2;
        const auto fit = setup.make();
        const auto cancelled = test::refusal([&] {
            fit->run(
                [](const Progress& progress, void*) {
                    return progress.phase == Phase::kApply ? ProgressAction::kCancel : ProgressAction::kContinue;
                },
                nullptr);
        });
        CHECK(cancelled == ErrorCode::kCancelled);
        setup.settings.trace_every = 1;
        const std::vector<float> again = setup.output.samples;
        setup.run();
        CHECK(again == setup.output.samples);
    }
    SECTION("deadline") {
        setup.settings.deadline_seconds = 0.2;
        const Report report = setup.run();
        CHECK(report.stop_reason == StopReason::kDeadline);
        CHECK((report.steps_done >= 3 && report.steps_done < 1000000));
        CHECK(report.steps_planned == 1000000);
        CHECK(report.seconds_total < test::kPatience);
    }
}

TEST_CASE("progress tells of both ends, also when a rule stops the fit", "[fit]") {
    Setup setup;
    const bool by_rule = GENERATE(false, true);
    if (by_rule) {
        setup.rule.kind = StopRule::Kind::kNoise;
        setup.rule.noise_variance = 0.2;
        setup.script = [](std::int64_t step, double) { return 1 / static_cast<double>(step + 1); };
    }
    struct Seen {
        std::int64_t trained = 0, applied = 0;
        std::int64_t of = 0;
    } seen;
    const auto fit = setup.make();
    fit->run(
        [](const Progress& progress, void* user) {
            auto& to = *static_cast<Seen*>(user);
            (progress.phase == Phase::kTrain ? to.trained : to.applied) = progress.done;
            CHECK(progress.done <= progress.total);
            if (progress.phase == Phase::kTrain) to.of = progress.total;
            // Too late to change anything.
            return progress.done == progress.total ? ProgressAction::kFinish : ProgressAction::kContinue;
        },
        &seen);
    CHECK(seen.trained == fit->report().steps_done);
    CHECK(seen.applied == 1);
    CHECK(seen.trained == seen.of);
    CHECK(fit->report().stop_reason == (by_rule ? StopReason::kNoise : StopReason::kSteps));
}

TEST_CASE("a budget is refused before it is taken, and one that suffices is kept", "[fit]") {
    Setup setup;
    const std::uint64_t needed = setup.make()->report().memory_bytes;
    setup.settings.memory_budget = needed;
    CHECK(setup.run().memory_bytes == needed);
    setup.settings.memory_budget = needed - 1;
    const auto refused = test::refusal([&] { setup.make(); });
    CHECK(refused == ErrorCode::kOverBudget);
    CHECK(refused.sentence.find("MB") != std::string::npos);
    // Far more than any machine has: nothing may be taken on the way to the refusal.
    setup.settings.memory_budget = 0;
    setup.settings.output.width = setup.settings.output.height = 1 << 16;
    setup.recipe.scales = equal_scales(5, 512, 128);
    CHECK(test::refusal([&] { setup.make(); }) == ErrorCode::kOverBudget);
    setup.settings.output.height = (1 << 16) + 1;
    CHECK(test::refusal([&] { setup.make(); }) == ErrorCode::kUnsupported);
}

TEST_CASE("too small an image is refused with its size, small ones get a smaller network", "[fit]") {
    Setup setup;
    for (const auto& [width, height] : std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {1, 90}, {90, 2}}) {
        setup.settings.output.width = width;
        setup.settings.output.height = height;
        const auto refused = test::refusal([&] { setup.make(); });
        CHECK(refused == ErrorCode::kUnsupported);
        CHECK(refused.sentence.find(std::to_string(width) + "x" + std::to_string(height)) != std::string::npos);
    }
}

// Two networks for one image: the mean, what each is given, and doing without the one that has no room or no time.
#include "pipelines/zsn2n/joint_denoiser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tests/pipelines/prior_support.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

constexpr std::int64_t kSide = 64;
constexpr double kSigma = 0.06;  // of which the trained network's share is known
constexpr float kShare = 0.547f;

struct Case {
    test::FloatImage clean = test::noisy_scene(kSide, kSide, 3, 0), noisy = test::noisy_scene(kSide, kSide, 3, kSigma),
                     result = noisy;
    Weights weights;
    PipelineSettings for_given, for_trained;  // what each was given

    Case() {
        test::FloatImage unused = noisy;
        Settings settings = network_settings(shared(unused));
        settings.steps = 90;
        settings.seed = 5;
        Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        weights = denoiser.weights();
        weights.ensemble = 1;  // no more to give up where time is short
    }
    PipelineSettings shared(const test::FloatImage& output) const {
        PipelineSettings settings;
        settings.input = noisy.view();
        settings.output = output.view();
        settings.white = 1;
        settings.threads = 2;
        settings.refine = false;
        return settings;
    }
    static Settings network_settings(const PipelineSettings& shared) {
        Settings settings;
        static_cast<PipelineSettings&>(settings) = shared;
        settings.noise = NoiseKind::kIndependent;
        return settings;
    }
    MakeDenoiser given() {
        return [this](const PipelineSettings& shared) {
            for_given = shared;
            Settings settings = network_settings(shared);
            settings.noise = NoiseKind::kAuto;
            settings.weights = &weights;
            return std::make_unique<Denoiser>(settings);
        };
    }
    MakeDenoiser trained() {
        return [this](const PipelineSettings& shared) {
            for_trained = shared;
            Settings settings = network_settings(shared);
            settings.steps = 110;
            return std::make_unique<Denoiser>(settings);
        };
    }
    std::vector<float> alone(const MakeDenoiser& make, std::uint64_t memory_budget = 0) const {
        test::FloatImage output = noisy;
        PipelineSettings settings = shared(output);
        settings.memory_budget = memory_budget;
        make(settings)->run(nullptr, nullptr);
        return output.pixels();
    }
    std::unique_ptr<JointDenoiser> joint(const PipelineSettings& settings) {
        return std::make_unique<JointDenoiser>(settings, given(), trained());
    }
};

}  // namespace

TEST_CASE("the mean of two networks, in place as well", "[joint]") {
    Case pictures;
    const std::vector<float> first = pictures.alone(pictures.given()), second = pictures.alone(pictures.trained());
    const auto joint = pictures.joint(pictures.shared(pictures.result));
    joint->run(nullptr, nullptr);
    REQUIRE(joint->trained() != nullptr);
    const Report& report = joint->report();
    CHECK(report.steps_done == 110);
    CHECK(report.stop_reason == StopReason::kSteps);
    CHECK(report.memory_bytes > joint->given().report().memory_bytes + joint->trained()->report().memory_bytes);
    CHECK(report.seconds_total >= report.seconds_train);
    for (std::size_t i = 0; i < first.size(); ++i)
        REQUIRE(pictures.result.pixels()[i] == Approx(first[i] + kShare * (second[i] - first[i])).margin(0.002));
    const double together = test::psnr(pictures.result.pixels(), pictures.clean.pixels());
    INFO("PSNR " << test::psnr(first, pictures.clean.pixels()) << ", " << test::psnr(second, pictures.clean.pixels())
                 << ", together " << together);
    CHECK(together > test::psnr(first, pictures.clean.pixels()));
    CHECK(together > test::psnr(second, pictures.clean.pixels()));

    test::FloatImage in_place = pictures.noisy;
    PipelineSettings same = pictures.shared(in_place);
    same.input = same.output;
    pictures.joint(same)->run(nullptr, nullptr);
    CHECK(in_place.pixels() == pictures.result.pixels());
}

TEST_CASE("two networks share the budget and the time", "[joint]") {
    Case pictures;
    PipelineSettings settings = pictures.shared(pictures.result);
    settings.memory_budget = 200 << 20;
    settings.deadline_seconds = 50;
    const auto joint = pictures.joint(settings);
    CHECK(pictures.for_trained.deadline_seconds == 25);
    CHECK(pictures.for_given.deadline_seconds == 25);
    CHECK(pictures.for_trained.memory_budget < settings.memory_budget);
    CHECK(pictures.for_given.memory_budget < pictures.for_trained.memory_budget);
    CHECK(joint->report().memory_bytes <= settings.memory_budget);
}

TEST_CASE("the given weights alone where there is no room or no time for others", "[joint]") {
    Case pictures;
    PipelineSettings settings = pictures.shared(pictures.result);
    SECTION("no memory") {
        const auto fits = [&](std::uint64_t budget) {
            PipelineSettings smaller = settings;
            smaller.memory_budget = budget;
            try {
                pictures.given()(smaller);
                return true;
            } catch (const Error&) {
                return false;
            }
        };
        settings.memory_budget = 16 << 20;
        while (fits(settings.memory_budget - 10000)) settings.memory_budget -= 10000;
    }
    // So few steps leave the image as it is, which is nothing to average with.
    SECTION("no time") { settings.deadline_seconds = 1e-9; }
    const auto joint = pictures.joint(settings);
    joint->run(nullptr, nullptr);
    CHECK(joint->trained() == nullptr);
    CHECK(pictures.result.pixels() == pictures.alone(pictures.given(), settings.memory_budget));
}

TEST_CASE("two networks report progress as one, and can be cancelled", "[joint]") {
    Case pictures;
    struct Seen {
        std::vector<std::pair<Phase, double>> places;
        std::optional<Phase> cancel_in;
    } seen;
    const ProgressCallback look = [](const Progress& progress, void* user) {
        auto& all = *static_cast<Seen*>(user);
        all.places.emplace_back(progress.phase, double(progress.done) / double(progress.total));
        return progress.phase == all.cancel_in ? ProgressAction::kCancel : ProgressAction::kContinue;
    };
    const auto joint = pictures.joint(pictures.shared(pictures.result));
    joint->run(look, &seen);
    REQUIRE(seen.places.size() > 2);
    CHECK(std::is_sorted(seen.places.begin(), seen.places.end()));
    CHECK(seen.places.front().first == Phase::kTrain);
    CHECK(seen.places.back() == std::pair(Phase::kApply, 1.0));
    // How many calls there are is a matter of time, but each phase has one at its end.
    for (const Phase phase : {Phase::kTrain, Phase::kApply}) {
        seen = {{}, phase};
        CHECK_THROWS_AS(joint->run(look, &seen), Error);
        CHECK(joint->report().stop_reason == StopReason::kCallback);
    }
}

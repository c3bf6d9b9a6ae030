// Refining what another method made: order, progress, report, time and memory.
#include "pipelines/common/refinement/refined_pipeline.h"

#include <algorithm>
#include <vector>

#include "pipelines/common/refinement/refinement.h"
#include "pipelines/dip/dip.h"
#include "pipelines/two_stage/two_stage.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;

namespace {

constexpr std::int64_t kSide = 64;
constexpr double kSigma = 0.1;

// A method that puts out a picture of less noise.
class FixedMethod final : public Pipeline {
  public:
    explicit FixedMethod(const PipelineSettings& settings) : settings_(settings) {
        report_.memory_bytes = 1000;
        report_.steps_planned = 7;
        if (settings.memory_budget == kTooLittle) throw Error(ErrorCode::kOverBudget, "too little");
    }
    void run(ProgressCallback callback, void* user) override {
        const test::FloatImage guide = test::noisy_scene(kSide, kSide, 3, 0.3 * kSigma);
        std::copy(guide.pixels().begin(), guide.pixels().end(), reinterpret_cast<float*>(settings_.output.data));
        report_.steps_done = 7;
        RunControl control(callback, user, 0);
        Progress progress;
        progress.phase = Phase::kApply;
        progress.total = 9;
        for (const std::int64_t done : {4, 9}) {
            progress.done = done;
            report_progress(control, progress, true, "cancelled while writing", &report_);
        }
    }
    const Report& report() const override { return report_; }

    static constexpr std::uint64_t kTooLittle = 77;

  private:
    PipelineSettings settings_;
    Report report_;
};

struct Case {
    test::FloatImage clean = test::noisy_scene(kSide, kSide, 3, 0), noisy = test::noisy_scene(kSide, kSide, 3, kSigma),
                     result = test::FloatImage(kSide, kSide, 3);
    PipelineSettings inner;  // what the method was given

    PipelineSettings settings() const {
        PipelineSettings s;
        s.input = noisy.view();
        s.output = result.view();
        s.threads = 2;
        return s;
    }
    std::unique_ptr<Pipeline> make(const PipelineSettings& settings) {
        return make_refined(settings, kPatientRefinement, NoiseKind::kIndependent, [&](const PipelineSettings& given) {
            inner = given;
            return std::make_unique<FixedMethod>(given);
        });
    }
    double psnr() const { return test::psnr(result.pixels(), clean.pixels()); }
};

struct Seen {
    std::vector<std::int64_t> done, total;
    ProgressAction action = ProgressAction::kContinue;

    static ProgressAction call(const Progress& progress, void* user) {
        auto& seen = *static_cast<Seen*>(user);
        seen.done.push_back(progress.done);
        seen.total.push_back(progress.total);
        return seen.done.size() > 1 ? seen.action : ProgressAction::kContinue;
    }
};

}  // namespace

TEST_CASE("a method's result is refined, in place as well", "[refined]") {
    Case plain, refined, in_place;
    PipelineSettings without = plain.settings();
    without.refine = false;
    plain.make(without)->run(nullptr, nullptr);
    const auto pipeline = refined.make(refined.settings());
    pipeline->run(nullptr, nullptr);
    INFO("PSNR " << plain.psnr() << ", refined " << refined.psnr());
    CHECK(refined.psnr() > plain.psnr() + 1);
    CHECK(pipeline->report().refinements == 4);
    CHECK(pipeline->report().steps_done == 7);
    CHECK(pipeline->report().memory_bytes > 1000);
    PipelineSettings same = in_place.settings();
    in_place.result = in_place.noisy;
    same.input = same.output = in_place.result.view();
    in_place.make(same)->run(nullptr, nullptr);
    CHECK(in_place.result.pixels() == refined.result.pixels());
}

TEST_CASE("the refinement takes the strength, and part of the time and the memory", "[refined]") {
    Case full, part;
    full.make(full.settings())->run(nullptr, nullptr);
    PipelineSettings settings = part.settings();
    settings.strength = 0.25f;
    part.make(settings)->run(nullptr, nullptr);
    CHECK(part.inner.strength == 1);
    for (std::size_t i = 0; i < full.result.pixels().size(); ++i) {
        const float noisy = full.noisy.pixels()[i];
        REQUIRE(part.result.pixels()[i] == Approx(noisy + 0.25f * (full.result.pixels()[i] - noisy)).margin(1e-5));
    }
    settings.memory_budget = 100 << 20;
    settings.deadline_seconds = 60;
    part.make(settings);
    CHECK(part.inner.memory_budget < settings.memory_budget);
    CHECK(part.inner.deadline_seconds < 60);
    CHECK(part.inner.deadline_seconds > 40);
}

TEST_CASE("no refinement where it has no room", "[refined]") {
    Case pictures;
    const auto refinements = [&](const PipelineSettings& settings) {
        const auto pipeline = pictures.make(settings);
        pipeline->run(nullptr, nullptr);
        return pipeline->report().refinements;
    };
    PipelineSettings settings = pictures.settings();
    CHECK(refinements(settings) == 4);
    settings.memory_budget = 1000;
    CHECK(refinements(settings) == 0);
    CHECK(pictures.inner.memory_budget == 1000);
    settings = pictures.settings();
    settings.deadline_seconds = 1e-4;
    CHECK(refinements(settings) == 0);
    settings = pictures.settings();
    settings.strength = 0;
    CHECK(refinements(settings) == 0);
    settings = pictures.settings();
    settings.refine = false;
    CHECK(refinements(settings) == 0);
    settings.memory_budget = FixedMethod::kTooLittle;
    CHECK_THROWS_AS(pictures.make(settings), Error);
}

TEST_CASE("progress goes forward through method and refinement", "[refined]") {
    Case pictures;
    Seen seen;
    pictures.make(pictures.settings())->run(Seen::call, &seen);
    REQUIRE(seen.done.size() > 1);
    CHECK(std::is_sorted(seen.done.begin(), seen.done.end()));
    CHECK(std::all_of(seen.total.begin(), seen.total.end(), [&](auto t) { return t == seen.total.front(); }));
    CHECK(seen.done.back() == seen.total.back());
}

TEST_CASE("the refinement can be cancelled", "[refined]") {
    Case pictures;
    Seen seen;
    seen.action = ProgressAction::kCancel;
    const auto pipeline = pictures.make(pictures.settings());
    CHECK_THROWS_AS(pipeline->run(Seen::call, &seen), Error);
    CHECK(pipeline->report().stop_reason == StopReason::kCallback);
    CHECK(pipeline->report().refinements == 0);
}

TEST_CASE("Deep Image Prior and two stages are refined unless as published", "[refined][slow]") {
    Case pictures;
    dip::Settings settings;
    static_cast<PipelineSettings&>(settings) = pictures.settings();
    settings.steps = 2;
    const auto refinements = [&](const auto& s) {
        const auto pipeline = [&] {
            if constexpr (std::is_same_v<std::decay_t<decltype(s)>, dip::Settings>)
                return dip::make_denoiser(s);
            else
                return two_stage::make_denoiser(s);
        }();
        pipeline->run(nullptr, nullptr);
        return pipeline->report().refinements;
    };
    CHECK(refinements(settings) == 4);
    settings.defect = dip::Defect::kCorrelatedNoise;
    CHECK(refinements(settings) == 1);
    settings.defect = dip::Defect::kJpeg;
    CHECK(refinements(settings) == 0);
    settings.refine = true;
    CHECK_THROWS_AS(dip::make_denoiser(settings), Error);
    settings = {};
    static_cast<PipelineSettings&>(settings) = pictures.settings();
    settings.steps = 1;
    settings.recipe = RecipeName::kPaper;
    CHECK(refinements(settings) == 0);
    two_stage::Settings two;
    static_cast<PipelineSettings&>(two) = pictures.settings();
    two.steps = 3;
    CHECK(refinements(two) == 4);
}

#include "bindings/c/make_zsn2n.h"

#include <algorithm>
#include <utility>

#include "bindings/c/given_weights.h"
#include "bindings/c/pipeline_settings.h"
#include "pipelines/common/refinement/refined_pipeline.h"
#include "pipelines/zsn2n/joint_denoiser.h"

namespace twofold::c_api {
namespace {

// What the method `prior` applies.
Weights applied_prior(const twofold_job& job) {
    require(job.settings.recipe != RecipeName::kPaper, ErrorCode::kUnsupported,
            "the prior has no recipe 'paper': no paper describes it");
    require(job.adapt || job.settings.steps == 0, ErrorCode::kInvalidArgument,
            "the prior takes no steps unless it is adapted");
    Weights weights = prior_weights(job);
    weights.ensemble = job.settings.recipe == RecipeName::kBest ? 8 : 1;
    return weights;
}

zsn2n::Settings settings_for(const PipelineSettings& shared, NoiseKind noise) {
    zsn2n::Settings settings;
    static_cast<PipelineSettings&>(settings) = shared;
    settings.noise = noise;
    return settings;
}

// What refines the prior. What it has not seen in its 26 pixels shows in the first round, and guides the second. More
// rounds of nonlocal Bayes, which a network trained on the image alone gains by, cost 0.06 dB here at a sigma of 50.
RefinementEffort prior_effort(RecipeName recipe) {
    return recipe == RecipeName::kBest ? RefinementEffort{{2, 3}, {2, 3}} : RefinementEffort{{2, 5}, {2, 6}};
}

std::unique_ptr<Pipeline> make_joint(twofold_job* job, const Weights& weights) {
    const std::optional<Weights> start = embedded_start_weights(*job);
    const zsn2n::MakeDenoiser given = [&](const PipelineSettings& shared) {
        // Without adapting there is nothing that could be for one kind of noise or another.
        zsn2n::Settings settings = settings_for(shared, job->adapt ? job->noise : NoiseKind::kAuto);
        settings.weights = &weights;
        settings.adapt = job->adapt;
        return std::make_unique<zsn2n::Denoiser>(settings);
    };
    const zsn2n::MakeDenoiser trained = [&](const PipelineSettings& shared) {
        zsn2n::Settings settings = settings_for(shared, job->noise);
        settings.start = start ? &*start : nullptr;
        settings.recipe = RecipeName::kFast;
        settings.steps = 0;
        return std::make_unique<zsn2n::Denoiser>(settings);
    };
    PipelineSettings settings = pipeline_settings(*job);
    // Weights keep the scale that they were trained on, and the mean is of one scale.
    if (settings.white == 0 && weights.type == settings.input.type) settings.white = weights.white;
    zsn2n::Recipe recipe = zsn2n::make_recipe(RecipeName::kBest);
    recipe.effort = prior_effort(RecipeName::kBest);
    const double pixels = double(settings.input.width) * double(settings.input.height);
    return make_refined(settings, zsn2n::effort_for(recipe, pixels), job->noise, [&](const PipelineSettings& shared) {
        auto joint = std::make_unique<zsn2n::JointDenoiser>(shared, given, trained);
        job->joint = joint.get();
        job->denoiser = &joint->given();
        return joint;
    });
}

}  // namespace

std::unique_ptr<Pipeline> make_zsn2n(twofold_job* job) {
    zsn2n::Settings settings = settings_for(pipeline_settings(*job), job->noise);
    std::optional<Weights> start;
    if (job->start == TWOFOLD_START_PRIOR)
        settings.start = &start.emplace(start_weights(*job));
    else if (job->weights)
        settings.weights = &*job->weights;
    auto denoiser = std::make_unique<zsn2n::Denoiser>(settings);
    job->denoiser = denoiser.get();
    return denoiser;
}

std::unique_ptr<Pipeline> make_prior(twofold_job* job) {
    const Weights weights = applied_prior(*job);
    // Grey images are refined by the collaborative filter, and how strongly it has to be only one network can tell: on
    // W2S that is worth 0.5 dB.
    constexpr std::int64_t kSmallestSide = 24;  // that there is something to learn from
    const ImageView& input = job->settings.input;
    zsn2n::Settings settings = settings_for(pipeline_settings(*job), job->noise);
    settings.weights = &weights;
    settings.adapt = job->adapt;
    settings.effort = prior_effort(settings.recipe);
    // On camera files the mean with what is learned from the image was 0.02 dB worse, and took three times as long.
    const bool joint = job->settings.recipe == RecipeName::kBest && input.colour_channels() == 3 &&
                       std::min(input.width, input.height) >= kSmallestSide &&
                       zsn2n::noise_kind(settings) == NoiseKind::kIndependent;
    if (joint) return make_joint(job, weights);
    auto denoiser = std::make_unique<zsn2n::Denoiser>(settings);
    job->denoiser = denoiser.get();
    return denoiser;
}

std::unique_ptr<Pipeline> make_same_zsn2n(const twofold_job& job, const PipelineSettings& settings) {
    const int rounds = job.pipeline->report().refinements;
    RefinementEffort effort =
        job.method == TWOFOLD_PRIOR ? prior_effort(settings.recipe) : zsn2n::make_recipe(settings.recipe).effort;
    effort.collaborative.rounds = effort.bayes.rounds = rounds;
    const auto repeat = [&](const zsn2n::Denoiser& denoiser, const PipelineSettings& shared) {
        Weights weights = denoiser.weights();
        zsn2n::Settings same = settings_for(shared, weights.general() ? job.noise : NoiseKind::kAuto);
        weights.ensemble = denoiser.report().ensemble;  // it may have been given up
        same.weights = &weights;
        same.effort = effort;
        same.filter_weight = denoiser.filter_weight();
        return std::make_unique<zsn2n::Denoiser>(same);
    };
    PipelineSettings same = settings;
    same.refine = rounds > 0;
    const zsn2n::Denoiser* trained = job.joint ? job.joint->trained() : nullptr;
    if (!trained) return repeat(*job.denoiser, same);
    return make_refined(same, effort, job.noise, [&](const PipelineSettings& shared) {
        auto joint = std::make_unique<zsn2n::JointDenoiser>(
            shared, [&](const PipelineSettings& part) { return repeat(*job.denoiser, part); },
            [&](const PipelineSettings& part) { return repeat(*trained, part); });
        if (!joint->trained())
            throw Error(ErrorCode::kOverBudget, "the memory budget has no room to apply both networks again");
        return joint;
    });
}

}  // namespace twofold::c_api

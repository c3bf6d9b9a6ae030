#include "bindings/c/make_pipeline.h"

#include <utility>

#include "bindings/c/given_weights.h"
#include "bindings/c/image.h"
#include "bindings/c/make_zsn2n.h"
#include "bindings/c/pipeline_settings.h"
#include "pipelines/common/memory_budget.h"

namespace twofold::c_api {
namespace {

std::unique_ptr<Pipeline> make_upscaler(const twofold_job& job) {
    check_enlarged_pair(job.settings.input, job.settings.output, job.factor);
    auto settings = settings_of<upscale::Settings>(job);
    settings.factor = job.factor;
    settings.stop = job.stop;
    settings.lambda = job.lambda;
    if (job.method == TWOFOLD_TV) return upscale::make_tv_upscaler(settings);
    if (job.method == TWOFOLD_DIP) return upscale::make_prior_upscaler(settings);
    settings.interpolation =
        job.method == TWOFOLD_BICUBIC ? ops::Interpolation::kBicubic : ops::Interpolation::kLanczos3;
    require(job.method == TWOFOLD_BICUBIC || job.method == TWOFOLD_LANCZOS, ErrorCode::kUnsupported,
            "this method does not enlarge images");
    return upscale::make_interpolator(settings);
}

std::unique_ptr<Pipeline> make_inpainter(const twofold_job& job) {
    require(job.method == TWOFOLD_DIP, ErrorCode::kUnsupported, "this method does not fill in what is missing");
    check_mask_memory(*job.mask, job.settings.output);
    auto settings = settings_of<inpaint::Settings>(job);
    settings.mask = *job.mask;
    settings.missing = job.missing;
    settings.stop = job.stop;
    return inpaint::make_inpainter(settings);
}

tv::Settings tv_settings(const twofold_job& job) {
    auto settings = settings_of<tv::Settings>(job);
    if (job.total_variation)
        settings.kind = *job.total_variation == ops::TotalVariation::kIsotropic ? ops::TvKind::kIsotropic
                                                                                : ops::TvKind::kAnisotropic;
    if (job.lambda > 0) settings.lambda = job.lambda;
    return settings;
}

std::unique_ptr<Pipeline> make_denoiser(twofold_job* job) {
    switch (job->method) {
        case TWOFOLD_ZSN2N:
            return make_zsn2n(job);
        case TWOFOLD_TV:
            return std::make_unique<tv::Denoiser>(tv_settings(*job));
        case TWOFOLD_DIP: {
            auto settings = settings_of<dip::Settings>(*job);
            settings.defect = job->defect;
            settings.stop = job->stop;
            std::optional<Weights> start;
            if (job->start == TWOFOLD_START_PRIOR) settings.start = &start.emplace(prior_weights(*job));
            return dip::make_denoiser(settings);
        }
        case TWOFOLD_TWO_STAGE: {
            auto settings = settings_of<two_stage::Settings>(*job);
            settings.detail = job->detail;
            settings.kind = job->total_variation.value_or(settings.kind);
            settings.lambda = job->lambda;
            settings.stop = job->stop;
            return two_stage::make_denoiser(settings);
        }
        case TWOFOLD_PRIOR:
            return make_prior(job);
        case TWOFOLD_BICUBIC:
        case TWOFOLD_LANCZOS:
            break;
    }
    throw Error(ErrorCode::kUnsupported, "this method enlarges and does not denoise");
}

// Makes job->levelled where there is line noise, and room for it.
void level_lines(twofold_job* job) {
    const PipelineSettings& settings = job->settings;
    if (job->lines == TWOFOLD_LINES_KEEP || settings.recipe == RecipeName::kPaper || settings.strength <= 0 ||
        job->defect == dip::Defect::kJpeg)
        return;
    const WhiteLevel white = find_white_level(settings.input, settings.white);
    const LineNoise noise = find_line_noise(settings.input, white);
    if (!noise.stands_out()) return;
    const std::uint64_t needed = LevelledImage::bytes(settings.input), usable = usable_memory(settings.memory_budget);
    if (settings.memory_budget == 0) require_memory(needed, usable);
    if (needed < usable) job->levelled.emplace(settings.input, white, noise, settings.strength);
}

// Denoises without levelling where the budget has no room for both.
std::unique_ptr<Pipeline> make_levelled_denoiser(twofold_job* job) {
    level_lines(job);
    return make_within_budget(
        job->settings.memory_budget, [&] { return make_denoiser(job); },
        [&] { return std::exchange(job->levelled, std::nullopt).has_value(); });
}

}  // namespace

void make_pipeline(twofold_job* job) {
    // Of what Deep Image Prior does, the prior does nothing but denoising.
    const bool starts_fit =
        job->method == TWOFOLD_DIP && job->start == TWOFOLD_START_PRIOR && !job->mask && job->factor == 1;
    require(!job->weights || job->method == TWOFOLD_ZSN2N || job->method == TWOFOLD_PRIOR || starts_fit,
            ErrorCode::kUnsupported,
            "only ZS-N2N and the prior, and what begins with the prior, apply weights that were trained before");
    require(!job->adapt || job->method == TWOFOLD_PRIOR, ErrorCode::kUnsupported, "only the prior adapts");
    require(job->start == TWOFOLD_START_RANDOM || job->method == TWOFOLD_ZSN2N || starts_fit, ErrorCode::kUnsupported,
            "only denoising by ZS-N2N and by Deep Image Prior begins with the prior");
    require(job->refinement != Refinement::kOn || (job->method != TWOFOLD_TV && !job->mask && job->factor == 1),
            ErrorCode::kUnsupported, "only what denoising by a network gives is refined");
    require(!job->mask || job->factor == 1, ErrorCode::kUnsupported,
            "a job either fills in what is missing or enlarges, not both");
    require((!job->mask && job->factor == 1) || job->settings.strength == 1, ErrorCode::kInvalidArgument,
            "only denoising has a strength");
    if (job->factor > 1) {
        job->pipeline = make_upscaler(*job);
        return;
    }
    check_pair(job->settings.input, job->settings.output);
    job->pipeline = job->mask ? make_inpainter(*job) : make_levelled_denoiser(job);
}

std::unique_ptr<Pipeline> make_same(const twofold_job& job, const ImageView& input, const ImageView& output,
                                    std::uint64_t memory_budget) {
    PipelineSettings same = pipeline_settings(job);
    same.input = input;
    same.output = output;
    same.white = 1;
    same.memory_budget = memory_budget;
    same.deadline_seconds = 0;
    same.trace_every = 0;
    if (job.denoiser && job.denoiser->has_learned()) return make_same_zsn2n(job, same);
    const Report& report = job.pipeline->report();
    if (job.method == TWOFOLD_TV && job.factor == 1 && report.lambda > 0) {
        auto settings = tv_settings(job);
        static_cast<PipelineSettings&>(settings) = same;
        settings.lambda = report.lambda;
        return std::make_unique<tv::Denoiser>(settings);
    }
    throw Error(ErrorCode::kUnsupported, "what this job has done cannot be done again to another image");
}

}  // namespace twofold::c_api

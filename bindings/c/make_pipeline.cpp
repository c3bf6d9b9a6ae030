#include "bindings/c/make_pipeline.h"

#include <utility>

#include "bindings/c/image.h"
#include "pipelines/common/noise_network/grey_weights.h"
#include "pipelines/rendered_prior/embedded_prior.h"

namespace twofold::c_api {
namespace {

// What the prior has not seen in its 26 pixels shows in the first round, and guides the second. By nonlocal Bayes its
// recipe `fast`, which has little time, has no more of them either.
constexpr int kPriorRefinements = 2;

// Hands the trace on to the caller's function.
void forward_trace(const TracePoint& point, void* user) {
    const auto* job = static_cast<const twofold_job*>(user);
    const ImageView& result = job->settings.output;
    const auto view = [&](const float* pixels) {
        twofold_image image = {};
        // The caller reads only.
        image.data = const_cast<float*>(pixels);
        image.width = result.width;
        image.height = result.height;
        image.channels = result.colour_channels();
        image.data_type = TWOFOLD_FLOAT32;
        image.channel_stride = sizeof(float);
        image.pixel_stride = image.channel_stride * image.channels;
        image.row_stride = image.pixel_stride * static_cast<std::ptrdiff_t>(image.width);
        return image;
    };
    const twofold_image output = view(point.output), average = view(point.average);
    const twofold_trace_point copy = {point.step, point.loss, &output, point.average ? &average : nullptr};
    job->trace(&copy, job->trace_user);
}

template <typename Settings>
Settings settings_of(const twofold_job& job) {
    Settings settings;
    static_cast<PipelineSettings&>(settings) = job.settings;
    if (settings.threads == 0) settings.threads = twofold_default_threads();
    if (job.trace) {
        settings.trace = forward_trace;
        settings.trace_user = const_cast<twofold_job*>(&job);
    } else {
        settings.trace_every = 0;
    }
    if (job.refinement != Refinement::kAuto) settings.refinements = job.refinement == Refinement::kOn ? 1 : 0;
    return settings;
}

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

// Weights for colour as those for grey where the image is grey and nothing else is in the way.
Weights fitting(const twofold_job& job, const Weights& weights) {
    const bool single = weights.blend == 0 && !weights.stabilizes();
    if (job.settings.input.colour_channels() == 1 && weights.shape.channels == 3 && single)
        return grey_weights(weights);
    return weights;
}

// What the method `prior` applies: the job's weights, or else those in the library.
Weights prior_weights(const twofold_job& job) {
    require(job.settings.recipe != RecipeName::kPaper, ErrorCode::kUnsupported,
            "the prior has no recipe 'paper': no paper describes it");
    require(job.adapt || job.settings.steps == 0, ErrorCode::kInvalidArgument,
            "the prior takes no steps unless it is adapted");
    const std::span<const std::byte> embedded = embedded_prior();
    require(job.weights || !embedded.empty(), ErrorCode::kUnsupported,
            "this build has no prior inside: it needs weights from a file");
    Weights weights = job.weights ? *job.weights : load_weights(embedded.data(), embedded.size());
    weights.ensemble = job.settings.recipe == RecipeName::kBest ? 8 : 1;
    return fitting(job, weights);
}

// What ZS-N2N begins with: the job's weights, or else those in the library.
Weights start_weights(const twofold_job& job) {
    require(job.settings.recipe == RecipeName::kFast, ErrorCode::kUnsupported,
            "only the recipe 'fast' begins with the prior");
    const std::span<const std::byte> embedded = embedded_start();
    require(job.weights || !embedded.empty(), ErrorCode::kUnsupported,
            "this build has no start of ZS-N2N inside: it needs weights from a file");
    return fitting(job, job.weights ? *job.weights : load_weights(embedded.data(), embedded.size()));
}

std::unique_ptr<Pipeline> make_zsn2n(twofold_job* job) {
    auto settings = settings_of<zsn2n::Settings>(*job);
    settings.noise = job->noise;
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
    auto settings = settings_of<zsn2n::Settings>(*job);
    const Weights weights = prior_weights(*job);
    settings.weights = &weights;
    settings.adapt = job->adapt;
    settings.noise = job->noise;
    settings.refinements = job->refinement == Refinement::kOff ? 0 : kPriorRefinements;
    if (settings.recipe == RecipeName::kFast) settings.bayes_rounds = kPriorRefinements;
    auto denoiser = std::make_unique<zsn2n::Denoiser>(settings);
    job->denoiser = denoiser.get();
    return denoiser;
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

}  // namespace

void make_pipeline(twofold_job* job) {
    require(!job->weights || job->method == TWOFOLD_ZSN2N || job->method == TWOFOLD_PRIOR, ErrorCode::kUnsupported,
            "only ZS-N2N and the prior apply weights that were trained before");
    require(!job->adapt || job->method == TWOFOLD_PRIOR, ErrorCode::kUnsupported, "only the prior adapts");
    require(job->start == TWOFOLD_START_RANDOM || job->method == TWOFOLD_ZSN2N, ErrorCode::kUnsupported,
            "only ZS-N2N begins with the prior");
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
    job->pipeline = job->mask ? make_inpainter(*job) : make_denoiser(job);
}

std::unique_ptr<Pipeline> make_same(const twofold_job& job, const ImageView& input, const ImageView& output,
                                    std::uint64_t memory_budget) {
    const auto apply_to = [&](auto settings) {
        settings.input = input;
        settings.output = output;
        settings.white = 1;
        settings.memory_budget = memory_budget;
        settings.deadline_seconds = 0;
        settings.trace_every = 0;
        return settings;
    };
    const Report& report = job.pipeline->report();
    if (job.denoiser && job.denoiser->has_learned()) {
        auto settings = apply_to(settings_of<zsn2n::Settings>(job));
        Weights weights = job.denoiser->weights();
        weights.ensemble = report.ensemble;  // it may have been given up
        settings.weights = &weights;
        settings.refinements = report.refinements;
        if (report.refinements > 0) settings.bayes_rounds = report.refinements;
        settings.filter_weight = job.denoiser->filter_weight();
        return std::make_unique<zsn2n::Denoiser>(settings);
    }
    if (job.method == TWOFOLD_TV && job.factor == 1 && report.lambda > 0) {
        auto settings = apply_to(tv_settings(job));
        settings.lambda = report.lambda;
        return std::make_unique<tv::Denoiser>(settings);
    }
    throw Error(ErrorCode::kUnsupported, "what this job has done cannot be done again to another image");
}

}  // namespace twofold::c_api

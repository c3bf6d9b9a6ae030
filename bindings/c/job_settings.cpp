// The setters: each checks its own value, stores it and takes back the commit.
#include <cmath>
#include <limits>
#include <string_view>

#include "bindings/c/guard.h"
#include "bindings/c/image.h"
#include "ops/conv2d/conv2d_table.h"

using namespace twofold;
using namespace twofold::c_api;

namespace {

// A setter whose body throws leaves the job as it was, its commit included.
template <typename Body>
twofold_status set(twofold_job* job, Body&& body) {
    return guarded_handle(job, [&] {
        require(!job->running, ErrorCode::kInvalidState, "the job is running: nothing can be set now");
        body();
        forget_commit(job);
    });
}

// Enumerations of both sides have the same members in the same order, 0 to `last`.
template <typename Ours, typename Theirs>
Ours checked_enum(const Theirs& value, int last, const char* sentence) {
    const int raw = raw_value(value);
    require_argument(raw >= 0 && raw <= last, sentence);
    return static_cast<Ours>(raw);
}

bool is_finite_and_not_negative(double value) { return std::isfinite(value) && value >= 0; }

}  // namespace

twofold_status twofold_job_set_input(twofold_job* job, const twofold_image* image) {
    return set(job, [&] {
        require_argument(image != nullptr, "the input image is NULL");
        job->settings.input = checked_view(*image, Access::kRead, "input");
        job->has_input = true;
    });
}

twofold_status twofold_job_set_output(twofold_job* job, const twofold_image* image) {
    return set(job, [&] {
        require_argument(image != nullptr, "the output image is NULL");
        job->settings.output = checked_view(*image, Access::kWrite, "output");
        job->has_output = true;
    });
}

twofold_status twofold_job_set_method(twofold_job* job, twofold_method method) {
    return set(job, [&] {
        const int raw = raw_value(method);
        require_argument(raw >= TWOFOLD_ZSN2N && raw <= TWOFOLD_PRIOR, "the method is unknown");
        job->method = method;
    });
}

twofold_status twofold_job_set_recipe(twofold_job* job, twofold_recipe recipe) {
    return set(job, [&] { job->settings.recipe = checked_enum<RecipeName>(recipe, 2, "the recipe is unknown"); });
}

twofold_status twofold_job_set_strength(twofold_job* job, double strength) {
    return set(job, [&] {
        require_argument(strength >= 0 && strength <= 1, "the strength must be 0 to 1");
        job->settings.strength = static_cast<float>(strength);
    });
}

twofold_status twofold_job_set_prior_size(twofold_job* job, twofold_prior_size size) {
    return set(job, [&] {
        job->prior_size = checked_enum<twofold_prior_size>(size, TWOFOLD_PRIOR_LARGE,
                                                           "the prior is neither the small nor the large one");
    });
}

twofold_status twofold_job_set_adapt(twofold_job* job, int32_t adapt) {
    return set(job, [&] { job->adapt = adapt != 0; });
}

twofold_status twofold_job_set_start(twofold_job* job, twofold_start start) {
    return set(job, [&] { job->start = checked_enum<twofold_start>(start, 1, "the start is unknown"); });
}

twofold_status twofold_job_set_refinement(twofold_job* job, twofold_refinement refinement) {
    return set(job, [&] { job->refinement = checked_enum<Refinement>(refinement, 2, "the refinement is unknown"); });
}

twofold_status twofold_job_set_lines(twofold_job* job, twofold_lines lines) {
    return set(job, [&] { job->lines = checked_enum<twofold_lines>(lines, 1, "the handling of lines is unknown"); });
}

twofold_status twofold_job_set_correlation(twofold_job* job, twofold_correlation correlation) {
    return set(job, [&] { job->noise = checked_enum<NoiseKind>(correlation, 2, "the correlation is unknown"); });
}

twofold_status twofold_job_set_defect(twofold_job* job, twofold_defect defect) {
    return set(job, [&] { job->defect = checked_enum<dip::Defect>(defect, 2, "the defect is unknown"); });
}

twofold_status twofold_job_set_mask(twofold_job* job, const twofold_image* mask) {
    return set(job, [&] {
        if (mask)
            job->mask = checked_view(*mask, Access::kRead, "mask");
        else
            job->mask.reset();
    });
}

twofold_status twofold_job_set_missing(twofold_job* job, twofold_missing missing) {
    return set(job, [&] { job->missing = checked_enum<inpaint::Missing>(missing, 2, "what is missing is unknown"); });
}

twofold_status twofold_job_set_factor(twofold_job* job, int32_t factor) {
    return set(job, [&] {
        require_argument(factor == 1 || factor == 2 || factor == 3 || factor == 4 || factor == 8,
                         "the factor must be 1, 2, 3, 4 or 8");
        job->factor = factor;
    });
}

twofold_status twofold_job_set_total_variation(twofold_job* job, twofold_total_variation kind) {
    return set(job, [&] {
        job->total_variation = checked_enum<ops::TotalVariation>(kind, 1, "the kind of total variation is unknown");
    });
}

twofold_status twofold_job_set_lambda(twofold_job* job, double lambda) {
    return set(job, [&] {
        require_argument(lambda >= 0 && lambda <= 1e6, "lambda must be 0 to 1e6");
        job->lambda = lambda;
    });
}

twofold_status twofold_job_set_detail(twofold_job* job, twofold_detail detail) {
    return set(job, [&] {
        job->detail = checked_enum<two_stage::Detail>(detail, 2, "what the second stage is to fit is unknown");
    });
}

twofold_status twofold_job_set_stop_rule(twofold_job* job, twofold_stop_rule rule) {
    return set(job, [&] { job->stop = checked_enum<prior::StopChoice>(rule, 3, "the stop rule is unknown"); });
}

twofold_status twofold_job_set_trace(twofold_job* job, int64_t every, twofold_trace_callback callback, void* user) {
    return set(job, [&] {
        require_argument(every >= 0, "the number of steps between points must not be negative");
        job->settings.trace_every = callback ? every : 0;
        job->trace = every > 0 ? callback : nullptr;
        job->trace_user = user;
    });
}

twofold_status twofold_job_set_steps(twofold_job* job, int64_t steps) {
    return set(job, [&] {
        require_argument(steps >= 0 && steps <= 1000000, "the number of steps must be 0 to 1000000");
        job->settings.steps = steps;
    });
}

twofold_status twofold_job_set_seed(twofold_job* job, uint64_t seed) {
    return set(job, [&] { job->settings.seed = seed; });
}

twofold_status twofold_job_set_threads(twofold_job* job, int32_t threads) {
    return set(job, [&] {
        require_argument(threads >= 0 && threads <= 1024, "the number of threads must be 0 to 1024");
        job->settings.threads = threads;
    });
}

twofold_status twofold_job_set_memory_budget(twofold_job* job, uint64_t bytes) {
    return set(job, [&] { job->settings.memory_budget = bytes; });
}

twofold_status twofold_job_set_deadline(twofold_job* job, double seconds) {
    return set(job, [&] {
        require_argument(is_finite_and_not_negative(seconds), "the deadline must be a number of seconds from 0 on");
        job->settings.deadline_seconds = seconds;
    });
}

twofold_status twofold_job_set_white_level(twofold_job* job, double white) {
    return set(job, [&] {
        require_white_level(white);
        job->settings.white = static_cast<float>(white);
    });
}

twofold_status twofold_job_set_weights(twofold_job* job, const twofold_weights* weights) {
    return set(job, [&] {
        if (weights) {
            job->weights = weights->value;
        } else {
            job->weights.reset();
        }
    });
}

twofold_status twofold_job_set_implementation(twofold_job* job, const char* name) {
    return set(job, [&] {
        require_argument(name != nullptr, "the name of the kernels is NULL");
        const std::string_view text(name);
        require_argument(text == "auto" || text == "simd" || text == "direct" || text == "onednn" || text == "ref",
                         "the kernels must be auto, simd, direct, onednn or ref");
        require(ops::is_implementation(text), ErrorCode::kUnsupported, "this build has no kernels of that name");
        job->settings.implementation = text;
    });
}

twofold_status twofold_job_set_progress(twofold_job* job, twofold_progress_callback callback, void* user) {
    return set(job, [&] {
        job->callback = callback;
        job->user = user;
    });
}

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
        require_argument(raw_value(method) == TWOFOLD_ZSN2N, "the method is unknown");
        job->method = method;
    });
}

twofold_status twofold_job_set_recipe(twofold_job* job, twofold_recipe recipe) {
    return set(job, [&] {
        switch (raw_value(recipe)) {
            case TWOFOLD_RECIPE_FAST:
                job->settings.recipe = RecipeName::kFast;
                break;
            case TWOFOLD_RECIPE_BEST:
                job->settings.recipe = RecipeName::kBest;
                break;
            case TWOFOLD_RECIPE_PAPER:
                job->settings.recipe = RecipeName::kPaper;
                break;
            default:
                require_argument(false, "the recipe is unknown");
        }
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
        constexpr double kLow = std::numeric_limits<float>::min(), kHigh = std::numeric_limits<float>::max();
        require_argument(white == 0 || (white >= kLow && white <= kHigh),
                         "the white level must be 0 or a positive float32 number");
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
        require_argument(text == "auto" || text == "simd" || text == "onednn" || text == "ref",
                         "the kernels must be auto, simd, onednn or ref");
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

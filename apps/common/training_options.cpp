#include "apps/common/training_options.h"

#include <sstream>

#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "apps/common/number_range.h"

namespace twofold::apps {
namespace {

twofold_recipe recipe_of(const std::string& name) {
    if (name == "best") return TWOFOLD_RECIPE_BEST;
    if (name == "paper") return TWOFOLD_RECIPE_PAPER;
    return TWOFOLD_RECIPE_FAST;
}

twofold_method method_of(const std::string& name) {
    if (name == "tv") return TWOFOLD_TV;
    if (name == "dip") return TWOFOLD_DIP;
    if (name == "two-stage") return TWOFOLD_TWO_STAGE;
    return TWOFOLD_ZSN2N;
}

twofold_progress_action on_progress(const twofold_progress* progress, void* user) {
    if (interrupted()) return TWOFOLD_CANCEL;
    const double fraction =
        progress->total > 0 ? static_cast<double>(progress->done) / static_cast<double>(progress->total) : 0;
    const char* phase = progress->phase == TWOFOLD_PHASE_TRAIN ? "training" : "applying";
    static_cast<ProgressBar*>(user)->update(phase, fraction, progress->seconds_left);
    return TWOFOLD_CONTINUE;
}

}  // namespace

void add_threads_option(CLI::App* app, std::int32_t* threads) {
    app->add_option("--threads", *threads, "Threads to use (default: all processors)")->check(CLI::Range(1, 1024));
}

void add_training_options(CLI::App* app, TrainingOptions* options) {
    app->add_option("--method", options->method, "How to denoise")
        ->check(CLI::IsMember({"zsn2n", "tv", "dip", "two-stage"}));
    app->add_option("--recipe", options->recipe, "fast (default), best: slower and better, paper: as published")
        ->check(CLI::IsMember({"fast", "best", "paper"}));
    app->add_option("--steps", options->steps, "Training steps (default: the recipe's)")->check(CLI::Range(1, 1000000));
    app->add_option("--seed", options->seed, "Seed of every random choice (default 0)")->check(whole_number());
    add_threads_option(app, &options->threads);
    app->add_option("--kernels", options->kernels, "Which implementation computes (default auto)")
        ->check(CLI::IsMember({"auto", "simd", "onednn", "ref"}));
}

void check_kernels(const TrainingOptions& options) {
    if (options.kernels == "auto") return;
    std::istringstream present(twofold_query_string(TWOFOLD_QUERY_IMPLEMENTATIONS));
    for (std::string name; present >> name;) {
        if (name == options.kernels) return;
    }
    throw Failure(ExitCode::kUsage, "this build has no " + options.kernels + " kernels");
}

void apply_training_options(const Context& context, const Job& job, const TrainingOptions& options) {
    check(twofold_job_set_method(job.get(), method_of(options.method)), context.get());
    check(twofold_job_set_recipe(job.get(), recipe_of(options.recipe)), context.get());
    check(twofold_job_set_steps(job.get(), options.steps), context.get());
    check(twofold_job_set_seed(job.get(), options.seed), context.get());
    check(twofold_job_set_threads(job.get(), options.threads), context.get());
    check(twofold_job_set_implementation(job.get(), options.kernels.c_str()), context.get());
}

void show_progress(const Context& context, const Job& job, ProgressBar* bar) {
    check(twofold_job_set_progress(job.get(), on_progress, bar), context.get());
}

}  // namespace twofold::apps

#include "apps/common/training_options.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "apps/common/number_range.h"

namespace twofold::apps {
namespace {

// The enumerator at a name's place; the first for a name that is not there.
template <typename Enum>
Enum value_of(const std::string& name, std::initializer_list<const char*> names) {
    int index = 0;
    for (const char* candidate : names) {
        if (name == candidate) return static_cast<Enum>(index);
        ++index;
    }
    return static_cast<Enum>(0);
}

twofold_recipe recipe_of(const std::string& name) { return value_of<twofold_recipe>(name, {"fast", "best", "paper"}); }

twofold_method method_of(const std::string& name) {
    return value_of<twofold_method>(name, {"zsn2n", "tv", "dip", "two-stage", "bicubic", "lanczos", "prior"});
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

void add_thread_options(CLI::App* app, std::int32_t* threads) {
    app->add_option("--threads", *threads, "Threads to use (default: all processors that are fast)")
        ->check(CLI::Range(1, 1024));
    // At once, for threads take the priority of the one that starts them.
    app->add_option_function<int>(
           "--nice", [](int level) { [[maybe_unused]] const int now = ::nice(level); },
           "Leave the processors to others that want them: 1 to 19, added to what nice(1) has set")
        ->check(CLI::Range(1, 19));
}

void add_method_option(CLI::App* app, TrainingOptions* options, const std::vector<std::string>& methods) {
    options->method = methods.front();
    options->methods = methods;
    app->add_option("--method", options->method, "How to do it (default " + methods.front() + ")")
        ->check(CLI::IsMember(methods));
}

void add_stop_option(CLI::App* app, TrainingOptions* options, bool noise) {
    std::vector<std::string> rules = {"auto", "none", "variance"};
    if (noise) rules.emplace_back("noise");
    app->add_option("--stop", options->stop,
                    "When a fit ends early (default auto: by the outputs' variance, with the recipe paper never)")
        ->check(CLI::IsMember(rules));
}

void add_lambda_option(CLI::App* app, TrainingOptions* options, const std::string& usual) {
    app->add_option("--lambda", options->lambda,
                    "Weight of the total variation, white being 1 (default: " + usual + ")")
        ->check(number_between(1e-6, 1e6));
}

void add_prior_options(CLI::App* app, TrainingOptions* options) {
    app->add_option(
           "--preset", options->defect,
           "What dip removes: noise that is independent from pixel to pixel (default), correlated noise, or the "
           "artefacts of jpeg")
        ->check(CLI::IsMember({"noise", "jpeg", "correlated"}));
    app->add_option(
           "--noise", options->noise,
           "What zsn2n and prior take the noise for: independent from pixel to pixel, or correlated as in what cameras "
           "write (default auto: measured)")
        ->check(CLI::IsMember({"auto", "independent", "correlated"}));
    app->add_option("--start", options->start,
                    "What zsn2n and dip begin with: random weights (default), or the prior, with half the steps, dip "
                    "with a sixth")
        ->check(CLI::IsMember({"random", "prior"}));
    app->add_option(
           "--prior", options->prior,
           "Which network prior applies, and dip begins with: large (default), or small, a quarter of the work")
        ->check(CLI::IsMember({"small", "large"}));
    app->add_flag("--adapt", options->adapt,
                  "prior: train it further on the image, and keep that where it does better on a part set aside");
    app->add_option(
           "--refine", options->refine,
           "Filter alike patches of the noisy image together, guided by the result of a network (default auto: on, "
           "but for the recipe paper)")
        ->check(CLI::IsMember({"auto", "off", "on"}));
    app->add_option("--lines", options->lines,
                    "Rows and columns that are brighter or darker as a whole: level them first where they stand out "
                    "(default auto), or keep them")
        ->check(CLI::IsMember({"auto", "keep"}));
    app->add_option("--strength", options->strength, "Share of the noise that is taken away, 0 to 1 (default 1)")
        ->check(number_between(0, 1));
    app->add_option("--tv", options->total_variation,
                    "Total variation: isotropic (default of tv), anisotropic (default of two-stage)")
        ->check(CLI::IsMember({"anisotropic", "isotropic"}));
    add_lambda_option(app, options, "follows the noise");
    app->add_option("--detail", options->detail,
                    "What the second stage of two-stage fits: noisy (default), stage1 or their blend")
        ->check(CLI::IsMember({"noisy", "stage1", "blend"}));
    add_stop_option(app, options, true);
}

CLI::Option* add_weights_option(CLI::App* app, std::string* path) {
    return app->add_option("--weights", *path,
                           "Apply these weights instead of training, or instead of the prior that is built in");
}

void check_weights_options(const TrainingOptions& options, bool given, bool saved) {
    const bool has_weights = options.method == "zsn2n" || options.method == "prior";
    if (saved && !has_weights)
        throw Failure(ExitCode::kUsage, "--save-weights works with --method zsn2n and prior only");
    if (given && !has_weights && !(options.method == "dip" && options.start == "prior"))
        throw Failure(ExitCode::kUsage, "--weights works with --method zsn2n and prior, and with dip --start prior");
    if (given && options.prior != "large")
        throw Failure(ExitCode::kUsage, "--prior chooses between networks that are built in, --weights brings another");
}

void add_training_options(CLI::App* app, TrainingOptions* options) {
    app->add_option("--recipe", options->recipe, "fast (default), best: slower and better, paper: as published")
        ->check(CLI::IsMember({"fast", "best", "paper"}));
    app->add_option("--steps", options->steps, "Training steps (default: the recipe's)")->check(CLI::Range(1, 1000000));
    app->add_option("--seed", options->seed, "Seed of every random choice (default 0)")->check(whole_number());
    add_thread_options(app, &options->threads);
    app->add_option("--kernels", options->kernels, "Which implementation computes (default auto)")
        ->check(CLI::IsMember({"auto", "simd", "direct", "onednn", "ref"}));
}

namespace {

void check_kernels(const std::string& kernels) {
    if (kernels == "auto") return;
    std::istringstream present(twofold_query_string(TWOFOLD_QUERY_IMPLEMENTATIONS));
    for (std::string name; present >> name;) {
        if (name == kernels) return;
    }
    throw Failure(ExitCode::kUsage, "this build has no " + kernels + " kernels");
}

// Options that would do nothing are a mistake somewhere.
void check_use(const TrainingOptions& options, const char* option, bool given,
               std::initializer_list<const char*> methods) {
    if (!given) return;
    std::string names;
    for (const char* method : methods) {
        if (options.method == method) return;
        if (std::ranges::find(options.methods, method) == options.methods.end()) continue;
        names += (names.empty() ? "" : " and ") + std::string(method);
    }
    throw Failure(ExitCode::kUsage, names.empty() ? std::string(option) + " does nothing here"
                                                  : std::string(option) + " works with --method " + names + " only");
}

}  // namespace

void check_training_options(const TrainingOptions& options) {
    check_kernels(options.kernels);
    check_use(options, "--kernels onednn", options.kernels == "onednn", {"zsn2n", "prior"});
    check_use(options, "--kernels", options.kernels != "auto", {"zsn2n", "dip", "two-stage", "prior"});
    check_use(options, "--recipe", options.recipe != "fast", {"zsn2n", "dip", "two-stage", "prior"});
    check_use(options, "--prior", options.prior != "large", {"prior", "dip"});
    check_use(options, "--adapt", options.adapt, {"prior"});
    check_use(options, "--start", options.start != "random", {"zsn2n", "dip"});
    check_use(options, "--refine", options.refine != "auto", {"zsn2n", "dip", "two-stage", "prior"});
    check_use(options, "--steps", options.steps > 0, {"zsn2n", "tv", "dip", "two-stage", "prior"});
    check_use(options, "--noise", options.noise != "auto", {"zsn2n", "prior"});
    check_use(options, "--preset", !options.defect.empty(), {"dip"});
    check_use(options, "--tv", !options.total_variation.empty(), {"tv", "two-stage"});
    check_use(options, "--lambda", options.lambda > 0, {"tv", "two-stage"});
    check_use(options, "--detail", !options.detail.empty(), {"two-stage"});
    check_use(options, "--stop", options.stop != "auto", {"dip", "two-stage"});
    if (options.refine == "on" && options.defect == "jpeg")
        throw Failure(ExitCode::kUsage, "--refine on is not for --preset jpeg: what compression did is no noise");
    if (options.noise == "correlated" && options.recipe == "paper")
        throw Failure(ExitCode::kUsage, "--noise correlated has no recipe paper: the paper is about independent noise");
    if (options.method == "dip" && options.prior != "large" && options.start != "prior")
        throw Failure(ExitCode::kUsage, "--prior does nothing for --method dip without --start prior");
    if (options.start == "prior" && !options.defect.empty() && options.defect != "noise")
        throw Failure(ExitCode::kUsage, "--start prior is for independent noise, not for --preset " + options.defect);
    if (options.start == "prior" && options.recipe != "fast")
        throw Failure(ExitCode::kUsage, "--start prior is for the recipe fast");
    if (options.method == "prior" && options.recipe == "paper")
        throw Failure(ExitCode::kUsage, "--method prior has no recipe paper: no paper describes it");
    if (options.method == "prior" && !options.adapt && options.steps > 0)
        throw Failure(ExitCode::kUsage, "--steps does nothing for --method prior without --adapt");
    if (options.stop == "noise" && !options.detail.empty() && options.detail != "noisy") {
        throw Failure(ExitCode::kUsage, "--stop noise needs a second stage that fits the noisy image");
    }
}

void apply_training_options(const Context& context, const Job& job, const TrainingOptions& options) {
    check(twofold_job_set_method(job.get(), method_of(options.method)), context.get());
    check(twofold_job_set_recipe(job.get(), recipe_of(options.recipe)), context.get());
    check(twofold_job_set_steps(job.get(), options.steps), context.get());
    check(twofold_job_set_seed(job.get(), options.seed), context.get());
    check(twofold_job_set_threads(job.get(), options.threads), context.get());
    check(twofold_job_set_stop_rule(job.get(),
                                    value_of<twofold_stop_rule>(options.stop, {"auto", "none", "variance", "noise"})),
          context.get());
    check(twofold_job_set_correlation(
              job.get(), value_of<twofold_correlation>(options.noise, {"auto", "independent", "correlated"})),
          context.get());
    check(twofold_job_set_prior_size(job.get(), value_of<twofold_prior_size>(options.prior, {"small", "large"})),
          context.get());
    check(twofold_job_set_adapt(job.get(), options.adapt ? 1 : 0), context.get());
    check(twofold_job_set_start(job.get(), value_of<twofold_start>(options.start, {"random", "prior"})), context.get());
    check(twofold_job_set_refinement(job.get(), value_of<twofold_refinement>(options.refine, {"auto", "off", "on"})),
          context.get());
    check(twofold_job_set_lines(job.get(), value_of<twofold_lines>(options.lines, {"auto", "keep"})), context.get());
    check(twofold_job_set_strength(job.get(), options.strength), context.get());
    check(twofold_job_set_defect(job.get(), value_of<twofold_defect>(options.defect, {"noise", "jpeg", "correlated"})),
          context.get());
    check(twofold_job_set_detail(job.get(), value_of<twofold_detail>(options.detail, {"noisy", "stage1", "blend"})),
          context.get());
    check(twofold_job_set_missing(job.get(), value_of<twofold_missing>(options.missing, {"text", "hole", "random"})),
          context.get());
    if (!options.total_variation.empty())
        check(twofold_job_set_total_variation(
                  job.get(), value_of<twofold_total_variation>(options.total_variation, {"anisotropic", "isotropic"})),
              context.get());
    check(twofold_job_set_lambda(job.get(), options.lambda), context.get());
    check(twofold_job_set_factor(job.get(), options.factor), context.get());
    check(twofold_job_set_implementation(job.get(), options.kernels.c_str()), context.get());
}

void show_progress(const Context& context, const Job& job, ProgressBar* bar) {
    check(twofold_job_set_progress(job.get(), on_progress, bar), context.get());
}

}  // namespace twofold::apps

// What the commands that make images have in common: method, recipe and how to train.
#ifndef TWOFOLD_APPS_COMMON_TRAINING_OPTIONS_H
#define TWOFOLD_APPS_COMMON_TRAINING_OPTIONS_H

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/common/library.h"
#include "apps/common/progress_bar.h"

namespace twofold::apps {

struct TrainingOptions {
    std::string method = "zsn2n";
    std::vector<std::string> methods;  // to choose from
    std::string recipe = "fast";
    std::string kernels = "auto";
    std::int64_t steps = 0;
    std::uint64_t seed = 0;
    std::int32_t threads = 0;
    std::string stop = "auto";
    std::string noise = "auto";
    double strength = 1;
    std::string prior = "large";
    bool adapt = false;
    std::string start = "random";
    std::string refine = "auto";
    std::string lines = "auto";
    // Of some methods and commands only; what is empty or 0 was not given.
    std::string total_variation, detail, defect, missing;
    double lambda = 0;
    int factor = 1;
};

// `methods` that the command takes; the first is the default.
void add_method_option(CLI::App* app, TrainingOptions* options, const std::vector<std::string>& methods);
// --stop, for what fits a network to one image, with `noise` if there is one; --lambda, --tv, --detail, --preset beside
// it for denoising.
void add_lambda_option(CLI::App* app, TrainingOptions* options, const std::string& usual);
void add_stop_option(CLI::App* app, TrainingOptions* options, bool noise);
void add_prior_options(CLI::App* app, TrainingOptions* options);
CLI::Option* add_weights_option(CLI::App* app, std::string* path);
// Throws a Failure where weights are given, or to be saved, and the method has none.
void check_weights_options(const TrainingOptions& options, bool given, bool saved);

void add_training_options(CLI::App* app, TrainingOptions* options);
// --threads and --nice; also for `bench`.
void add_thread_options(CLI::App* app, std::int32_t* threads);

// Throws a Failure if this build lacks the kernels, and for options that do nothing for the method: a matter of usage,
// not of the image.
void check_training_options(const TrainingOptions& options);
void apply_training_options(const Context& context, const Job& job, const TrainingOptions& options);
// Draw progress on `bar`, which must live as long as the job, and cancel when a signal arrives.
void show_progress(const Context& context, const Job& job, ProgressBar* bar);

}  // namespace twofold::apps

#endif

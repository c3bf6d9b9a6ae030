// What `denoise` and `evaluate` have in common: how to train.
#ifndef TWOFOLD_APPS_COMMON_TRAINING_OPTIONS_H
#define TWOFOLD_APPS_COMMON_TRAINING_OPTIONS_H

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "apps/common/library.h"
#include "apps/common/progress_bar.h"

namespace twofold::apps {

struct TrainingOptions {
    std::string method = "zsn2n";
    std::string recipe = "fast";
    std::string kernels = "auto";
    std::int64_t steps = 0;
    std::uint64_t seed = 0;
    std::int32_t threads = 0;
};

void add_training_options(CLI::App* app, TrainingOptions* options);
// Also for `bench`.
void add_threads_option(CLI::App* app, std::int32_t* threads);

// Throws a Failure if this build lacks the kernels: a matter of usage, not of the image.
void check_kernels(const TrainingOptions& options);
void apply_training_options(const Context& context, const Job& job, const TrainingOptions& options);
// Draw progress on `bar`, which must live as long as the job, and cancel when a signal arrives.
void show_progress(const Context& context, const Job& job, ProgressBar* bar);

}  // namespace twofold::apps

#endif

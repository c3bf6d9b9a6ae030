// One word of the command line: `twofold denoise`, `twofold info` ...
#ifndef TWOFOLD_APPS_COMMON_COMMAND_H
#define TWOFOLD_APPS_COMMON_COMMAND_H

#include <CLI/CLI.hpp>
#include <functional>

#include "apps/common/failure.h"

namespace twofold::apps {

struct Command {
    CLI::App* app;
    // Called after parsing if the user chose this command. May throw; a Failure decides the exit code.
    std::function<ExitCode()> run;
};

// Each adds its options to `root`.
Command add_denoise(CLI::App& root);
Command add_inpaint(CLI::App& root);
Command add_upscale(CLI::App& root);
Command add_noise(CLI::App& root);
Command add_compare(CLI::App& root);
Command add_estimate(CLI::App& root);
Command add_examine(CLI::App& root);
Command add_evaluate(CLI::App& root);
Command add_train_prior(CLI::App& root);
Command add_bench(CLI::App& root);
Command add_info(CLI::App& root);
Command add_completion(CLI::App& root);

}  // namespace twofold::apps

#endif

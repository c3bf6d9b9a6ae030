#include "apps/report/observe_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "apps/common/failure.h"
#include "apps/report/trace_files.h"

namespace twofold::apps {
namespace {

const std::vector<std::string> kTraced = {"dip", "two-stage"};
// All snapshots are held until the end.
constexpr int kMostSnapshots = 50;

[[noreturn]] void refuse(const std::string& sentence) { throw Failure(ExitCode::kUsage, sentence); }

void check_belonging(const ObserveOptions& options, const std::string& method) {
    const bool needs_steps = options.every > 0 || !options.snapshots.empty();
    if (!options.any() && (needs_steps || !options.truth.empty())) {
        refuse("--trace-every, --snapshots and --truth belong to --trace or --report");
    }
    if (options.report.empty() && !options.compare_with.empty()) refuse("--compare-with belongs to --report");
    std::vector<std::string> methods = options.compare_with;
    if (std::count(methods.begin(), methods.end(), method) > 0) refuse("--compare-with names the method itself");
    std::sort(methods.begin(), methods.end());
    if (std::adjacent_find(methods.begin(), methods.end()) != methods.end()) {
        refuse("--compare-with names a method twice");
    }
    const bool some_steps = can_be_traced(method) || std::any_of(methods.begin(), methods.end(), can_be_traced);
    if ((!options.trace.empty() && !can_be_traced(method)) || (needs_steps && !some_steps)) {
        refuse(fmt::format("the method {} shows no steps; --trace, --trace-every and --snapshots are for {}", method,
                           fmt::join(kTraced, " and ")));
    }
}

void check_report(const ObserveOptions& options, const PlannedFile& file, bool overwrite) {
    if (options.report == "-") refuse("the report is a file; it does not go to standard output");
    for (const std::string& other : {file.input, file.output, options.truth}) {
        if (!other.empty() && same_file(options.report, other)) refuse("--report names one of the images");
    }
    check_output(options.report, overwrite, false);
}

}  // namespace

void add_observe_options(CLI::App* app, ObserveOptions* options, const std::vector<std::string>& methods) {
    const auto not_empty = CLI::Validator(
        [](const std::string& text) { return text.empty() ? std::string("the name is empty") : std::string(); }, "");
    app->add_option("--trace", options->trace, "Write curve and snapshots of the steps of dip and two-stage here")
        ->check(not_empty);
    app->add_option("--trace-every", options->every, "Steps between points of the curve (default: about 200 points)")
        ->check(CLI::Range(1, 1000000));
    app->add_option("--snapshots", options->snapshots,
                    "Steps whose output is kept, such as 10,50,100 (default 1,2,5,10 ...)")
        ->delimiter(',')
        ->check(CLI::Range(0, 1000000))
        ->expected(1, kMostSnapshots)
        ->allow_extra_args(false);
    app->add_option("--truth", options->truth, "What the result should be, for the PSNR of trace and report")
        ->check(not_empty);
    app->add_option("--report", options->report, "Write a page to look at: images, residual, curves, settings, time")
        ->check(not_empty);
    if (methods.empty()) return;
    app->add_option("--compare-with", options->compare_with, "Other methods for the page, such as tv,dip")
        ->delimiter(',')
        ->check(CLI::IsMember(methods))
        ->allow_extra_args(false);
}

bool can_be_traced(const std::string& method) {
    return std::find(kTraced.begin(), kTraced.end(), method) != kTraced.end();
}

TrainingOptions compared_training(const TrainingOptions& chosen, const std::string& method) {
    TrainingOptions training;
    training.method = method;
    training.factor = chosen.factor;
    // No paper describes the prior.
    training.recipe = method == "prior" && chosen.recipe == "paper" ? "fast" : chosen.recipe;
    training.seed = chosen.seed;
    training.threads = chosen.threads;
    // oneDNN's are for one method only.
    training.kernels = method == "zsn2n" || chosen.kernels != "onednn" ? chosen.kernels : "auto";
    return training;
}

std::string trace_folder(const ObserveOptions& options, const PlannedFile& file) {
    if (options.trace.empty() || !file.into_folder) return options.trace;
    const std::filesystem::path folder = options.trace;
    return (folder / std::filesystem::path(file.output).filename()).string();
}

void check_observe_options(const ObserveOptions& options, const std::string& method,
                           const std::vector<PlannedFile>& plan, bool overwrite) {
    check_belonging(options, method);
    if (plan.size() > 1 && (!options.report.empty() || !options.truth.empty())) {
        refuse("--report and --truth work with a single input only");
    }
    if (options.truth == "-" && plan.front().input == "-") refuse("standard input can be read only once");
    if (!options.report.empty()) check_report(options, plan.front(), overwrite);
    if (options.trace.empty()) return;
    for (const PlannedFile& file : plan) {
        const std::string folder = trace_folder(options, file);
        if (same_file(folder, file.output)) refuse("--trace names the output's own place " + folder);
        check_trace_folder(folder, overwrite);
    }
}

}  // namespace twofold::apps

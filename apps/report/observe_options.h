// --trace, --truth and --report: what is to be seen of the work on an image.
#ifndef TWOFOLD_APPS_REPORT_OBSERVE_OPTIONS_H
#define TWOFOLD_APPS_REPORT_OBSERVE_OPTIONS_H

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/common/outputs.h"
#include "apps/common/training_options.h"

namespace twofold::apps {

struct ObserveOptions {
    std::string trace;                      // folder, "": none
    std::int64_t every = 0;                 // steps between points, 0: about 200 points
    std::vector<std::int64_t> snapshots;    // steps, empty: geometric
    std::string truth;                      // clean image, "": unknown
    std::string report;                     // page, "": none
    std::vector<std::string> compare_with;  // methods that are shown on the page as well

    bool any() const { return !trace.empty() || !report.empty(); }
};

// `methods` to compare with; none: there is no --compare-with.
void add_observe_options(CLI::App* app, ObserveOptions* options, const std::vector<std::string>& methods);

// Whether the method tells its output from step to step.
bool can_be_traced(const std::string& method);

// How a method to compare with is trained: task, recipe, seed, threads and kernels are the same, all else is its own
// default.
TrainingOptions compared_training(const TrainingOptions& chosen, const std::string& method);

// Where the trace of a file goes: `options.trace` itself, or a subfolder with the output's name where outputs go into a
// folder. "" without a trace.
std::string trace_folder(const ObserveOptions& options, const PlannedFile& file);

// Throws a Failure for options that make no sense together or with `method`, for a page or a trace that exists when
// `overwrite` is not set, and for those that would replace one of the `plan`'s own files: better now than after the
// work.
void check_observe_options(const ObserveOptions& options, const std::string& method,
                           const std::vector<PlannedFile>& plan, bool overwrite);

}  // namespace twofold::apps

#endif

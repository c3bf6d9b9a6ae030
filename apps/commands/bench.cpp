#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/library.h"
#include "apps/common/number_range.h"
#include "apps/common/training_options.h"

namespace twofold::apps {
namespace {

struct BenchOptions {
    double seconds = 0.5;
    std::int32_t threads = 0;
    bool json = false;
};

Json json_row(const twofold_benchmark_row& row) {
    Json entry;
    entry["name"] = row.name;
    entry["kernels"] = row.implementation;
    entry["shape"] = row.shape;
    entry["threads"] = row.threads;
    entry["seconds"] = row.seconds;
    entry["gflops"] = row.gflops;
    entry["share_of_peak"] = row.share_of_peak;
    return entry;
}

struct Rows {
    bool json;
    Json list = Json::array();
    bool failed = false;  // an exception must not cross the C interface
};

void on_row(const twofold_benchmark_row* row, void* user) {
    Rows& rows = *static_cast<Rows*>(user);
    try {
        if (rows.json) {
            rows.list.push_back(json_row(*row));
        } else {
            print_result(fmt::format("{:<34} {:<7} {:<40} {:>10.3f} {:>9.1f} {:>6.1f}%\n", row->name,
                                     row->implementation, row->shape, row->seconds * 1e3, row->gflops,
                                     row->share_of_peak * 100));
        }
    } catch (...) {
        rows.failed = true;
    }
}

ExitCode run_bench(const BenchOptions& options) {
    const Context context = create_context();
    Rows rows{options.json};
    if (!options.json) {
        print_result(fmt::format("{:<34} {:<7} {:<40} {:>10} {:>9} {:>7}\n", "", "kernels", "shape", "ms", "GFLOP/s",
                                 "of peak"));
    }
    check(twofold_benchmark(context.get(), options.threads, options.seconds, on_row, &rows), context.get());
    if (rows.failed) throw Failure(ExitCode::kSomeFailed, "the results could not be written");
    if (options.json) {
        Json result;
        result["version"] = twofold_version_string();
        result["cpu"] = twofold_query_string(TWOFOLD_QUERY_CPU);
        result["isa"] = twofold_query_string(TWOFOLD_QUERY_ISA);
        result["rows"] = rows.list;
        print_json(result);
    }
    return ExitCode::kOk;
}

}  // namespace

Command add_bench(CLI::App& root) {
    CLI::App* app =
        root.add_subcommand("bench", "Measure the training step, the final pass, the refinement and every kernel");
    const auto options = std::make_shared<BenchOptions>();
    app->add_option("--seconds", options->seconds, "Time spent on each row (default 0.5)")
        ->check(number_between(0.001, 600));
    add_thread_options(app, &options->threads);
    app->add_flag("--json", options->json, "Print JSON");
    return {app, [options] { return run_bench(*options); }};
}

}  // namespace twofold::apps

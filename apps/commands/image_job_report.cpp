// What `twofold denoise` and its like say about a file that is done.
#include <fmt/format.h>
#include <sys/resource.h>

#include "apps/commands/image_job.h"
#include "apps/common/examination.h"
#include "apps/common/quality.h"
#include "apps/common/stop_reason.h"

namespace twofold::apps {
namespace {

// The most that the process has held at once up to now, all files so far included.
std::uint64_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

Json to_json(const ImageJobOptions& options, const PlannedFile& file, const ImageJobResult& result) {
    const twofold_report& report = result.report;
    Json entry;
    entry["input"] = file.input;
    entry["output"] = file.output;
    entry["status"] = "ok";
    entry["error"] = nullptr;
    entry["width"] = result.width;
    entry["height"] = result.height;
    entry["channels"] = result.channels;
    entry["method"] = options.training.method;
    entry["recipe"] = options.training.recipe;
    entry["steps"] = report.steps_done;
    entry["steps_planned"] = report.steps_planned;
    entry["seed"] = options.training.seed;
    entry["threads"] = report.threads;
    entry["kernels"] = report.implementation;
    entry["noise_sigma"] = report.noise_sigma;
    if (report.correlation != TWOFOLD_CORRELATION_AUTO) entry["noise"] = name_of(report.correlation);
    entry["seconds"] = result.seconds;
    entry["seconds_per_step"] = report.seconds_per_step;
    entry["seconds_read"] = result.seconds_read;
    entry["seconds_train"] = report.seconds_train;
    entry["seconds_apply"] = report.seconds_apply;
    entry["seconds_write"] = result.seconds_write;
    entry["stopped"] = stopped_by(report.stop_reason);
    if (options.training.start == "prior") entry["started"] = report.started != 0;
    if (options.training.adapt) entry["adapted"] = report.adapted != 0;
    entry["refinements"] = report.refinements;
    if (report.row_noise > 0) entry["row_noise"] = report.row_noise;
    if (report.column_noise > 0) entry["column_noise"] = report.column_noise;
    if (report.best_step > 0) entry["best_step"] = report.best_step;
    if (report.lambda > 0) entry["lambda"] = report.lambda;
    if (report.gap > 0) entry["gap"] = report.gap;
    entry["memory_bytes"] = report.memory_bytes;
    entry["peak_memory_bytes"] = peak_memory();
    if (result.non_finite > 0) entry["non_finite_samples"] = result.non_finite;
    if (result.examination) {
        entry["residual"] = to_json(*result.examination);
        entry["quality"] = result.quality ? to_json(*result.quality) : Json(nullptr);
    }
    entry["notes"] = result.notes;
    return entry;
}

std::string to_text(const ImageJobOptions& options, const PlannedFile& file, const ImageJobResult& result) {
    const twofold_report& report = result.report;
    std::string text = fmt::format("{} -> {}\n", file.input, file.output);
    const bool known = report.correlation != TWOFOLD_CORRELATION_AUTO;
    text +=
        fmt::format("  image    {}x{}, {} channels, {}{}noise about {:.1f} of 255\n", result.width, result.height,
                    result.channels, known ? name_of(report.correlation) : "", known ? " " : "", report.noise_sigma);
    if (report.row_noise > 0 || report.column_noise > 0)
        text += fmt::format("  levelled rows by about {:.1f} of 255, columns by {:.1f}\n", report.row_noise,
                            report.column_noise);
    if (report.parameters > 0) {
        text += fmt::format("  network  depth {}, {} parameters, {} passes\n", report.depth, report.parameters,
                            report.ensemble);
    }
    text += fmt::format("  method   {}, recipe {}, seed {}: {}{} steps, {:.3f} ms each, stopped by {}\n",
                        options.training.method, options.training.recipe, options.training.seed, report.steps_done,
                        report.steps_planned > 0 ? fmt::format(" of {}", report.steps_planned) : "",
                        report.seconds_per_step * 1e3, stopped_by(report.stop_reason));
    if (report.best_step > 0) text += fmt::format("  result   of step {}\n", report.best_step);
    if (result.examination) text += fmt::format("  residual {}\n", verdict_of(*result.examination));
    if (result.quality) text += fmt::format("  PSNR     {}\n", to_text(*result.quality));
    if (report.lambda > 0) text += fmt::format("  lambda   {:.5f}, duality gap {:.2g}\n", report.lambda, report.gap);
    text += fmt::format("  machine  {} kernels, {} threads, {:.1f} MB planned, {:.1f} MB at most\n",
                        report.implementation, report.threads, static_cast<double>(report.memory_bytes) / 1e6,
                        static_cast<double>(peak_memory()) / 1e6);
    text += fmt::format("  seconds  read {:.3f}, train {:.3f}, apply {:.3f}, write {:.3f}, in all {:.3f}\n",
                        result.seconds_read, report.seconds_train, report.seconds_apply, result.seconds_write,
                        result.seconds);
    return text;
}

}  // namespace twofold::apps

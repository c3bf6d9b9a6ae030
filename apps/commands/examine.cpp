#include <CLI/CLI.hpp>
#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/examination.h"
#include "apps/common/interrupt.h"
#include "apps/common/library.h"
#include "apps/common/outputs.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

struct ExamineOptions {
    std::string noisy, denoised, map;
    double white = 0;  // of a float image, 0: found
    double strength = 1;
    bool overwrite = false;
    bool json = false;
};

image_io::Image read(const std::string& path) {
    return naming(path, [&] {
        image_io::ReadOptions options;
        options.upright = true;
        return image_io::read_image(path, options);
    });
}

void check_options(const ExamineOptions& options) {
    if (options.noisy == "-" && options.denoised == "-")
        throw Failure(ExitCode::kUsage, "standard input can be read only once");
    if (options.map.empty()) return;
    if (options.map == "-") throw Failure(ExitCode::kUsage, "the map cannot go to standard output");
    check_output(options.map, options.overwrite, false);
    for (const std::string& input : {options.noisy, options.denoised})
        if (same_file(options.map, input)) throw Failure(ExitCode::kUsage, "--map names an image to examine");
}

ExitCode run_examine(const ExamineOptions& options) {
    check_options(options);
    const image_io::Image noisy = read(options.noisy);
    stop_if_interrupted();
    naming(options.noisy, [&] { check_white(noisy, options.white); });
    const image_io::Image denoised = read(options.denoised);
    stop_if_interrupted();
    const twofold_image noisy_view = view_of(noisy);
    const twofold_image denoised_view = view_of(denoised);
    const Context context = create_context();
    image_io::Image map;
    const twofold_examination examination = examine(context, noisy_view, denoised_view, options.white, options.strength,
                                                    options.map.empty() ? nullptr : &map);
    stop_if_interrupted();
    if (!options.map.empty()) {
        image_io::WriteOptions write;
        write.overwrite = options.overwrite;
        image_io::write_image(options.map, map, image_io::Format::kPng, write);
    }
    if (options.json) {
        Json result;
        result["noisy"] = options.noisy;
        result["denoised"] = options.denoised;
        result.update(apps::to_json(examination));
        print_json(result);
    } else {
        print_result(apps::to_text(examination));
    }
    return ExitCode::kOk;
}

}  // namespace

Command add_examine(CLI::App& root) {
    CLI::App* app = root.add_subcommand("examine", "Tell whether what a denoiser took away was noise only");
    const auto options = std::make_shared<ExamineOptions>();
    app->add_option("noisy", options->noisy, "The noisy image, or - for standard input")->required();
    app->add_option("denoised", options->denoised, "What a denoiser, any, made of it")->required();
    app->add_option("--map", options->map, "Write a PNG that is bright where detail was lost");
    app->add_option("--strength", options->strength, "Share of the noise that was to be removed (default 1)")
        ->check(CLI::Range(0.01, 1.0));
    add_white_option(app, &options->white, "found as denoise does");
    app->add_flag("--overwrite", options->overwrite, "Replace an existing map");
    app->add_flag("--json", options->json, "Print JSON");
    return {app, [options] { return run_examine(*options); }};
}

}  // namespace twofold::apps

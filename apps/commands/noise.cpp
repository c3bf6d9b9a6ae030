#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/interrupt.h"
#include "apps/common/noise_options.h"
#include "apps/common/number_range.h"
#include "apps/common/outputs.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

struct NoiseCommandOptions {
    std::string input, output;
    NoiseOptions noise;
    double white = 0;  // of float images, 0: it is 1
    std::uint64_t seed = 0;
    bool overwrite = false;
    bool quiet = false;
};

void add_noise_to_file(const NoiseCommandOptions& options) {
    InputList list;
    list.files = {options.input};
    const PlannedFile file = plan_outputs(list, options.output, std::nullopt).front();
    check_output(file.output, options.overwrite, file.into_folder);
    image_io::Image clean = image_io::read_image(file.input);
    stop_if_interrupted();
    const image_io::Format format = file.format.value_or(clean.format);
    check_white(clean, options.white);
    scale_to_white(&clean, options.white);

    const twofold_image view = view_of(clean);
    image_io::Image noisy = empty_like(view, stored_type(format, clean.type));
    const Context context = create_context();
    make_noisy(context, view, view_of(noisy), options.noise, options.seed);
    scale_from_white(&noisy, clean.type == image_io::SampleType::kFloat32 ? options.white : 0);
    noisy.metadata = std::move(clean.metadata);
    noisy.format = clean.format;
    stop_if_interrupted();

    if (file.into_folder) create_folder_of(file.output);
    image_io::WriteOptions write;
    write.overwrite = options.overwrite;
    std::vector<std::string> notes;
    image_io::write_image(file.output, noisy, format, write, &notes);
    for (const std::string& note : notes) {
        if (!options.quiet) print_file_error(file.input, note);
    }
}

}  // namespace

Command add_noise(CLI::App& root) {
    CLI::App* app = root.add_subcommand("noise", "Add noise to a clean image");
    const auto options = std::make_shared<NoiseCommandOptions>();
    app->add_option("input", options->input, "A clean image, or - for standard input")->required();
    app->add_option("-o,--output", options->output, "The noisy image, or - for standard output")->required();
    add_noise_options(app, &options->noise);
    add_white_option(app, &options->white, "1");
    app->add_option("--seed", options->seed, "Seed of the noise (default 0)")->check(whole_number());
    app->add_flag("--overwrite", options->overwrite, "Replace an existing output");
    app->add_flag("--quiet", options->quiet, "Say nothing unless something fails");
    return {app, [options] { return run_on_file(options->input, [&] { add_noise_to_file(*options); }); }};
}

}  // namespace twofold::apps

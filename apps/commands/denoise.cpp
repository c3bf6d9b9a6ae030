#include <memory>

#include "apps/commands/image_session.h"
#include "apps/common/command.h"
#include "apps/common/non_finite.h"

namespace twofold::apps {

Command add_denoise(CLI::App& root) {
    CLI::App* app = root.add_subcommand("denoise", "Denoise images");
    const auto options = std::make_shared<ImageJobOptions>();
    add_file_options(app, options.get());
    add_method_option(app, &options->training, {"zsn2n", "tv", "dip", "two-stage", "prior"});
    add_training_options(app, &options->training);
    add_prior_options(app, &options->training);
    CLI::Option* save =
        app->add_option("--save-weights", options->save_weights, "Write the trained weights to this file");
    add_weights_option(app, &options->weights)->excludes(save);
    add_observe_options(app, &options->observe, options->training.methods);
    add_job_options(app, options.get());
    add_non_finite_option(app, &options->non_finite);
    return {app, [options] { return run_image_session(*options); }};
}

}  // namespace twofold::apps

#include <memory>

#include "apps/commands/image_session.h"
#include "apps/common/command.h"

namespace twofold::apps {

Command add_upscale(CLI::App& root) {
    CLI::App* app = root.add_subcommand("upscale", "Enlarge images, by Deep Image Prior or at once");
    const auto options = std::make_shared<ImageJobOptions>();
    options->training.method = "dip";
    options->training.factor = 4;
    add_file_options(app, options.get());
    app->add_option("--factor", options->training.factor, "How many times as wide and high (default 4)")
        ->check(CLI::IsMember({2, 3, 4, 8}));
    add_method_option(app, &options->training, {"dip", "tv", "bicubic", "lanczos"});
    add_training_options(app, &options->training);
    add_lambda_option(app, &options->training, "0.002");
    add_stop_option(app, &options->training, false);
    add_observe_options(app, &options->observe, options->training.methods);
    add_job_options(app, options.get());
    return {app, [options] { return run_image_session(*options); }};
}

}  // namespace twofold::apps

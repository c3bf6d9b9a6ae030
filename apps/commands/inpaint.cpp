#include <memory>

#include "apps/commands/image_session.h"
#include "apps/common/command.h"

namespace twofold::apps {

Command add_inpaint(CLI::App& root) {
    CLI::App* app = root.add_subcommand("inpaint", "Fill in what is missing from images, by Deep Image Prior");
    const auto options = std::make_shared<ImageJobOptions>();
    options->training.method = "dip";
    add_file_options(app, options.get());
    app->add_option("--mask", options->mask, "Grey image of the same size: white is known, black is filled in")
        ->required();
    app->add_option("--preset", options->training.missing,
                    "What is missing: text (default), thin strokes; hole, large regions; random, single pixels")
        ->check(CLI::IsMember({"text", "hole", "random"}));
    add_training_options(app, &options->training);
    add_stop_option(app, &options->training, false);
    add_observe_options(app, &options->observe, {});
    add_job_options(app, options.get());
    return {app, [options] { return run_image_session(*options); }};
}

}  // namespace twofold::apps

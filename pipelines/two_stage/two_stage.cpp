#include "pipelines/two_stage/two_stage.h"

#include "pipelines/common/noise_model.h"
#include "pipelines/common/prior/denoising_recipe.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/white_level.h"
#include "pipelines/two_stage/two_stage_term.h"

namespace twofold::two_stage {

std::unique_ptr<Pipeline> make_denoiser(const Settings& settings) {
    const WhiteLevel level = find_white_level(settings.input, settings.white);
    const NoiseModel noise = estimate_noise(settings.input, level);
    prior::StopRule rule = prior::make_stop_rule(settings.stop, settings.recipe, noise);
    // Under the total variation the outputs settle without having learned the detail.
    rule.from = kStage1Share;
    return std::make_unique<prior::Fit>(
        settings, prior::denoising_recipe(settings.recipe, 255 * noise.mean_sigma), rule, level.white, noise.mean_sigma,
        std::make_unique<TwoStageTerm>(settings, level.white, noise.mean_sigma * noise.mean_sigma));
}

}  // namespace twofold::two_stage

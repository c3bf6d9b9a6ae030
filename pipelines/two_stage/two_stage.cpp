#include "pipelines/two_stage/two_stage.h"

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/prior/denoising_recipe.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/refinement/refined_pipeline.h"
#include "pipelines/common/white_level.h"
#include "pipelines/two_stage/two_stage_term.h"
#include "runtime/error.h"

namespace twofold::two_stage {

namespace {

void check(const Settings& settings) {
    if (!(settings.lambda >= 0 && settings.lambda <= 1e6))
        throw Error(ErrorCode::kInvalidArgument, "lambda must be 0 to 1e6");
    // The loss of the second stage is then no distance to the noisy image.
    if (settings.stop == prior::StopChoice::kNoise && settings.detail != Detail::kNoisy)
        throw Error(ErrorCode::kUnsupported, "stopping by noise needs a second stage that fits the noisy image");
}

std::unique_ptr<Pipeline> make_fit(const Settings& settings) {
    const WhiteLevel level = find_white_level(settings.input, settings.white);
    const NoiseModel noise = estimate_noise(settings.input, level);
    prior::StopRule rule = prior::make_stop_rule(settings.stop, settings.recipe, noise);
    // Under the total variation the outputs settle without having learned the detail.
    rule.from = kStage1Share;
    auto fit = std::make_unique<prior::Fit>(
        settings, prior::denoising_recipe(settings.recipe, noise), rule, level.white, noise,
        std::make_unique<TwoStageTerm>(settings, level.white, noise.mean_sigma * noise.mean_sigma));
    if (settings.recipe != RecipeName::kPaper) fit->set_shift(find_shift(settings.input, level, noise));
    return fit;
}

}  // namespace

std::unique_ptr<Pipeline> make_denoiser(const Settings& settings) {
    check(settings);
    return make_refined(settings, NoiseKind::kAuto, make_fit);
}

}  // namespace twofold::two_stage

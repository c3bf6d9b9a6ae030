#include "pipelines/dip/dip.h"

#include "pipelines/common/block_error.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/prior/denoising_recipe.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/prior/image_term.h"
#include "pipelines/common/refinement/refined_pipeline.h"
#include "pipelines/common/white_level.h"
#include "runtime/error.h"

namespace twofold::dip {
namespace {

// Also for images whose blocks were not found.
prior::Recipe published_jpeg_recipe(RecipeName name) {
    prior::Recipe recipe;
    recipe.in = 3;
    recipe.scales = {{8, 8, 0}, {16, 16, 0}, {32, 32, 0}, {64, 64, 4}, {128, 128, 4}};
    recipe.steps = name == RecipeName::kFast ? 1200 : 2400;
    return recipe;
}

prior::Recipe jpeg_recipe(RecipeName name, const NoiseModel& error) {
    if (name == RecipeName::kPaper || !error.measured) return published_jpeg_recipe(name);
    prior::Recipe recipe = prior::denoising_recipe(RecipeName::kFast, error);
    // The error is anything but independent: it takes much added noise to hide it. More yet would cost texture.
    recipe.recorruption = 2;
    // No longer fit was better on the mean of what was tried (docs/recipes.md).
    recipe.steps = 160;
    return recipe;
}

NoiseModel measure(const Settings& settings, const WhiteLevel& level) {
    if (settings.defect != Defect::kJpeg) return estimate_noise(settings.input, level);
    const double error = estimate_block_error(settings.input, level);
    if (error > 0) return NoiseModel::constant(error);
    if (settings.stop == prior::StopChoice::kNoise)
        throw Error(ErrorCode::kUnsupported, "no blocks of a JPEG stand out, whose error the fit could stop at");
    return {};
}

prior::Recipe make_recipe(const Settings& settings, const NoiseModel& noise) {
    switch (settings.defect) {
        case Defect::kJpeg:
            return jpeg_recipe(settings.recipe, noise);
        case Defect::kCorrelatedNoise:
            return prior::correlated_noise_recipe(settings.recipe, noise);
        case Defect::kNoise:
            break;
    }
    return settings.start ? prior::started_recipe(noise) : prior::denoising_recipe(settings.recipe, noise);
}

std::unique_ptr<Pipeline> make_fit(const Settings& settings) {
    const WhiteLevel level = find_white_level(settings.input, settings.white);
    const NoiseModel noise = measure(settings, level);
    auto fit = std::make_unique<prior::Fit>(
        settings, make_recipe(settings, noise), prior::make_stop_rule(settings.stop, settings.recipe, noise),
        level.white, noise, std::make_unique<prior::ImageTerm>(settings.input, level.white), settings.start);
    if (settings.defect == Defect::kNoise && settings.recipe != RecipeName::kPaper)
        fit->set_shift(find_shift(settings.input, level, noise));
    return fit;
}

}  // namespace

std::unique_ptr<Pipeline> make_denoiser(const Settings& settings) {
    if (settings.start && (settings.defect != Defect::kNoise || settings.recipe != RecipeName::kFast))
        throw Error(ErrorCode::kUnsupported,
                    "a fit begins with the prior against independent noise and by the recipe 'fast' only");
    // What compression did is no noise.
    if (settings.defect == Defect::kJpeg) {
        if (settings.refine.value_or(false))
            throw Error(ErrorCode::kUnsupported, "what is left of a strong compression is not refined");
        return make_fit(settings);
    }
    const NoiseKind noise = settings.defect == Defect::kCorrelatedNoise ? NoiseKind::kCorrelated : NoiseKind::kAuto;
    return make_refined(settings, noise, make_fit);
}

}  // namespace twofold::dip

#include "pipelines/common/prior/stop_rule.h"

#include "runtime/error.h"

namespace twofold::prior {

StopRule make_stop_rule(StopChoice choice, RecipeName recipe, const NoiseModel& noise) {
    StopRule rule;
    if (choice == StopChoice::kAuto) choice = recipe == RecipeName::kPaper ? StopChoice::kNone : StopChoice::kVariance;
    // Muon's variance turns sooner than Adam's, and waiting costs the time that the recipe is to save.
    if (recipe == RecipeName::kFast) rule.patience = 200;
    if (choice == StopChoice::kVariance) rule.kind = StopRule::Kind::kVariance;
    if (choice == StopChoice::kNoise) {
        if (!noise.measured)
            throw Error(ErrorCode::kUnsupported,
                        "the image is too small to measure the noise that the fit is to stop at");
        rule.kind = StopRule::Kind::kNoise;
        rule.noise_variance = noise.mean_sigma * noise.mean_sigma;
    }
    return rule;
}

StopRule make_stop_rule(StopChoice choice, RecipeName recipe) {
    if (choice == StopChoice::kNoise)
        throw Error(ErrorCode::kUnsupported, "only denoising can stop by the strength of the noise");
    return make_stop_rule(choice, recipe, {});
}

}  // namespace twofold::prior

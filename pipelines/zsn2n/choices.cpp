#include "pipelines/zsn2n/choices.h"

#include <algorithm>
#include <string>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "runtime/error.h"

namespace twofold::zsn2n {
namespace {

constexpr int kSmallestSide = 4;  // pixels; below that a 2x2 block has no neighbour to learn from

Recipe named_recipe(const Settings& settings, NoiseKind kind) {
    if (settings.constants) return *settings.constants;
    if (adapts(settings)) return make_adaptation(settings.recipe);
    const Recipe recipe = make_recipe(settings.recipe, kind);
    return starts(settings, kind) ? with_start(recipe) : recipe;
}

}  // namespace

bool adapts(const Settings& settings) {
    return settings.weights != nullptr && settings.adapt &&
           std::min(settings.input.width, settings.input.height) >= Settings::kSmallestAdapted;
}

bool is_told_by_noise(const Settings& settings) {
    return settings.weights == nullptr || adapts(settings) || settings.weights->general();
}

bool starts(const Settings& settings, NoiseKind kind) {
    return settings.start != nullptr && settings.weights == nullptr && kind == NoiseKind::kIndependent;
}

float given_white(const Settings& settings) {
    if (settings.white > 0 || settings.weights == nullptr) return settings.white;
    return settings.weights->type == settings.input.type ? settings.weights->white : 0;
}

NoiseKind choose_noise(const Settings& settings, const WhiteLevel& white) {
    const bool given = !is_told_by_noise(settings);
    if (settings.recipe == RecipeName::kPaper || given || settings.constants) {
        if (settings.noise == NoiseKind::kCorrelated)
            throw Error(ErrorCode::kInvalidArgument, given ? "given weights leave no choice of the noise"
                                                           : "the recipe 'paper' is for independent noise only");
        return NoiseKind::kIndependent;
    }
    if (settings.noise == NoiseKind::kCorrelated && !can_be_correlated(settings.input))
        throw Error(
            ErrorCode::kUnsupported,
            "an image of " + std::to_string(settings.input.width) + "x" + std::to_string(settings.input.height) +
                " pixels is too small to measure correlated noise in: it needs at least " +
                std::to_string(NoiseTexture::kSmallestSide) + "x" + std::to_string(NoiseTexture::kSmallestSide));
    if (settings.noise != NoiseKind::kAuto) return settings.noise;
    return is_correlated(settings.input, white) ? NoiseKind::kCorrelated : NoiseKind::kIndependent;
}

Recipe choose_recipe(const Settings& settings, NoiseKind kind) {
    Recipe recipe = named_recipe(settings, kind);
    if (settings.steps > 0) {
        recipe.coarse_steps = recipe.coarse_steps * settings.steps / recipe.steps;
        recipe.steps = settings.steps;
    }
    recipe.refine = settings.refine.value_or(recipe.refine);
    recipe.effort = settings.effort.value_or(recipe.effort);
    recipe.effort = effort_for(recipe, pixels_of(settings));
    return recipe;
}

NetworkShape choose_shape(const Settings& settings, const Recipe& recipe) {
    const int channels = settings.input.colour_channels();
    if (settings.weights) {
        if (settings.weights->shape.channels != channels)
            throw Error(ErrorCode::kUnsupported, "the weights are for " +
                                                     std::to_string(settings.weights->shape.channels) +
                                                     " colour channels, the image has " + std::to_string(channels));
        return settings.weights->shape;
    }
    if (settings.input.width < kSmallestSide || settings.input.height < kSmallestSide)
        throw Error(ErrorCode::kUnsupported, "an image of " + std::to_string(settings.input.width) + "x" +
                                                 std::to_string(settings.input.height) +
                                                 " pixels is too small to learn its noise from: it needs at least " +
                                                 std::to_string(kSmallestSide) + "x" + std::to_string(kSmallestSide));
    return {channels, recipe.width, recipe.depth, recipe.fold};
}

}  // namespace twofold::zsn2n

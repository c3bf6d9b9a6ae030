// Try training constants: denoise images with a recipe whose every constant can be set, and print the mean PSNR.
//
//     twofold_recipe_lab CLEAN... --gaussian 25 --steps 500 --patches 8 --rate 0.01
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "benchmarks/lab_image.h"
#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/zsn2n/zsn2n.h"

using namespace twofold;

int main(int argc, char** argv) {
    CLI::App app("Try training constants of ZS-N2N");
    std::vector<std::string> files;
    double gaussian = 0, poisson = 0;
    std::int64_t crop = 256;
    bool grey = false, adam = false, each = false;
    std::string name = "fast";
    zsn2n::Settings settings;
    settings.threads = 2;
    app.add_option("files", files)->required();
    app.add_option("--gaussian", gaussian);
    app.add_option("--poisson", poisson);
    app.add_option("--crop", crop);
    app.add_flag("--grey", grey);
    app.add_flag("--each", each);
    app.add_option("--seed", settings.seed);
    app.add_option("--threads", settings.threads);
    app.add_option("--kernels", settings.implementation);
    app.add_option("--recipe", name);
    int width = 0, depth = 0, patch = 0, patches = 0, ensemble = 0;
    std::int64_t steps = 0, warm_up = -1;
    double rate = 0, momentum = -1, bias_rate = -1, residual = -1, consistency = -1, recorruption = -1, strength = 0;
    app.add_option("--width", width);
    app.add_option("--depth", depth);
    app.add_option("--patch", patch);
    app.add_option("--patches", patches);
    app.add_option("--ensemble", ensemble);
    app.add_option("--steps", steps);
    app.add_option("--warm-up", warm_up);
    app.add_option("--rate", rate);
    app.add_option("--momentum", momentum);
    app.add_option("--bias-rate", bias_rate);
    app.add_option("--residual", residual);
    app.add_option("--consistency", consistency);
    app.add_option("--recorruption", recorruption);
    app.add_option("--strength", strength);
    app.add_flag("--adam", adam);
    CLI11_PARSE(app, argc, argv);

    double noisy_sum = 0, psnr_sum = 0, seconds = 0, sigma_sum = 0;
    for (const std::string& file : files) {
        const lab::FloatImage clean = lab::centre_crop(file, crop, grey);
        lab::FloatImage noisy(clean.view.width, clean.view.height, clean.view.channels), result = noisy;
        result.view.data = reinterpret_cast<std::byte*>(result.pixels.data());
        ops::add_noise(clean.view, noisy.view, poisson > 0 ? ops::NoiseKind::kPoisson : ops::NoiseKind::kGaussian,
                       poisson > 0 ? poisson : gaussian, 0);
        settings.input = noisy.view;
        settings.output = result.view;
        settings.recipe = name == "paper" ? RecipeName::kPaper : name == "best" ? RecipeName::kBest : RecipeName::kFast;
        zsn2n::Recipe recipe = zsn2n::make_recipe(settings.recipe);
        if (width) recipe.width = width;
        if (depth) recipe.depth = depth;
        if (patch) recipe.patch = patch;
        if (patches) recipe.patches = patches;
        if (ensemble) recipe.ensemble = ensemble;
        if (steps) recipe.steps = steps;
        if (warm_up >= 0) recipe.warm_up = warm_up;
        if (rate > 0) recipe.learning_rate = rate;
        if (momentum >= 0) recipe.optimizer.momentum = momentum;
        if (bias_rate >= 0) recipe.optimizer.bias_rate = bias_rate;
        if (residual >= 0) recipe.loss.residual = static_cast<float>(residual);
        if (consistency >= 0) recipe.loss.consistency = static_cast<float>(consistency);
        if (recorruption >= 0) recipe.loss.recorruption = static_cast<float>(recorruption);
        if (strength > 0) recipe.loss.recorruption_strength = static_cast<float>(strength);
        if (adam) recipe.optimizer.kind = OptimizerKind::kAdam;
        settings.constants = recipe;
        zsn2n::Denoiser denoiser(settings);
        denoiser.run(nullptr, nullptr);
        const double before = ops::compare_images(clean.view, noisy.view).psnr;
        const double after = ops::compare_images(clean.view, result.view).psnr;
        noisy_sum += before;
        psnr_sum += after;
        seconds += denoiser.report().seconds_total;
        sigma_sum += denoiser.report().noise_sigma;
        if (each)
            std::printf("%s noisy %.2f psnr %.3f seconds %.3f (train %.3f) sigma %.2f\n", file.c_str(), before, after,
                        denoiser.report().seconds_total, denoiser.report().seconds_train,
                        denoiser.report().noise_sigma);
    }
    const auto n = static_cast<double>(files.size());
    std::printf("noisy %.3f psnr %.3f seconds %.3f sigma %.2f\n", noisy_sum / n, psnr_sum / n, seconds / n,
                sigma_sum / n);
}

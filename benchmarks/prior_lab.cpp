// Try recipes of Deep Image Prior and of the two-stage method: add noise to an image, fit a network whose every
// constant can be set, and print the PSNR of the outputs on the way.
//
//     twofold_prior_lab CLEAN --gaussian 25 --steps 600 --channels 32,64,128,128,128 --skip 4 --muon --rate 0.02
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "benchmarks/lab_image.h"
#include "benchmarks/prior_options.h"
#include "ops/metric/metric.h"
#include "ops/noise/noise.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/prior/denoising_recipe.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/common/prior/image_term.h"
#include "pipelines/common/white_level.h"
#include "pipelines/two_stage/two_stage_term.h"

using namespace twofold;

namespace {

struct Curve {
    const lab::FloatImage* clean;
    bool print = false;
    double best = 0, best_average = 0;
    std::int64_t best_step = 0, best_average_step = 0;
    std::chrono::steady_clock::time_point start;

    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

    double psnr(const float* pixels) const {
        ImageView view = clean->view;
        // compare_images only reads.
        view.data = reinterpret_cast<std::byte*>(const_cast<float*>(pixels));
        return ops::compare_images(clean->view, view).psnr;
    }
};

void trace(const TracePoint& point, void* user) {
    Curve& curve = *static_cast<Curve*>(user);
    const double output = curve.psnr(point.output), average = point.average ? curve.psnr(point.average) : 0;
    if (output > curve.best) {
        curve.best = output;
        curve.best_step = point.step;
    }
    if (average > curve.best_average) {
        curve.best_average = average;
        curve.best_average_step = point.step;
    }
    if (!curve.print) return;
    std::printf("  %5lld %7.1f s  loss %.6f  output %.3f  average %.3f\n", static_cast<long long>(point.step),
                curve.seconds(), point.loss, output, average);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Try recipes of Deep Image Prior");
    std::string file;
    double gaussian = 25, lambda = 0;
    std::int64_t crop = 256;
    bool two_stage = false, nearest = false, narrow_end = false, wait = false;
    lab::PriorOptions constants;
    PipelineSettings settings;
    settings.threads = 2;
    settings.trace_every = 50;
    settings.trace = trace;
    app.add_option("file", file)->required();
    app.add_option("--gaussian", gaussian);
    app.add_option("--crop", crop);
    app.add_option("--seed", settings.seed);
    app.add_option("--threads", settings.threads);
    app.add_option("--every", settings.trace_every);
    app.add_option("--steps", settings.steps);
    constants.add_to(&app);
    app.add_flag("--nearest", nearest);
    app.add_flag("--no-1x1", narrow_end);
    app.add_flag("--two-stage", two_stage);
    app.add_flag("--stop", wait, "by the variance of the outputs");
    app.add_option("--lambda", lambda);
    two_stage::Settings stages;
    int detail = 0;
    app.add_option("--detail", detail);
    double average = -1, momentum = -1, vector_rate = -1, parameter_noise = -1;
    double recorruption = 0;
    int in = 0;
    app.add_option("--average", average);
    app.add_option("--recorrupt", recorruption, "how much noise is added; -1: numbers for the input instead");
    app.add_option("--momentum", momentum);
    app.add_option("--vector-rate", vector_rate);
    app.add_option("--parameter-noise", parameter_noise);
    app.add_option("--in", in);
    Curve curve;
    app.add_flag("--curve", curve.print);
    CLI11_PARSE(app, argc, argv);

    const lab::FloatImage clean = lab::centre_crop(file, crop, false);
    lab::FloatImage noisy(clean.view.width, clean.view.height, clean.view.channels), result = noisy;
    result.view.data = reinterpret_cast<std::byte*>(result.pixels.data());
    ops::add_noise(clean.view, noisy.view, ops::NoiseKind::kGaussian, gaussian, 0);
    settings.input = noisy.view;
    settings.output = result.view;
    settings.recipe = constants.recipe();
    const WhiteLevel level = find_white_level(noisy.view, 1);
    const NoiseModel noise = estimate_noise(noisy.view, level);
    prior::Recipe recipe = prior::denoising_recipe(settings.recipe, noise);
    constants.apply_to(&recipe);
    if (nearest) recipe.upsampling = ops::Upsampling::kNearest;
    if (narrow_end) recipe.up_1x1 = false;
    if (recorruption != 0) recipe.input = recorruption > 0 ? prior::InputKind::kRecorrupted : prior::InputKind::kNoise;
    if (recorruption > 0) recipe.recorruption = recorruption;
    if (average >= 0) recipe.average = average;
    if (momentum >= 0) recipe.momentum = momentum;
    if (vector_rate >= 0) recipe.vector_rate = vector_rate;
    if (parameter_noise >= 0) recipe.parameter_noise = parameter_noise;
    if (in > 0) recipe.in = in;
    prior::StopRule rule;
    if (wait) rule.kind = prior::StopRule::Kind::kVariance;
    std::unique_ptr<prior::DataTerm> term;
    if (two_stage) {
        static_cast<PipelineSettings&>(stages) = settings;
        stages.lambda = lambda;
        stages.detail = static_cast<two_stage::Detail>(detail);
        rule.from = two_stage::kStage1Share;
        term = std::make_unique<two_stage::TwoStageTerm>(stages, level.white, noise.mean_sigma * noise.mean_sigma);
    } else {
        term = std::make_unique<prior::ImageTerm>(noisy.view, level.white);
    }
    curve.clean = &clean;
    settings.trace_user = &curve;
    prior::Fit fit(settings, recipe, rule, level.white, noise, std::move(term));
    curve.start = std::chrono::steady_clock::now();
    fit.run(nullptr, nullptr);
    const Report& report = fit.report();
    std::printf(
        "%s noisy %.2f result %.3f (step %lld of %lld) best output %.3f at %lld, average %.3f at %lld; %.1f s, "
        "%.4f s a step\n",
        file.c_str(), ops::compare_images(clean.view, noisy.view).psnr,
        ops::compare_images(clean.view, result.view).psnr, static_cast<long long>(report.best_step),
        static_cast<long long>(report.steps_done), curve.best, static_cast<long long>(curve.best_step),
        curve.best_average, static_cast<long long>(curve.best_average_step), report.seconds_total,
        report.seconds_total / static_cast<double>(report.steps_done));
}

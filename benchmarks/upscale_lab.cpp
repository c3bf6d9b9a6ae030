// Try ways to enlarge: reduce an image, enlarge it again, and print the PSNR of the luma against the image, borders of
// one factor left out.
//
//     twofold_upscale_lab CLEAN... --factor 4 --method dip --steps 600
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/lab_image.h"
#include "benchmarks/prior_options.h"
#include "ops/resample/downsample.h"
#include "pipelines/common/prior/fit.h"
#include "pipelines/upscale/recipe.h"
#include "pipelines/upscale/reduction_term.h"
#include "pipelines/upscale/upscale.h"

using namespace twofold;

namespace {

ops::FeatureMap map_of(lab::FloatImage& image) {
    return ops::dense_map(image.pixels.data(), static_cast<int>(image.view.height), static_cast<int>(image.view.width),
                          image.view.channels);
}

// With 8 bits a sample, as it would come from a file.
lab::FloatImage reduced(lab::FloatImage& image, int factor, int threads) {
    lab::FloatImage result(image.view.width / factor, image.view.height / factor, image.view.channels);
    ThreadTeam team(threads);
    const ops::FeatureMap small = map_of(result);
    std::vector<float> scratch(ops::downsample_scratch(factor, small.height, small.width, small.channels));
    ops::downsample_forward(team, factor, map_of(image), small, scratch.data());
    for (float& value : result.pixels) value = std::round(std::clamp(value, 0.0f, 1.0f) * 255) / 255;
    return result;
}

double luma(const float* pixel, int channels) {
    if (channels < 3) return pixel[0];
    return (65.481 * pixel[0] + 128.553 * pixel[1] + 24.966 * pixel[2] + 16) / 255;
}

double luma_psnr(const lab::FloatImage& truth, const float* pixels, int border) {
    const auto width = truth.view.width, height = truth.view.height;
    const int channels = truth.view.channels;
    double sum = 0;
    for (std::int64_t y = border; y < height - border; ++y)
        for (std::int64_t x = border; x < width - border; ++x) {
            const std::int64_t at = (y * width + x) * channels;
            float found[4];
            for (int c = 0; c < channels; ++c) found[c] = std::clamp(pixels[at + c], 0.0f, 1.0f);
            const double error = luma(truth.pixels.data() + at, channels) - luma(found, channels);
            sum += error * error;
        }
    return 10 * std::log10(static_cast<double>((width - 2 * border) * (height - 2 * border)) / sum);
}

struct Curve {
    const lab::FloatImage* truth;
    int factor;
    bool print;
    double best = 0;
    std::int64_t best_step = 0;
};

void trace(const TracePoint& point, void* user) {
    Curve& curve = *static_cast<Curve*>(user);
    if (!point.average) return;
    const double average = luma_psnr(*curve.truth, point.average, curve.factor);
    if (average > curve.best) {
        curve.best = average;
        curve.best_step = point.step;
    }
    if (!curve.print) return;
    std::printf("  %5lld  loss %.6f  output %.3f  average %.3f\n", static_cast<long long>(point.step), point.loss,
                luma_psnr(*curve.truth, point.output, curve.factor), average);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Try ways to enlarge");
    std::vector<std::string> files;
    std::string method = "dip";
    lab::PriorOptions constants;
    upscale::Settings settings;
    settings.threads = 2;
    settings.trace_every = 50;
    Curve curve{nullptr, 4, false};
    double lambda = -1;
    bool wait = false;
    app.add_option("files", files)->required();
    app.add_option("--factor", settings.factor);
    app.add_option("--method", method)->check(CLI::IsMember({"dip", "tv", "bicubic", "lanczos"}));
    app.add_option("--seed", settings.seed);
    app.add_option("--threads", settings.threads);
    app.add_option("--every", settings.trace_every);
    app.add_option("--steps", settings.steps);
    app.add_option("--lambda", lambda);
    constants.add_to(&app);
    app.add_flag("--stop", wait, "by the variance of the outputs");
    app.add_flag("--curve", curve.print);
    CLI11_PARSE(app, argc, argv);
    settings.recipe = constants.recipe();
    curve.factor = settings.factor;

    for (const std::string& file : files) {
        lab::FloatImage truth = lab::centre_crop(file, 0, false, 32);
        lab::FloatImage small = reduced(truth, settings.factor, settings.threads);
        lab::FloatImage result(truth.view.width, truth.view.height, truth.view.channels);
        settings.input = small.view;
        settings.output = result.view;
        settings.white = 1;
        curve.truth = &truth;
        curve.best = 0;
        std::unique_ptr<Pipeline> pipeline;
        if (method == "dip") {
            settings.trace = trace;
            settings.trace_user = &curve;
            prior::Recipe recipe = upscale::make_recipe(settings.recipe, settings.factor);
            constants.apply_to(&recipe);
            prior::StopRule rule;
            if (wait) rule.kind = prior::StopRule::Kind::kVariance;
            pipeline = std::make_unique<prior::Fit>(
                settings, recipe, rule, 1.0f, NoiseModel{},
                std::make_unique<upscale::ReductionTerm>(small.view, 1.0f, settings.factor, std::max(0.0, lambda),
                                                         prior::Range::kSigmoid));
        } else if (method == "tv") {
            settings.lambda = std::max(0.0, lambda);
            pipeline = upscale::make_tv_upscaler(settings);
        } else {
            settings.interpolation = method == "lanczos" ? ops::Interpolation::kLanczos3 : ops::Interpolation::kBicubic;
            pipeline = upscale::make_interpolator(settings);
        }
        pipeline->run(nullptr, nullptr);
        const Report& report = pipeline->report();
        std::printf("%s x%d %s %.3f dB (%lld steps, %.1f s)", file.c_str(), settings.factor, method.c_str(),
                    luma_psnr(truth, result.pixels.data(), settings.factor), static_cast<long long>(report.steps_done),
                    report.seconds_total);
        if (method == "dip") std::printf(", best %.3f at %lld", curve.best, static_cast<long long>(curve.best_step));
        std::printf("\n");
        std::fflush(stdout);
    }
}

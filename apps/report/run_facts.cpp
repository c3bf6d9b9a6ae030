#include "apps/report/run_facts.h"

#include <fmt/format.h>

#include <cmath>

#include "apps/common/examination.h"
#include "apps/common/stop_reason.h"

namespace twofold::apps {
namespace {

std::string seconds(double value) {
    if (value < 0.0995) return fmt::format("{:.2f} ms", value * 1e3);
    return fmt::format("{:.{}f} s", value, value < 9.995 ? 2 : 1);
}

}  // namespace

std::string decibels(double psnr) { return std::isfinite(psnr) ? fmt::format("{:.2f} dB", psnr) : "equal"; }

std::vector<Fact> image_facts(const image_io::Image& image) {
    constexpr const char* kColours[] = {"grey", "grey and alpha", "RGB", "RGB and alpha"};
    const bool turned = image.metadata.orientation > 4;
    const std::string size =
        fmt::format("{} × {}", turned ? image.height : image.width, turned ? image.width : image.height);
    const char* samples = image.type == image_io::SampleType::kFloat32 ? "float" : "integers";
    return {{"Size", size},
            {"Colours", kColours[image.channels - 1]},
            {"Samples", fmt::format("{} of {} bits", samples, 8 * image.sample_bytes())},
            {"Format", image_io::format_name(image.format)}};
}

std::vector<Fact> setting_facts(const TrainingOptions& training, const twofold_report& report) {
    // A method that runs until it has converged plans no number of steps.
    const std::string planned = report.steps_planned > 0 ? fmt::format(" of {}", report.steps_planned) : "";
    std::vector<Fact> facts = {{"recipe", training.recipe},
                               {"steps", std::to_string(report.steps_done) + planned},
                               {"stopped by", stopped_by(report.stop_reason)}};
    if (report.best_step > 0) facts.emplace_back("result of step", std::to_string(report.best_step));
    if (report.parameters > 0) facts.emplace_back("parameters", std::to_string(report.parameters));
    if (report.lambda > 0) facts.emplace_back("weight of the total variation", fmt::format("{:.4g}", report.lambda));
    if (report.noise_sigma > 0) facts.emplace_back("estimated noise", fmt::format("{:.1f} of 255", report.noise_sigma));
    facts.emplace_back("seed", std::to_string(training.seed));
    facts.emplace_back("kernels", report.implementation);
    facts.emplace_back("threads", std::to_string(report.threads));
    facts.emplace_back("working memory", fmt::format("{:.1f} MB", static_cast<double>(report.memory_bytes) / 1e6));
    return facts;
}

std::vector<Fact> timing_facts(const twofold_report& report) {
    return {{"training", seconds(report.seconds_train)},
            {"a step", seconds(report.seconds_per_step)},
            {"applying", seconds(report.seconds_apply)},
            {"in all", seconds(report.seconds_total)}};
}

std::vector<Fact> measure_facts(const Context& context, const Reference& result, const Reference& noisy,
                                const Reference* truth) {
    std::vector<Fact> facts;
    twofold_metrics metrics{};
    if (truth != nullptr) {
        const twofold_status status = twofold_compare(context.get(), &truth->view(), &result.view(), &metrics);
        if (status != TWOFOLD_NON_FINITE) {
            check(status, context.get());
            facts.emplace_back("PSNR to the truth", decibels(metrics.psnr));
            facts.emplace_back("SSIM to the truth", fmt::format("{:.4f}", metrics.ssim));
        }
    }
    if (const auto distance = psnr(noisy, result.view())) {
        facts.emplace_back("PSNR to the input", decibels(*distance));
    }
    return facts;
}

std::vector<Fact> residual_facts(const twofold_examination& examination) {
    return {{"residual", verdict_of(examination)},
            {"variance removed", fmt::format("{:.2f} of the noise's", examination.variance_ratio)},
            {"correlation removed", fmt::format("{:+.2f} beyond the noise's", examination.correlation)},
            {"detail lost", fmt::format("in {:.1f} % of the image", 100 * examination.structured)}};
}

}  // namespace twofold::apps

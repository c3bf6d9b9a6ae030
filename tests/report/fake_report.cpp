#include "tests/report/fake_report.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace twofold::tests {
namespace {

using apps::Picture;

Picture picture(const image_io::Image& image) {
    return apps::picture_of(image, {1, apps::Report::kPicturePixels, nullptr});
}

// A fit that finds the image first and the noise later: the true PSNR rises, then falls.
apps::ReportEntry fitted(const std::string& method, int total, double best_step) {
    apps::ReportEntry entry;
    entry.method = method;
    entry.settings = {{"recipe", "fast"}, {"steps", std::to_string(total)}, {"seed", "0"}};
    entry.timing = {{"training", "12.3 s"}, {"in all", "12.9 s"}};
    entry.measures = {{"PSNR to the truth", "30.41 dB"}, {"SSIM", "0.871"}};
    for (int step = 0; step < total; step += 10) {
        apps::CurvePoint point;
        const double share = step / best_step;
        point.step = step;
        point.loss = 0.08 / (1 + 12 * share) + 0.004 / (1 + share) + 0.0001 * std::sin(step);
        point.psnr_noisy = 12 + 11 * (1 - std::exp(-3 * share)) + share;
        point.psnr_true = 12 + 18 * (1 - std::exp(-4 * share)) - 1.2 * share * share + 0.2 * std::sin(0.7 * step);
        if (step >= 50) point.psnr_average_true = *point.psnr_true + 1.1 - 0.2 * std::sin(0.7 * step);
        if (step >= 50) point.psnr_average_noisy = *point.psnr_noisy - 0.4;
        entry.curve.push_back(point);
    }
    for (const std::int64_t step : apps::geometric_steps(total)) {
        const double noise = 0.3 / (1 + static_cast<double>(step) / 20);
        entry.snapshots.push_back({step, picture(scene(480, 320, noise)), {}});
    }
    entry.result = picture(scene(480, 320, 0.01));
    return entry;
}

}  // namespace

const std::string kHostileName = "</script><img src=x onerror=alert(1)>\"'&{{script}}\xE2\x80\xAE\xFF.png";

image_io::Image scene(int width, int height, double noise) {
    image_io::Image image;
    image.width = width;
    image.height = height;
    image.channels = 3;
    image.pixels.reserve(image.row_bytes() * static_cast<std::size_t>(height));
    std::mt19937 generator(7);
    std::normal_distribution<double> normal(0, 1);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double across = static_cast<double>(x) / width, down = static_cast<double>(y) / height;
            const double away = std::hypot((across - 0.55) * width / height, down - 0.5);
            const double rings = 0.5 + 0.35 * std::sin(220 * away * away);
            const double sky[3] = {0.35 + 0.3 * down, 0.5 + 0.2 * down, 0.85 - 0.3 * down};
            for (const double colour : sky) {
                const double clean = away < 0.35 ? rings * (0.6 + 0.4 * colour) : colour;
                const double value = std::clamp(clean + (noise > 0 ? noise * normal(generator) : 0), 0.0, 1.0);
                image.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * value)));
            }
        }
    }
    return image;
}

apps::Report full_report() {
    apps::Report report;
    report.title = "scene.png";
    report.facts = {{"Size", "480 × 320, 3 channels"}, {"Estimated noise", "25.3 of 255"}};
    report.input = picture(scene(480, 320, 0.1));
    report.truth = picture(scene(480, 320, 0));
    report.entries = {fitted("zsn2n", 500, 400), fitted("dip", 3000, 1800), fitted("two-stage", 3000, 2400)};
    report.entries[1].result_step = 1700;
    report.entries[2].result_step = 3000;  // the end, behind the last point
    report.entries[1].settings.emplace_back("stop rule", "variance");
    return report;
}

apps::Report bare_report() {
    apps::Report report;
    report.title = kHostileName;
    report.facts = {{kHostileName, kHostileName}};
    report.input = picture(scene(97, 61, 0.1));
    apps::ReportEntry entry;
    entry.method = kHostileName;
    entry.settings = {{kHostileName, kHostileName}};
    entry.result = picture(scene(97, 61, 0));
    report.entries = {entry};
    return report;
}

apps::Report enlargement_report() {
    apps::Report report = full_report();
    report.input = picture(scene(240, 160, 0));
    report.truth.reset();
    return report;
}

apps::Report large_report() {
    apps::Report report;
    report.title = "large.png";
    report.input = picture(scene(3600, 2500, 0.1));
    apps::ReportEntry entry;
    entry.method = "zsn2n";
    entry.result = picture(scene(3600, 2500, 0));
    report.entries = {entry};
    return report;
}

}  // namespace twofold::tests

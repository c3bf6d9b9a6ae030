#include "apps/common/examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace twofold::apps {
namespace {

int most_biased(const twofold_examination& examination) {
    int worst = 0;
    for (int c = 1; c < examination.channels; ++c)
        if (std::abs(examination.mean[c]) > std::abs(examination.mean[worst])) worst = c;
    return worst;
}

}  // namespace

twofold_examination examine(const Context& context, const twofold_image& noisy, const twofold_image& denoised,
                            double white, double strength, image_io::Image* map) {
    twofold_image map_view{};
    if (map != nullptr) {
        *map = empty_map(noisy);
        map_view = view_of(*map);
    }
    twofold_examination examination{};
    check(twofold_examine(context.get(), &noisy, &denoised, white, strength, map != nullptr ? &map_view : nullptr,
                          &examination),
          context.get());
    return examination;
}

std::vector<std::string> warnings_of(const twofold_examination& examination) {
    const auto warns = [&](twofold_residual_warning warning) { return (examination.warnings & warning) != 0; };
    std::vector<std::string> sentences;
    if (warns(TWOFOLD_RESIDUAL_BIASED)) {
        const int c = most_biased(examination);
        sentences.push_back(fmt::format("{} has become {} by {:.1f} of 255", channel_name(examination.channels, c),
                                        examination.mean[c] > 0 ? "darker" : "brighter",
                                        std::abs(examination.mean[c])));
    }
    if (warns(TWOFOLD_RESIDUAL_STRUCTURED))
        sentences.push_back(fmt::format("detail was lost in {:.0f} % of the image", 100 * examination.structured));
    if (warns(TWOFOLD_RESIDUAL_STRONG))
        sentences.push_back(
            fmt::format("more than the noise was removed: {:.2f} times its variance", examination.variance_ratio));
    if (warns(TWOFOLD_RESIDUAL_WEAK))
        sentences.push_back(
            fmt::format("noise is left: {:.0f} % of its variance was removed", 100 * examination.variance_ratio));
    if (warns(TWOFOLD_RESIDUAL_COARSE))
        sentences.push_back(
            fmt::format("what was removed is {} than the noise: its correlation with a neighbour differs by {:+.2f}",
                        examination.correlation > 0 ? "coarser" : "finer", examination.correlation));
    return sentences;
}

std::string verdict_of(const twofold_examination& examination) {
    const std::vector<std::string> sentences = warnings_of(examination);
    return sentences.empty() ? "pass" : fmt::format("warn: {}", fmt::join(sentences, "; "));
}

std::string to_text(const twofold_examination& examination) {
    std::string text = verdict_of(examination) + "\n";
    text += fmt::format("variance removed: {:.2f} of the noise's\n", examination.variance_ratio);
    text += fmt::format("correlation removed: {:+.2f} beyond the noise's\n", examination.correlation);
    text += fmt::format("detail lost: in {:.1f} % of the image\n", 100 * examination.structured);
    text += fmt::format("{:<7} {:>8} {:>8} {:>8}   of 255\n", "", "mean", "sigma", "noise");
    for (int c = 0; c < examination.channels; ++c)
        text += fmt::format("{:<7} {:>8.2f} {:>8.2f} {:>8.2f}\n", channel_name(examination.channels, c),
                            examination.mean[c], examination.sigma[c], examination.noise_sigma[c]);
    return text;
}

Json to_json(const twofold_examination& examination) {
    Json entry;
    entry["verdict"] = examination.warnings == 0 ? "pass" : "warn";
    entry["reasons"] = warnings_of(examination);
    entry["variance_ratio"] = examination.variance_ratio;
    entry["correlation"] = examination.correlation;
    entry["structured"] = examination.structured;
    entry["channels"] = Json::array();
    for (int c = 0; c < examination.channels; ++c) {
        Json channel;
        channel["name"] = channel_name(examination.channels, c);
        channel["mean"] = examination.mean[c];
        channel["sigma"] = examination.sigma[c];
        channel["noise_sigma"] = examination.noise_sigma[c];
        entry["channels"].push_back(channel);
    }
    return entry;
}

}  // namespace twofold::apps

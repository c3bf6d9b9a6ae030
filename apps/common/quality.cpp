#include "apps/common/quality.h"

#include <fmt/format.h>

#include <cmath>

namespace twofold::apps {

std::optional<twofold_quality> estimate_quality(const Context& context, const Job& job) {
    twofold_quality quality{};
    const twofold_status status = twofold_job_estimate_quality(job.get(), &quality);
    if (status == TWOFOLD_UNSUPPORTED || status == TWOFOLD_OVER_BUDGET || status == TWOFOLD_OUT_OF_MEMORY) return {};
    check(status, context.get());
    return quality;
}

std::string to_text(const twofold_quality& quality) {
    const std::string up_to =
        std::isfinite(quality.psnr_high) ? fmt::format("to {:.1f}", quality.psnr_high) : std::string("or more");
    const std::string range = fmt::format("{:.1f} {}", quality.psnr_low, up_to);
    const std::string about =
        std::isfinite(quality.psnr) ? fmt::format("about {:.1f} dB ({})", quality.psnr, range) : range + " dB";
    return fmt::format("{}, the input {:.1f} dB", about, quality.noisy_psnr);
}

Json to_json(const twofold_quality& quality) {
    return {{"psnr", quality.psnr},
            {"psnr_low", quality.psnr_low},
            {"psnr_high", quality.psnr_high},
            {"noisy_psnr", quality.noisy_psnr}};
}

}  // namespace twofold::apps

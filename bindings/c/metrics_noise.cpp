#include <algorithm>

#include "bindings/c/guard.h"
#include "bindings/c/image.h"
#include "ops/metric/metric.h"
#include "ops/noise/noise.h"

using namespace twofold;
using namespace twofold::c_api;

twofold_status twofold_add_noise(twofold_context* context, const twofold_image* clean, const twofold_image* noisy,
                                 twofold_noise_kind kind, double level, uint64_t seed) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(clean && noisy, "an image is NULL");
        const int raw_kind = raw_value(kind);
        require_argument(raw_kind == TWOFOLD_NOISE_GAUSSIAN || raw_kind == TWOFOLD_NOISE_POISSON,
                         "the kind of noise is unknown");
        const bool gaussian = raw_kind == TWOFOLD_NOISE_GAUSSIAN;
        require_argument(!gaussian || (level >= 0 && level <= ops::kMaxGaussianLevel),
                         "the level of Gaussian noise must be 0 to 1e6");
        require_argument(gaussian || (level > 0 && level <= ops::kMaxPoissonLevel),
                         "the level of Poisson noise must be above 0 and at most 1e9");
        const ImageView source = checked_view(*clean, Access::kRead, "clean");
        const ImageView target = checked_view(*noisy, Access::kWrite, "noisy");
        check_pair(source, target);
        check_finite(source, "clean");
        ops::add_noise(source, target, gaussian ? ops::NoiseKind::kGaussian : ops::NoiseKind::kPoisson, level, seed);
    });
}

twofold_status twofold_compare(twofold_context* context, const twofold_image* a, const twofold_image* b,
                               twofold_metrics* metrics) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(a && b, "an image is NULL");
        require_argument(metrics != nullptr, "the place for the metrics is NULL");
        const ImageView first = checked_view(*a, Access::kRead, "first");
        const ImageView second = checked_view(*b, Access::kRead, "second");
        require_argument(first.width == second.width && first.height == second.height,
                         "the images to compare differ in size");
        require_argument(first.colour_channels() == second.colour_channels(),
                         "the images to compare differ in their number of colour channels");
        check_finite(first, "first");
        check_finite(second, "second");
        const ops::Comparison result = ops::compare_images(first, second);
        *metrics = {};
        metrics->channels = result.channels;
        metrics->psnr = result.psnr;
        metrics->ssim = result.ssim;
        metrics->largest_error = result.largest_error;
        std::copy(result.channel_psnr.begin(), result.channel_psnr.end(), metrics->channel_psnr);
        std::copy(result.channel_ssim.begin(), result.channel_ssim.end(), metrics->channel_ssim);
        std::copy(result.channel_largest_error.begin(), result.channel_largest_error.end(),
                  metrics->channel_largest_error);
    });
}

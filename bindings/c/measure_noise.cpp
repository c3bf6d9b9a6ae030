#include <algorithm>
#include <cmath>

#include "bindings/c/guard.h"
#include "bindings/c/image.h"
#include "pipelines/estimate/noise_estimate.h"

using namespace twofold;
using namespace twofold::c_api;

static_assert(TWOFOLD_BRIGHTNESS_KNOTS == NoiseModel::kIntervals + 1);
static_assert(TWOFOLD_CORRELATION_REACH == kCorrelationReach);

namespace {

twofold_channel_noise channel_noise(const NoiseEstimate& estimate, std::size_t c) {
    twofold_channel_noise noise = {};
    noise.sigma = 255 * estimate.sigma[c];
    noise.snr = estimate.snr[c];
    noise.gain = estimate.line[c].gain;
    noise.read_noise = 255 * estimate.line[c].read_noise;
    noise.offset = estimate.line[c].offset;
    std::ranges::transform(estimate.level.sigma[c], noise.sigma_by_brightness,
                           [](float sigma) { return 255 * double{sigma}; });
    noise.smallest = estimate.census.smallest[c];
    noise.largest = estimate.census.largest[c];
    noise.black = estimate.census.black[c];
    noise.white = estimate.census.white[c];
    return noise;
}

}  // namespace

twofold_status twofold_find_white_level(twofold_context* context, const twofold_image* image, double given,
                                        double* white) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(image != nullptr, "the image is NULL");
        require_argument(white != nullptr, "the place for the white level is NULL");
        require_white_level(given);
        const ImageView view = checked_view(*image, Access::kRead, "noisy");
        *white = double{find_white_level(view, static_cast<float>(given)).white};
    });
}

twofold_status twofold_measure_noise(twofold_context* context, const twofold_image* image, double white,
                                     twofold_noise* noise) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(image != nullptr, "the image is NULL");
        require_argument(noise != nullptr, "the place for the noise is NULL");
        const ImageView view = checked_view(*image, Access::kRead, "noisy");
        require_white_level(white);
        const NoiseEstimate estimate = measure_noise(view, static_cast<float>(white));
        *noise = {};
        noise->channels = view.colour_channels();
        noise->bits = estimate.census.bits;
        noise->correlation = estimate.correlated ? TWOFOLD_CORRELATION_CORRELATED : TWOFOLD_CORRELATION_INDEPENDENT;
        noise->white = double{estimate.white.white};
        noise->sigma = 255 * estimate.mean_sigma;
        noise->snr = estimate.mean_snr;
        noise->row_noise = 255 * estimate.row_noise;
        noise->column_noise = 255 * estimate.column_noise;
        noise->hot_samples = estimate.census.hot;
        noise->dead_samples = estimate.census.dead;
        for (std::size_t row = 0; row < estimate.autocorrelation.size(); ++row)
            std::ranges::copy(estimate.autocorrelation[row], noise->autocorrelation[row]);
        for (std::size_t c = 0; c < static_cast<std::size_t>(noise->channels); ++c)
            noise->channel[c] = channel_noise(estimate, c);
    });
}

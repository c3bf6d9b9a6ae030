// How far two images are apart: PSNR, mean structural similarity and the largest error.
//
// Both images are taken to the scale where white is 1 (255, 65535, 1) and clamped to [0, 1]; alpha is not compared.
//
// SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error visibility to
// structural similarity", IEEE TIP 13(4), 2004. Per channel, with a Gaussian window of 11x11, sigma 1.5, K1 = 0.01,
// K2 = 0.03, data range 1, and the mean over all pixels. Windows are cut at the border and renormalised, so that any
// size works and every pixel counts. Variances are those of the window itself (no Bessel correction).
#ifndef TWOFOLD_OPS_METRIC_METRIC_H
#define TWOFOLD_OPS_METRIC_METRIC_H

#include <array>
#include <cstdint>

#include "runtime/image_view.h"

namespace twofold::ops {

struct Comparison {
    int channels = 0;          // colour channels
    double psnr = 0;           // dB over all samples; infinity for equal images
    double ssim = 0;           // mean over channels
    double largest_error = 0;  // over channels
    std::array<double, 4> channel_psnr{};
    std::array<double, 4> channel_ssim{};
    std::array<double, 4> channel_largest_error{};
};

// Images of equal width, height (>= 1) and colour channels (1..4) with finite samples. Works in strips: the memory it
// takes, under 2 MB, does not depend on the size of the images.
Comparison compare_images(const ImageView& a, const ImageView& b);

// The formula as it stands, a window of 121 pixels around every pixel: what compare_images is tested against. Planes
// of width x height samples without padding, in [0, 1].
double ssim_ref(const float* a, const float* b, std::int64_t width, std::int64_t height);

namespace metric {
constexpr int kRadius = 5;
constexpr int kTaps = 2 * kRadius + 1;
// One axis of the window; the weights add up to 1.
std::array<double, kTaps> gaussian_window();
// Similarity at one pixel from the weighted means of a, b, a*a, b*b and a*b.
inline double similarity(double a, double b, double aa, double bb, double ab) {
    constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
    const double means = a * b, squares = a * a + b * b;
    return ((2 * means + kC1) * (2 * (ab - means) + kC2)) / ((squares + kC1) * (aa + bb - squares + kC2));
}
}  // namespace metric

}  // namespace twofold::ops

#endif

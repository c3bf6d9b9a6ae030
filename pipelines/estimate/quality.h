// How far a denoised image is from the truth that nobody has: Stein's unbiased estimate of the risk (Stein, Annals of
// Statistics 9, 1981). The mean square of the residual exceeds that of the error by the noise's variance, less twice
// what the denoiser lets through of it; and that is found by letting it denoise once more, with a little more noise
// (Ramani, Blu & Unser, IEEE TIP 17, 2008).
#ifndef TWOFOLD_PIPELINES_ESTIMATE_QUALITY_H
#define TWOFOLD_PIPELINES_ESTIMATE_QUALITY_H

#include <cstdint>
#include <functional>

#include "runtime/image_view.h"

namespace twofold {

// Over the samples whose noise is not clipped; all are mean squares where white is 1.
struct Quality {
    double error = 0;                        // of the denoised image
    double least_error = 0, most_error = 0;  // if the noise was measured as badly as it is in the worst of ten images
    double noise = 0;                        // of the noisy image
};

// Denoises `noisy` as the first image was, with the same weights and constants: float images of one size where white is
// 1, without alpha and gaps.
using DenoiseAgain = std::function<void(const ImageView& noisy, const ImageView& denoised)>;

// Part of an image that is denoised again: windows of one size, one below the other.
struct QualityWindows {
    std::int64_t width = 0, height = 0;  // of each
    std::int64_t count = 0;

    // The whole image, or about 1.5 megapixels spread over it.
    explicit QualityWindows(const ImageView& image);
    std::int64_t pixels() const { return width * height * count; }
    // Bytes of the two images.
    std::uint64_t bytes(int channels) const;
};

// The images have the same size and colour channels; `white` as for find_white_level, of `noisy`. Throws Error
// kUnsupported where the noise is correlated, most of it is clipped, or the image is too small to measure it, and what
// `denoise_again` throws.
Quality estimate_quality(const ImageView& noisy, const ImageView& denoised, float white,
                         const DenoiseAgain& denoise_again);

}  // namespace twofold

#endif

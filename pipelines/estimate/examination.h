// Whether what a denoiser took away was noise, and only noise.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_EXAMINATION_H
#define TWOFOLD_PIPELINES_ESTIMATE_EXAMINATION_H

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/image_view.h"

namespace twofold {

// Why an examination warns.
enum ResidualWarning : unsigned {
    kResidualBiased = 1,      // its mean is not zero: brightness or colour has changed
    kResidualStructured = 2,  // parts of it look like picture
    kResidualStrong = 4,      // it is stronger than the noise
    kResidualWeak = 8,        // it is weaker: noise is left
    kResidualCoarse = 16      // it is coarser than the noise, or finer, so that coarse noise is left
};

// One value for each tile of 8x8 pixels, by rows: the largest correlation of the residual with its neighbours that the
// noise does not explain, 1 where it is as strong as the noise. 0 where there is none.
struct StructureMap {
    std::int64_t columns = 0, rows = 0;
    std::vector<float> tiles;
};

struct Examination {
    // Of the residual by colour channel, where white is 1. The last two leave out samples whose noise is clipped. Where
    // the result has made good what correlated noise before a tone curve did to the mean, that is no part of them.
    std::array<double, 4> mean{}, sigma{}, noise_sigma{};
    double variance_ratio = 0;  // variance of the residual over that of the noise, in all samples that are not clipped
    double correlation = 0;     // with a neighbour within two pixels, beyond the noise's own: the largest, signed
    double structured = 0;      // share of the image, 0..1, where the residual looks like picture
    unsigned warnings = 0;      // ResidualWarning
    StructureMap map;
};

// The images have the same size and channels; `white` as for find_white_level, of `noisy`. `strength` (above 0, up to
// 1) is the share of the residual that was taken away: it is examined as if all of it had been. Throws as measure_noise
// does.
Examination examine(const ImageView& noisy, const ImageView& denoised, float white, double strength);

}  // namespace twofold

#endif

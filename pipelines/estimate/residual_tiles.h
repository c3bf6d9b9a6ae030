// What a denoiser took away, in units of the noise that was expected there, summed up by tiles.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_RESIDUAL_TILES_H
#define TWOFOLD_PIPELINES_ESTIMATE_RESIDUAL_TILES_H

#include <array>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/noise/tone_shift.h"
#include "pipelines/estimate/noise_estimate.h"
#include "runtime/image_view.h"

namespace twofold {

// Half of the neighbours within two pixels; the residual's correlation with the others is the same.
struct Lag {
    int dx, dy;
};
inline constexpr std::array<Lag, 12> kLags{
    {{1, 0}, {2, 0}, {-2, 1}, {-1, 1}, {0, 1}, {1, 1}, {2, 1}, {-2, 2}, {-1, 2}, {0, 2}, {1, 2}, {2, 2}}};

// Sums over the samples of a tile and all colour channels. Samples whose noise is clipped do not count.
struct ResidualSums {
    double samples = 0;
    double energy = 0;                            // squares of the residual over the noise's standard deviation
    double noise = 0;                             // variance of the noise, where white is 1
    std::array<double, kLags.size()> products{};  // of the residual and its neighbour, in the same units as energy

    void add(const ResidualSums& other);
};

// Sums over one channel, where white is 1.
struct ChannelResidual {
    double sum = 0;
    std::int64_t whole = 0;         // samples whose noise is not clipped; the squares are those of them
    double squares = 0, noise = 0;  // of the residual and, as was expected, of the noise

    double mean_square() const { return whole > 0 ? squares / double(whole) : 0; }
    double noise_variance() const { return whole > 0 ? noise / double(whole) : 0; }
};

struct ResidualTiles {
    static constexpr int kSide = 8;  // pixels; those at the right and lower border may be cut

    std::int64_t columns = 0, rows = 0;
    std::vector<ResidualSums> tiles;  // by rows
    std::array<ChannelResidual, 4> channel{};

    // Over the tile and its eight neighbours, as far as there are any.
    ResidualSums around(std::int64_t column, std::int64_t row) const;
    ResidualSums all() const;
};

// `denoised` is as large as `noisy` and has the same channels; its samples may be of another type. `strength` is the
// share of the residual that was taken away, above 0. `tone` or `clipping` is what the noise did to the mean and
// `denoised` has made good; it is no part of the residual.
ResidualTiles sum_residual(const ImageView& noisy, const ImageView& denoised, const NoiseEstimate& noise,
                           double strength, const ToneShift& tone = {}, const ClippingShift& clipping = {});

}  // namespace twofold

#endif

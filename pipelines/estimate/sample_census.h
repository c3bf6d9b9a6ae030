// What every single sample of an image tells: stuck pixels, clipping, and how many bits are in use.
#ifndef TWOFOLD_PIPELINES_ESTIMATE_SAMPLE_CENSUS_H
#define TWOFOLD_PIPELINES_ESTIMATE_SAMPLE_CENSUS_H

#include <array>
#include <cstdint>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

struct SampleBounds {
    std::array<double, 4> smallest{}, largest{};  // sample of each channel
    // Share of a channel's samples that are its smallest, or largest, where that is a bound: of the type, or of the
    // sensor, which shows in samples piled up at it.
    std::array<double, 4> black{}, white{};
};

// Reads the image once.
SampleBounds find_bounds(const ImageView& image);

struct SampleCensus : SampleBounds {
    // Samples that differ from all eight neighbours more than noise or a picture does.
    std::int64_t hot = 0, dead = 0;
    int bits = 0;  // that the steps between samples need; 0 for float samples without steps
};

// Reads the image twice. `noise` is on the scale of `white`.
SampleCensus count_samples(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                           const SampleBounds& bounds);

}  // namespace twofold

#endif

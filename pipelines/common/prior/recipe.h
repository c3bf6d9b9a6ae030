// How to fit an hourglass network to one image: its shape, its input and how it is trained.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_RECIPE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_RECIPE_H

#include <cstdint>
#include <vector>

#include "pipelines/common/prior/hourglass_shape.h"

namespace twofold::prior {

enum class InputKind {
    kNoise,        // uniform in [0, 0.1)
    kMeshGrid,     // two channels: the column and the row, 0 to 1; published for an inpainted image
    kRecorrupted,  // the image with more noise (recorrupted_input.h)
    kThinned       // the image with fewer of its known pixels (thinned_input.h)
};
enum class Optimizer { kAdam, kMuon };

struct Recipe {
    // The network.
    InputKind input = InputKind::kNoise;
    int in = 32;  // channels of InputKind::kNoise
    std::vector<ScaleChannels> scales;
    int down_kernel = 3;
    int skip_kernel = 1;
    bool up_1x1 = true;
    ops::Upsampling upsampling = ops::Upsampling::kBilinear;

    // The fit.
    std::int64_t steps = 3000;
    Optimizer optimizer = Optimizer::kAdam;
    double learning_rate = 0.01;
    double decay_from = 1;         // share of the steps after which the rate falls linearly to a twentieth; 1: never
    double momentum = 0.95;        // Muon
    double vector_rate = 0.15;     // Muon: rate of Adam on biases and batch norms, relative to learning_rate
    double input_noise = 1. / 30;  // standard deviation of what is added to the input at each step
    double recorruption = 0.5;     // InputKind::kRecorrupted: what is added instead, in units of the image's own noise
    double dropped = 0.3;          // InputKind::kThinned: share of the known pixels that a step takes away
    double parameter_noise = 0;    // standard deviation of what is added to the weights of convolutions at each step,
                                   // relative to that of the layer's weights
    double average = 0.99;         // decay of the running average of the outputs, which is the result; less at first
    double roll_back_db = 5;       // a fall of the PSNR against the input that brings back the last good parameters
};

// `count` scales of the same channels.
inline std::vector<ScaleChannels> equal_scales(std::size_t count, int channels, int skip) {
    return std::vector<ScaleChannels>(count, ScaleChannels{channels, channels, skip});
}

// Five scales that are narrow where maps are large: `first` channels at the image's own size, twice as many at half of
// it, then 128. Maps that come up have the channels of the finer scale, since the convolution after the upsampling
// costs most.
inline std::vector<ScaleChannels> tapered_scales(int first, int skip) {
    return {{first, first, skip}, {2 * first, first, skip}, {128, 2 * first, skip}, {128, 128, skip}, {128, 128, skip}};
}

// Learning rate of step `step` (from 0) of `steps`.
double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps);

}  // namespace twofold::prior

#endif

// The hourglass network of Deep Image Prior (Ulyanov, Vedaldi, Lempitsky, CVPR 2018): its shape and its parameters.
//
// At each scale: a skip branch conv 1x1 (or skip_kernel); a down branch of two convolutions, the first with
// stride 2; the deeper scale; upsampling x2; concatenation with the skip; batch norm; conv 3x3 and, as a rule, conv
// 1x1. Every convolution is followed by batch norm and LeakyReLU(0.2). Last: conv 1x1 and sigmoid. Borders are
// mirrored.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_SHAPE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_SHAPE_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ops/resample/upsample.h"

namespace twofold::prior {

constexpr float kSlope = 0.2f;  // of LeakyReLU

struct ScaleChannels {
    int down;
    int up;
    int skip;  // 0: no skip branch
};

struct HourglassShape {
    int height = 0;  // multiples of 2^scales
    int width = 0;
    int in = 32;  // channels of the network's input
    int out = 3;  // and of the image
    std::vector<ScaleChannels> scales;
    int down_kernel = 3;
    int skip_kernel = 1;  // odd, not larger than down_kernel
    bool up_1x1 = true;
    ops::Upsampling upsampling = ops::Upsampling::kBilinear;

    std::size_t depth() const { return scales.size(); }
    int scale_height(std::size_t scale) const { return height >> scale; }
    int scale_width(std::size_t scale) const { return width >> scale; }
    // Channels that enter a scale, and those that come up to it from the deeper one.
    int scale_in(std::size_t scale) const { return scale == 0 ? in : scales[scale - 1].down; }
    int deeper(std::size_t scale) const { return scale + 1 == depth() ? scales[scale].down : scales[scale + 1].up; }
};

// How many halvings an image bears: the borders of the coarsest maps are mirrored, so they need down_kernel / 2 + 1
// pixels. At most `wanted`, 0 for images that are too small.
std::size_t possible_scales(std::int64_t height, std::int64_t width, int down_kernel, std::size_t wanted);

// A run of parameters: a convolution's weights as a matrix [kernel * kernel * in][out], or a vector of one row.
struct ParameterBlock {
    enum class Kind { kWeights, kBias, kGamma, kBeta };
    Kind kind;
    std::size_t offset;
    int rows;
    int columns;
    int fan_in;  // of the convolution that weights and bias belong to
    std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

// Where one convolution with its batch norm keeps its parameters; gamma and beta are unused without batch norm.
struct UnitParameters {
    std::size_t weights, bias, gamma, beta;
};

// Lays out parameters one after another.
class ParameterLayout {
  public:
    UnitParameters add_unit(int kernel, int in, int out);
    UnitParameters add_convolution(int kernel, int in, int out);  // without batch norm
    UnitParameters add_batch_norm(int channels);                  // without convolution
    const std::vector<ParameterBlock>& blocks() const { return blocks_; }
    std::size_t size() const { return size_; }

    // Weights and biases uniform in +-1/sqrt(fan in), gamma 1, beta 0.
    void initialise(std::uint64_t seed, float* parameters) const;

  private:
    std::size_t add(ParameterBlock::Kind kind, int rows, int columns, int fan_in);

    std::vector<ParameterBlock> blocks_;
    std::size_t size_ = 0;
};

}  // namespace twofold::prior

#endif

// Where an hourglass's way up meets its skips: what comes from the deeper scale, enlarged, beside the skip's map; batch
// norm of both, mirrored borders, conv 3x3, batch norm, LeakyReLU.
//
// The two are kept apart. A convolution of maps side by side is the sum of their convolutions, and what comes from the
// deeper scale is never enlarged (ops/conv2d/upsampled_conv.h).
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_MERGE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_HOURGLASS_MERGE_H

#include <optional>

#include "ops/conv2d/upsampled_conv.h"
#include "pipelines/common/prior/hourglass_parts.h"

namespace twofold::prior {

struct MergeShape {
    int deeper, skip, out;  // channels; skip may be 0
    int height, width;      // of the result, even
    ops::Upsampling upsampling;

    int merged() const { return deeper + skip; }
};

class Merge {
  public:
    // The parameters of the batch norm over both maps, and of the convolution with its batch norm.
    Merge(const MergeShape& shape, const UnitParameters& merged_norm, const UnitParameters& unit,
          std::string_view implementation, int threads);

    double flops() const;
    void reserve(ArenaPlan& plan);
    std::size_t scratch_size() const;
    // Floats of memory that either pass needs beside; its content need not survive from one to the other.
    std::size_t spread_size() const { return upsampled_.spread_size(); }

    // Where the caller writes the skip's map before forward, and finds its gradient after backward.
    ops::FeatureMap skip(const Arena& arena) const { return skip_.inside(arena); }
    ops::FeatureMap skip_gradient(const Arena& arena) const { return skip_normed_.inside(arena); }
    // What the last batch norm reads.
    const MapRange& before_norm() const { return before_norm_; }
    const Norm& norm() const { return norm_; }

    void forward(const Pass& pass, ops::ConstFeatureMap deeper, ops::FeatureMap dst, float* spread) const;
    // `diff`, height x width x out without gaps, is overwritten with the gradient of what the convolution put out; it
    // may be diff_dst.
    void backward(const Pass& pass, ops::ConstFeatureMap deeper, ops::ConstFeatureMap diff_dst, ops::FeatureMap diff,
                  ops::FeatureMap diff_deeper, float* spread) const;

  private:
    std::ptrdiff_t tap() const { return std::ptrdiff_t{shape_.merged()} * shape_.out; }
    std::size_t skip_weights() const;
    ops::BatchNormState deeper_state(const Arena& arena) const {
        return {arena[deeper_mean_].data(), arena[deeper_inv_std_].data()};
    }
    void backward_skip(const Pass& pass, ops::FeatureMap diff) const;

    MergeShape shape_;
    UnitParameters at_;
    ops::UpsampledConv upsampled_;
    std::optional<ops::Conv2dLayer> beside_;  // of the skip's map
    UnitParameters deeper_norm_;
    Norm skip_norm_, norm_;
    ArenaRange<float> deeper_mean_, deeper_inv_std_, packed_, packed_beside_;
    MapRange deeper_normed_;       // before enlarging; later its gradient
    MapRange skip_, skip_normed_;  // later its gradient
    MapRange before_norm_;
};

}  // namespace twofold::prior

#endif

// A 3x3 convolution of a map that has been enlarged by 2 (resample/upsample.h) and given a mirrored border, without
// computing the enlargement.
//
// An enlargement is a filter of a map with zeros between its pixels (resample/interpolation.h). Filter and convolution
// commute; and the convolution of a map that is zero but for every other pixel is the transpose of one with stride 2,
// a quarter of the products, of which Winograd's algorithm leaves 0.6. So the map is convolved first and filtered then.
// This repeats the edges beyond the map: what a mirrored border changes at the outermost pixels is added
// (mirrored_edges.h).
//
// src and diff_src are height x width with a border of one pixel around them, whose content is lost, and whose pixels
// lie side by side; dst and diff_dst are 2 * height x 2 * width.
#ifndef TWOFOLD_OPS_CONV2D_UPSAMPLED_CONV_H
#define TWOFOLD_OPS_CONV2D_UPSAMPLED_CONV_H

#include <optional>

#include "ops/conv2d/conv2d_layer.h"
#include "ops/conv2d/mirrored_edges.h"
#include "ops/resample/upsample.h"

namespace twofold::ops {

class UpsampledConv {
  public:
    // `in` to `out` channels; height and width before enlarging. `implementation` and `threads` as of Conv2dLayer.
    UpsampledConv(int in, int out, int height, int width, Upsampling kind, std::string_view implementation,
                  int threads);

    // Floats of the prepared weights, of the map before it is filtered, and of scratch memory.
    std::size_t packed_size() const;
    std::size_t spread_size() const;
    std::size_t scratch_size() const;

    // weights[ky][kx][in][out], taps `tap` floats apart.
    void pack(ThreadTeam& team, const float* weights, std::ptrdiff_t tap, float* packed, float* scratch) const;
    // Adds to dst.
    void forward(ThreadTeam& team, FeatureMap src, const float* packed, FeatureMap dst, float* spread,
                 float* scratch) const;
    // Overwrites diff_weights, laid out like weights, and diff_src, which may be src.
    void backward(ThreadTeam& team, FeatureMap src, ConstFeatureMap diff_dst, const float* packed, float* diff_weights,
                  std::ptrdiff_t tap, FeatureMap diff_src, float* spread, float* scratch) const;

  private:
    // Of the turned kernel and a bias, in whole cache lines.
    std::size_t turned_size() const;
    FeatureMap spread_map(float* memory) const;

    int in_, out_;
    Upsampling kind_;
    Conv2dLayer layer_;  // from dst's channels to src's, with stride 2
    std::optional<MirroredEdges> edges_;
};

}  // namespace twofold::ops

#endif

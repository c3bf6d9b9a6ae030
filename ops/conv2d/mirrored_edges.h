// What a 3x3 convolution of an enlarged map gives at its outermost pixels when the map's border is mirrored, less what
// it gives when the border repeats the edge. UpsampledConv computes the latter.
//
// The two borders differ by the difference of the enlargement's outermost two rows (or columns), which meets one row
// (or column) of the kernel: along each side a convolution of 3 taps.
#ifndef TWOFOLD_OPS_CONV2D_MIRRORED_EDGES_H
#define TWOFOLD_OPS_CONV2D_MIRRORED_EDGES_H

#include "ops/conv2d/conv2d_layer.h"
#include "ops/resample/upsample.h"

namespace twofold::ops {

class MirroredEdges {
  public:
    // `in` to `out` channels; height and width before enlarging.
    MirroredEdges(int in, int out, int height, int width, Upsampling kind, std::string_view implementation,
                  int threads);

    // Floats of the prepared weights and of scratch memory.
    std::size_t packed_size() const { return 4 * side_packed_size(); }
    std::size_t scratch_size() const;

    // weights[ky][kx][in][out], taps `tap` floats apart.
    void pack(ThreadTeam& team, const float* weights, std::ptrdiff_t tap, float* packed, float* scratch) const;
    // Adds to dst, 2 * height x 2 * width.
    void forward(ThreadTeam& team, ConstFeatureMap src, const float* packed, FeatureMap dst, float* scratch) const;
    // Adds to diff_weights, laid out like weights.
    void backward_weights(ThreadTeam& team, ConstFeatureMap src, ConstFeatureMap diff_dst, float* diff_weights,
                          std::ptrdiff_t tap, float* scratch) const;
    // Adds to diff_src.
    void backward_data(ThreadTeam& team, ConstFeatureMap diff_dst, const float* packed, FeatureMap diff_src,
                       float* scratch) const;

  private:
    enum class Side { kTop, kBottom, kLeft, kRight };
    static constexpr Side kSides[] = {Side::kTop, Side::kBottom, Side::kLeft, Side::kRight};

    struct Scratch;

    static bool along_row(Side side) { return side == Side::kTop || side == Side::kBottom; }
    int length(Side side) const { return 2 * (along_row(side) ? width_ : height_); }
    const Conv2dLayer& layer(Side side) const { return along_row(side) ? row_ : column_; }
    std::size_t side_packed_size() const;
    const float* packed_for(Side side, const float* packed) const {
        return packed + static_cast<std::size_t>(side) * side_packed_size();
    }
    int tap_of(Side side, int i) const;

    // The two lines of pixels next to the edge, of src, and where the outermost two of their enlargement lie.
    template <class Map>
    Map source_lines(Side side, const Map& src) const;
    FeatureMap enlarged_lines(Side side, float* memory) const;
    float* enlarged_pixel(Side side, const FeatureMap& lines, int line, int i) const;
    template <class Map>
    auto edge_pixel(Side side, const Map& map, int i) const;
    // Calls body(i, at, minus) for each position i of the border, -1 to length: the pixels that differ.
    template <class Body>
    void for_differences(Side side, const FeatureMap& lines, const Body& body) const;
    void gather(ThreadTeam& team, Side side, ConstFeatureMap src, const Scratch& scratch) const;
    void gather_diff(Side side, ConstFeatureMap diff_dst, const Scratch& scratch) const;

    int in_, out_, height_, width_;
    Upsampling kind_;
    Conv2dLayer row_, column_;  // of 1x1, 3 * in channels
};

}  // namespace twofold::ops

#endif

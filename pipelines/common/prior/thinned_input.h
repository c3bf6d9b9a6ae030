// The image with fewer of its known pixels: at each step others are taken away, and those that are missing get a mean
// of their neighbours. What was taken away is asked for all the same, so the network learns from the image itself how
// to fill in missing pixels, which random numbers do not tell it. The idea of blind spots (Krull, Buchholz, Jug,
// "Noise2Void", CVPR 2019) applied to pixels that are missing in earnest.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_THINNED_INPUT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_THINNED_INPUT_H

#include "pipelines/common/prior/network_input.h"

namespace twofold::prior {

class ThinnedInput final : public NetworkInput {
  public:
    ThinnedInput(const Recipe& recipe, int height, int width, const ImageView& image, float white, std::uint64_t seed);

    // The last is 1 where the pixel is the image's, 0 elsewhere.
    int channels() const override { return colours_ + 1; }
    void reserve(ArenaPlan& plan) override;
    // Known pixels are those that the term keeps.
    void begin(ThreadTeam& team, const Arena& arena, const DataTerm& term) override;
    void write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) override;

  private:
    int image_height() const { return static_cast<int>(image_.height); }
    int image_width() const { return static_cast<int>(image_.width); }
    ops::FeatureMap base(const Arena& arena) const;
    void fill_in(ThreadTeam& team, ops::FeatureMap input) const;

    int height_, width_, colours_;
    float dropped_;
    ImageView image_;
    float white_;
    std::uint64_t seed_;
    ArenaRange<float> base_,
        dice_;  // the image and its mark, mirrored beyond its edges; a number for each of its pixels
};

}  // namespace twofold::prior

#endif

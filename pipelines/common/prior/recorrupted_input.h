// The image with more noise than it has: recorrupted to recorrupted (Pang, Zheng, Quan, Ji, CVPR 2021). Where the input
// is y + a n, n fresh noise like that of the image y, the target is y - n / a, whose noise is independent of the
// input's.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_RECORRUPTED_INPUT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_RECORRUPTED_INPUT_H

#include "ops/noise/normal_table.h"
#include "pipelines/common/prior/network_input.h"

namespace twofold::prior {

class RecorruptedInput final : public NetworkInput {
  public:
    RecorruptedInput(const Recipe& recipe, int height, int width, const ImageView& image, float white,
                     const NoiseModel& noise, std::uint64_t seed);

    int channels() const override { return channels_; }
    void reserve(ArenaPlan& plan) override;
    void begin(ThreadTeam& team, const Arena& arena, const DataTerm& term) override;
    void write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) override;
    // -n / a, dense, of the image's size.
    ops::ConstFeatureMap target_shift(const Arena& arena) const override;
    double shift_variance() const override { return shift_variance_; }

  private:
    int image_height() const { return static_cast<int>(image_.height); }
    int image_width() const { return static_cast<int>(image_.width); }
    ops::FeatureMap map(const Arena& arena, ArenaRange<float> range) const;
    void measure_noise(ThreadTeam& team, const Arena& arena);

    int height_, width_, channels_;
    double strength_;  // a
    ImageView image_;
    float white_;
    NoiseModel noise_;
    std::uint64_t seed_;
    ops::NormalTable normals_;
    double shift_variance_ = 0;
    ArenaRange<float> base_, sigma_;  // of each sample of the image, mirrored beyond its edges
    ArenaRange<float> fresh_;         // n, and after write() the target's shift
};

}  // namespace twofold::prior

#endif

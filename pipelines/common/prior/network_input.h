// What the network of a fit sees: fixed random numbers or coordinates with fresh noise at each step, as Deep Image
// Prior has it, or the image itself with more noise than it has.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_NETWORK_INPUT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_NETWORK_INPUT_H

#include <cstdint>

#include "ops/noise/normal_table.h"
#include "pipelines/common/noise_model.h"
#include "pipelines/common/prior/hourglass_shape.h"
#include "pipelines/common/prior/recipe.h"
#include "runtime/arena.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

class NetworkInput {
  public:
    // `image` and `noise` count for InputKind::kRecorrupted alone; `image` is then not smaller than the part of the
    // network's maps that the result is taken from.
    NetworkInput(const Recipe& recipe, const HourglassShape& shape, const ImageView& image, float white,
                 const NoiseModel& noise, std::uint64_t seed);

    // Channels that the network must take.
    static int channels(const Recipe& recipe, const ImageView& image);

    void reserve(ArenaPlan& plan);
    // At the start of a run.
    void begin(ThreadTeam& team, const Arena& arena);
    // Draws the input of step `step`.
    void write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input);

    // Recorrupted to recorrupted (Pang, Zheng, Quan, Ji, CVPR 2021): where the input is y + a n, n fresh noise like
    // that of the image y, the target is y - n / a, whose noise is independent of the input's. This is -n / a of the
    // last write(), dense, of the image's size; data is null for other inputs.
    ops::ConstFeatureMap target_shift(const Arena& arena) const;
    // Its mean square, by which the loss exceeds the distance to the image; 0 for other inputs.
    double shift_variance() const { return shift_variance_; }

  private:
    bool recorrupts() const { return kind_ == InputKind::kRecorrupted; }
    ops::FeatureMap map(const Arena& arena, ArenaRange<float> range) const;
    void load_image(ThreadTeam& team, const Arena& arena);
    void measure_noise(ThreadTeam& team, const Arena& arena);

    InputKind kind_;
    int height_, width_, channels_;  // of the network's input
    double strength_;                // the a of recorruption
    float input_noise_;
    ImageView image_;
    float white_;
    NoiseModel noise_;
    std::uint64_t seed_;
    ops::NormalTable normals_;
    double shift_variance_ = 0;
    ArenaRange<float> base_;
    ArenaRange<float> sigma_, fresh_;  // of each sample of the image, mirrored beyond its edges
};

}  // namespace twofold::prior

#endif

// What a fit begins with instead of chance alone: the result of a network that was trained before, applied to what the
// hourglass sees at each step. The hourglass adds to that, before the sigmoid, and at first adds nothing.
//
// Applied to the input of the step, never to the image itself: its noise is then as independent of the target's as that
// of the input, and what recorruption promises still holds.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_GIVEN_START_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_GIVEN_START_H

#include <string_view>
#include <vector>

#include "ops/feature_map.h"
#include "pipelines/common/noise_network/network.h"
#include "pipelines/common/noise_network/weights.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

class GivenStart {
  public:
    // For inputs of height x width pixels, both even. Copies the weights. Throws Error kUnsupported: weights for
    // another number of channels, or of more than a single network.
    GivenStart(const Weights& weights, int height, int width, int channels, std::string_view implementation,
               int threads);

    void reserve(ArenaPlan& plan);
    void begin(const Arena& arena) const;
    // Denoises the input of a step; returns the logits of the result, clamped to what the sigmoid can reach.
    ops::ConstFeatureMap apply(ThreadTeam& team, const Arena& arena, ops::ConstFeatureMap input) const;

  private:
    struct TilePlan {
        PassPlan pass;
        ArenaRange<float> pixels;  // a tile with its halo, then what is predicted for it
    };
    void apply_tile(const Arena& arena, const TilePlan& memory, int row, int column, ops::ConstFeatureMap input) const;
    ops::FeatureMap logits(const Arena& arena) const;

    std::vector<float> parameters_;
    Network network_;
    int height_, width_;
    int tile_height_, tile_width_;
    ArenaRange<float> packed_, logits_;
    std::vector<TilePlan> threads_;
};

}  // namespace twofold::prior

#endif

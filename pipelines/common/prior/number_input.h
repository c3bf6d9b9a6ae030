// The input of Deep Image Prior as published: fixed random numbers, or coordinates, with fresh noise at each step.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_NUMBER_INPUT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_NUMBER_INPUT_H

#include "ops/noise/normal_table.h"
#include "pipelines/common/prior/network_input.h"

namespace twofold::prior {

class NumberInput final : public NetworkInput {
  public:
    NumberInput(const Recipe& recipe, int height, int width, std::uint64_t seed);

    int channels() const override { return channels_; }
    void reserve(ArenaPlan& plan) override;
    void begin(ThreadTeam& team, const Arena& arena, const DataTerm& term) override;
    void write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) override;

  private:
    ops::FeatureMap base(const Arena& arena) const;

    bool coordinates_;
    int height_, width_, channels_;
    float noise_;
    std::uint64_t seed_;
    ops::NormalTable normals_;
    ArenaRange<float> base_;
};

}  // namespace twofold::prior

#endif

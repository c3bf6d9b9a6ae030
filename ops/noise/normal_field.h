// Random numbers for whole maps, fast enough to draw a new map at each step of a training.
//
// Every number is a pure function of seed, stream, counter and its place: with i = x * channels + c, number i of row y
// comes from the counter block counter + y * blocks + i / n, blocks = ceil(width * channels / n), n numbers a block.
// A map takes random_field_counters() counter values; steps that are to be independent keep theirs apart.
#ifndef TWOFOLD_OPS_NOISE_NORMAL_FIELD_H
#define TWOFOLD_OPS_NOISE_NORMAL_FIELD_H

#include <cstdint>

#include "ops/feature_map.h"
#include "ops/noise/normal_table.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// Which numbers to draw (runtime/random.h).
struct RandomField {
    std::uint64_t seed;
    std::uint64_t stream;
    std::uint64_t counter;  // of the first block
};

// An upper bound of the counter values that one map uses, for either function below.
std::uint64_t random_field_counters(int height, int width, int channels);

// dst = src + sigma * normal numbers of mean 0 and variance 1 from the table, 8 a block. dst may be src.
void fill_normal(ThreadTeam& team, const NormalTable& table, const RandomField& field, float sigma, ConstFeatureMap src,
                 FeatureMap dst);

// dst = numbers uniform in (low, high) up to rounding, 4 a block, 23 random bits each.
void fill_uniform(ThreadTeam& team, const RandomField& field, float low, float high, FeatureMap dst);

// fill_normal in plain loops: the specification.
namespace ref {
void fill_normal(const NormalTable& table, const RandomField& field, float sigma, ConstFeatureMap src, FeatureMap dst);
}  // namespace ref

}  // namespace twofold::ops

#endif

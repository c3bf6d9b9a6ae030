// Elementwise work on maps: the longest runs of neighbouring floats, in bands of rows.
#ifndef TWOFOLD_OPS_PIXEL_RUNS_H
#define TWOFOLD_OPS_PIXEL_RUNS_H

#include "ops/feature_map.h"
#include "ops/row_bands.h"

namespace twofold::ops {

// Calls body(y, x, count) so that the `count` floats from pixel (y, x) on, taken together, are all of a map of `map`'s
// size: whole rows if `dense` (the rows of all maps in play are dense), else pixel by pixel.
template <typename Body>
void for_each_run(ThreadTeam& team, const ConstFeatureMap& map, bool dense, const Body& body) {
    for_each_band(team, map.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y) {
            if (dense) {
                body(y, 0, map.width * map.channels);
            } else {
                for (int x = 0; x < map.width; ++x) body(y, x, map.channels);
            }
        }
    });
}

}  // namespace twofold::ops

#endif

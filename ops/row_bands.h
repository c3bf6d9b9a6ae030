// How a map's rows are cut into tasks: at most kMaxBands bands, all but the last of the same number of rows. The cut
// depends on the height only, never on the number of threads, so that partial sums added in the order of bands are the
// same bits for any team.
#ifndef TWOFOLD_OPS_ROW_BANDS_H
#define TWOFOLD_OPS_ROW_BANDS_H

#include <algorithm>

#include "runtime/thread_team.h"

namespace twofold::ops {

struct RowBands {
    static constexpr int kMaxBands = 64;

    explicit RowBands(int height_) : height(height_), rows((height_ + kMaxBands - 1) / kMaxBands) {}

    int count() const { return rows ? (height + rows - 1) / rows : 0; }
    int first(int band) const { return band * rows; }
    int last(int band) const { return std::min(height, (band + 1) * rows); }  // one past

    int height;
    int rows;
};

// Calls body(band, first row, one past the last row) for every band of `height` rows.
template <typename Body>
void for_each_band(ThreadTeam& team, int height, const Body& body) {
    const RowBands bands(height);
    team.run(bands.count(), [&](std::int64_t task, int) {
        const int band = static_cast<int>(task);
        body(band, bands.first(band), bands.last(band));
    });
}

}  // namespace twofold::ops

#endif

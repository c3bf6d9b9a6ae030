// The final pass: the image minus its predicted noise, tile by tile.
//
// Every tile carries its halo and every output pixel is computed by the same operations in the same order wherever the
// tiles lie, so that the result does not depend on the tiling to the last bit. Tiles go band by band from top to
// bottom through a copy of the rows they need; that is what allows the output to replace the input.
#ifndef TWOFOLD_PIPELINES_ZSN2N_APPLIER_H
#define TWOFOLD_PIPELINES_ZSN2N_APPLIER_H

#include <cstdint>
#include <vector>

#include "pipelines/common/run_control.h"
#include "pipelines/common/white_level.h"
#include "pipelines/zsn2n/network_pass.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

class Applier {
  public:
    // `tile` is the side of a tile in pixels.
    Applier(Network& network, const ImageView& input, const ImageView& output, const WhiteLevel& white, int tile,
            ThreadTeam& team);

    void reserve(ArenaPlan& plan);

    // Averages the predictions for 1 or 8 flips and rotations. False if the callback cancelled.
    bool run(const Arena& arena, std::span<const float> parameters, int ensemble, RunControl& control);

    // Floating point operations of a run.
    double flops(int ensemble) const;

  private:
    void load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t band_top);
    void run_tile(const Arena& arena, std::span<const float> parameters, int ensemble, std::int64_t band_top,
                  std::int64_t tile, int thread);

    struct TilePlan {
        PassPlan pass;
        ArenaRange<float> staging, noise;
    };
    Network& network_;
    ImageView input_, output_;
    WhiteLevel white_;
    int tile_;
    ThreadTeam& team_;
    std::int64_t columns_, bands_;  // tiles in a band, bands in the image
    ArenaRange<float> packed_, band_;
    std::vector<TilePlan> threads_;
};

}  // namespace twofold::zsn2n

#endif

// The final pass: the image minus its predicted noise, tile by tile.
//
// Every tile carries its halo. By the direct kernels every output pixel is computed by the same operations in the same
// order wherever the tiles lie, so that the result does not depend on the tiling to the last bit; by Winograd's it does
// by their rounding, 2e-6 of white. Tiles go band by band from top to
// bottom through a copy of the rows they need; that is what allows the output to replace the input.
#ifndef TWOFOLD_PIPELINES_ZSN2N_APPLIER_H
#define TWOFOLD_PIPELINES_ZSN2N_APPLIER_H

#include <cstdint>
#include <vector>

#include "pipelines/common/half_size/coarse_correction.h"
#include "pipelines/common/image_scale.h"
#include "pipelines/common/noise_network/network.h"
#include "pipelines/common/run_control.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

class Applier {
  public:
    // `tile` is the side of a tile in pixels.
    Applier(Network& network, const ImageView& input, const ImageView& output, const ImageScale& scale, int tile,
            ThreadTeam& team);

    void reserve(ArenaPlan& plan, bool corrected);

    // The share of the predicted noise that the next runs take away; 1 at first.
    void set_strength(float strength) { strength_ = strength; }
    // Averages the predictions for 1, 2 or 8 flips and rotations. False if the callback cancelled. `correction`, if not
    // null, is made from the result and added to it; then reserve() must have been told.
    bool run(const Arena& arena, std::span<const float> parameters, int ensemble, CoarseCorrection* correction,
             const OtherTiles& other, RunControl& control);
    std::int64_t tiles() const { return columns_ * bands_; }

    // Seconds that a run with one prediction will take, judged by a tile for each thread. Writes no output.
    double measure(const Arena& arena, std::span<const float> parameters);
    // Floating point operations of a run.
    double flops(int ensemble) const;

  private:
    // Where a tile lies in the image. Its width and height are multiples of the network's fold and may reach beyond the
    // border; `stored_` is what does not. `inside` is the part of the tile with its halo that is not beyond.
    struct Tile {
        std::int64_t x, y;
        int width, height, stored_width, stored_height;
        Rectangle inside;
    };
    struct TilePlan {
        PassPlan pass;
        ArenaRange<float> staging, noise;
        ArenaRange<float> unfolded;  // where the network folds its input: the pixels that go in or come out
    };
    void load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t band_top);
    Tile tile_at(std::int64_t band, std::int64_t column) const;
    // The steps of a tile: copy it from the band, add predictions [first, end) of `ensemble`, write the result.
    void load_tile(const Arena& arena, const Tile& tile, const TilePlan& memory) const;
    void predict(const Arena& arena, std::span<const float> parameters, const Tile& tile, const TilePlan& memory,
                 int first, int end, int ensemble) const;
    void store_tile(const Arena& arena, const Tile& tile, const TilePlan& memory) const;
    // Takes out of a tile of the result what lies beyond the limit: the network for half the size has not seen it.
    void split_excess(const Arena& arena, const Tile& tile, const TilePlan& memory) const;
    // Writes the rows of the result that can be corrected by now, of those up to `end`.
    void store_corrected(const Arena& arena, std::int64_t end, CoarseCorrection& correction);

    Network& network_;
    ImageView input_, output_;
    ImageScale scale_;
    int tile_;
    float strength_ = 1;
    ThreadTeam& team_;
    std::int64_t columns_, bands_;  // tiles in a band, bands in the image
    ArenaRange<float> packed_, band_;
    // Where the result is corrected: its rows from `waiting_` on, which are not written yet, and a row of half the size
    // for each thread.
    ArenaRange<float> result_, half_rows_;
    ArenaRange<float> excess_;  // what the same rows of the image have beyond the limit, if there is one
    std::int64_t waiting_ = 0;
    bool corrects_ = false;
    std::vector<TilePlan> threads_;  // memory for as many tiles as there are threads
};

}  // namespace twofold::zsn2n

#endif

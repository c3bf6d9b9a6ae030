// TV denoising fast: block descent on the dual, vectorised, tiled for the second cache and threaded.
//
// A round is some sweeps of projected Gauss-Seidel in every tile. Sums are in float: where the image itself is large
// beside what TV takes from it, relative gaps below some 1e-6 drown in rounding.
//
// All results are the same bits for any number of threads.
#ifndef TWOFOLD_OPS_TV_TV_SOLVER_H
#define TWOFOLD_OPS_TV_TV_SOLVER_H

#include <cstdint>
#include <memory>
#include <span>

#include "ops/tv/tv_kernels.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// The noisy image, wherever it is.
class TvImage {
  public:
    virtual ~TvImage() = default;
    // Interleaved floats of pixels [x, x + width) of row y. May be called by several threads.
    virtual void load(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t width, float* pixels) const = 0;
};

enum class TvStorage {
    // Nesterov's extrapolation between rounds: fewer of them for small gaps and large lambda. Six planes of the image
    // in float.
    kAccelerated,
    // The dual alone, two planes; the rest is computed anew for each tile.
    kDual,
};

class TvSolver {
  public:
    static std::unique_ptr<TvSolver> make(const TvShape& shape, TvStorage storage, ThreadTeam& team);
    virtual ~TvSolver() = default;

    virtual void reserve(ArenaPlan& plan) = 0;

    const TvShape& shape() const { return shape_; }

    // To be called first; forgets the dual of the image before. The image must outlive the solve, and stay as it is
    // until its result is taken: row y of it is read for rows up to y of the result.
    virtual void load(const Arena& arena, const TvImage& image) = 0;
    // Interleaved pixels of one row of the result. May be called by several threads for different rows.
    virtual void get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const = 0;

    // Sets lambda >= 0. The dual of a solve before, scaled, is the start of the next.
    virtual void start(const Arena& arena, float lambda) = 0;
    virtual void round(const Arena& arena) = 0;
    // The certificate of u as it stands after a round, rounding of running sums apart.
    virtual TvCertificate measure(const Arena& arena) = 0;
    // Computes u anew from the dual, and its certificate.
    virtual TvCertificate finish(const Arena& arena) = 0;

  protected:
    TvSolver(const TvShape& shape, ThreadTeam& team);

    int group() const { return shape_.coupled ? shape_.channels : 1; }  // channels that are swept together
    std::ptrdiff_t groups() const { return shape_.channels / group(); }
    std::ptrdiff_t tiles_across() const;
    std::ptrdiff_t tiles_down() const;
    TvTile tile(std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t group_index) const;

    // The certificate of the whole from those of its parts.
    TvCertificate add_up(std::span<const TvCertificate> parts) const;

    // Calls body(tile, thread) for all tiles, such that of two tiles that touch, corners from upper left to lower right
    // apart, one is done before the other begins.
    template <typename Body>
    void sweep_tiles(Body&& body) {
        const std::ptrdiff_t across = tiles_across(), down = tiles_down();
        for (std::ptrdiff_t colour = 0; colour < kColours; ++colour) {
            // Tile (row, column) has the colour (column + 2 row) mod 3: so many of a row have this one.
            const std::ptrdiff_t in_row = (across + kColours - 1) / kColours;
            team_.run(down * in_row * groups(), [&](std::int64_t index, int thread) {
                const auto task = static_cast<std::ptrdiff_t>(index);
                const std::ptrdiff_t row = task / in_row % down;
                const std::ptrdiff_t column = (colour + row) % kColours + task % in_row * kColours;
                if (column < across) body(tile(row, column, task / in_row / down), thread);
            });
        }
    }

    // Tiles that may run together: neighbours to the right, below and to the lower left differ.
    static constexpr std::ptrdiff_t kColours = 3;

    TvShape shape_;
    ThreadTeam& team_;
    std::ptrdiff_t columns_;  // halves of a row, whole vectors
    std::ptrdiff_t half_;
    std::ptrdiff_t row_, plane_;  // floats from row to row and from channel to channel
    float lambda_ = 0;
};

}  // namespace twofold::ops

#endif

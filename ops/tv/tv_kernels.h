// The vectorised passes of the TV solver over its own memory.
//
// A row is stored as its even pixels, then its odd ones, each part padded to `half` floats: whole vectors, and one
// vector more, which is read and rewritten but never changed. So all pixels of one parity are a plain vector loop in
// which no two pixels share a difference. Padding is 0 in all planes.
#ifndef TWOFOLD_OPS_TV_TV_KERNELS_H
#define TWOFOLD_OPS_TV_TV_KERNELS_H

#include <cstddef>
#include <cstdint>

#include "ops/tv/tv.h"

namespace twofold::ops {

constexpr std::ptrdiff_t kTvVector = 16;  // floats of the longest vector
// A tile of three channels is 300 KB, within the second cache of any core we know.
constexpr std::ptrdiff_t kTvTileColumns = 64;  // halves of 128 pixels
constexpr std::ptrdiff_t kTvTileRows = 64;

struct TvPlanes {
    const float* noisy;
    float* u;
    float* h;           // horizontal dual of each pixel
    float* v;           // vertical dual
    float* previous_h;  // dual of the round before
    float* previous_v;
    std::ptrdiff_t width, height;
    std::ptrdiff_t half;
    std::ptrdiff_t row;    // floats from row to row: 2 half
    std::ptrdiff_t plane;  // floats from channel to channel
};

// Channels [channel, channel + channels) of the tile of rows [top, bottom) and, in halves of a row, [left, right),
// multiples of kTvVector; [0, half) where a pass takes whole rows.
struct TvTile {
    int channel, channels;
    std::ptrdiff_t top, bottom;
    std::ptrdiff_t left, right;
};

// `sweeps` sweeps of projected Gauss-Seidel over the dual of a tile with over-relaxation `relax`, keeping
// u = noisy - D^T p up to date. Also changes the column of u to the right of the tile and the row below it. Each block
// of the dual (a pixel's, or one difference's in the anisotropic case) is moved by relax times its gradient over its
// own Lipschitz constant (3 or 2), which cannot lower the dual for relax < 2. Sweeps follow one another two rows
// apart, so that rows are in the first cache when the next sweep comes.
void tv_sweep_tile(const TvPlanes& planes, const TvTile& tile, TvKind kind, float lambda, float relax, int sweeps);

// Writes p + momentum (p - previous) of rows [top, bottom) over `previous`, which may hold anything where momentum is
// 0, and u = noisy - D^T of that, without the vertical dual of the row above `top`, which another thread may be about
// to write.
void tv_extrapolate_rows(const TvPlanes& planes, const TvTile& rows, float momentum);

// What a tile contributes to the certificate; primal is not set.
TvCertificate tv_measure_tile(const TvPlanes& planes, const TvTile& tile, TvKind kind, float lambda);

}  // namespace twofold::ops

#endif

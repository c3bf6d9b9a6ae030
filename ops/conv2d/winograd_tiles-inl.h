// What the kernels of Winograd's algorithm have in common. Compiled once for each instruction set.
#if defined(TWOFOLD_OPS_CONV2D_WINOGRAD_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_CONV2D_WINOGRAD_TILES_INL_H
#undef TWOFOLD_OPS_CONV2D_WINOGRAD_TILES_INL_H
#else
#define TWOFOLD_OPS_CONV2D_WINOGRAD_TILES_INL_H
#endif

#include <hwy/highway.h>

#include "ops/conv2d/conv2d_tiles-inl.h"
#include "ops/conv2d/winograd_simd.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// Into the second-level cache to be read; into the first to be written.
HWY_INLINE void prefetch_to_read(const float* memory) { __builtin_prefetch(memory, 0, 2); }
HWY_INLINE void prefetch_to_write(const float* memory) { __builtin_prefetch(memory, 1, 3); }

// Where channel c of the first tile lies.
HWY_INLINE std::ptrdiff_t channel_offset(const simd::WinogradTiles& tiles, int c) {
    return c / kWinogradBlock * tiles.block + c % kWinogradBlock;
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

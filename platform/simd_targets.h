// Which instruction sets our kernels are built for. To be included before anything of Highway.
#ifndef TWOFOLD_PLATFORM_SIMD_TARGETS_H
#define TWOFOLD_PLATFORM_SIMD_TARGETS_H

// Register tiles are arrays of vectors, which the sizeless vectors of SVE cannot be in; such cores run the NEON
// kernels.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

#endif

// Which instruction sets our kernels are built for. To be included before anything of Highway.
#ifndef TWOFOLD_PLATFORM_SIMD_TARGETS_H
#define TWOFOLD_PLATFORM_SIMD_TARGETS_H

// Register tiles are arrays of vectors, which the sizeless vectors of SVE cannot be in; such cores run the NEON
// kernels. SSSE3 without SSE4 is in processors of 2006 only, which run the SSE2 kernels.
#ifdef TWOFOLD_FEWER_SIMD_TARGETS  // for sanitizers, which take minutes to build each
#define TWOFOLD_DISABLED_ON_X86 (HWY_SSSE3 | HWY_SSE4)
#else
#define TWOFOLD_DISABLED_ON_X86 HWY_SSSE3
#endif
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | TWOFOLD_DISABLED_ON_X86)

#endif

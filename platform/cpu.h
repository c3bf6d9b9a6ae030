// What the processor is.
#ifndef TWOFOLD_PLATFORM_CPU_H
#define TWOFOLD_PLATFORM_CPU_H

#include <cstdint>
#include <string>

namespace twofold::platform {

// The processor's own name, or the architecture's where the system does not tell.
std::string cpu_name();

// The instruction sets of this processor for which our kernels are built, as Highway's bits.
std::int64_t simd_targets();

// The best instruction set of this processor for which our kernels are built, in Highway's words: "AVX3", "AVX2",
// "NEON".
const char* isa_name();

}  // namespace twofold::platform

#endif

// What the processor is and how many of its cores this process may use.
#ifndef TWOFOLD_PLATFORM_CPU_H
#define TWOFOLD_PLATFORM_CPU_H

#include <string>

namespace twofold::platform {

// The processor's own name, or the architecture's where the system does not tell.
std::string cpu_name();

// The best instruction set of this processor for which our kernels are built, in Highway's words: "AVX3", "AVX2",
// "NEON".
const char* isa_name();

// Processors that this process may run on (its affinity mask, not the machine's size), at least 1.
int usable_processors();

}  // namespace twofold::platform

#endif

// How much memory there is to take.
#ifndef TWOFOLD_PLATFORM_MEMORY_INFO_H
#define TWOFOLD_PLATFORM_MEMORY_INFO_H

#include <cstdint>

namespace twofold::platform {

// Bytes that can be taken without pushing the machine into swapping: the system's own estimate, bounded by the control
// group's limit when there is one. The largest number when the system does not say.
std::uint64_t available_memory();

}  // namespace twofold::platform

#endif

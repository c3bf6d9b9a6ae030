// How much memory there is to take.
#ifndef TWOFOLD_PLATFORM_MEMORY_INFO_H
#define TWOFOLD_PLATFORM_MEMORY_INFO_H

#include <cstdint>

namespace twofold::platform {

// Bytes that can be taken without pushing the machine into swapping: the system's own estimate, bounded by the control
// group's limit when there is one. 0 means that nothing is left; the largest number, that the system does not say.
// Callers' limits on memory, here and in the layers above, all mean the same: 0 is no limit of the caller's own, and
// what this returns bounds every limit.
std::uint64_t available_memory();

}  // namespace twofold::platform

#endif

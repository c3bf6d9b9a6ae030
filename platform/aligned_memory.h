// Zeroed memory on cache-line boundaries.
#ifndef TWOFOLD_PLATFORM_ALIGNED_MEMORY_H
#define TWOFOLD_PLATFORM_ALIGNED_MEMORY_H

#include <cstddef>
#include <memory>

namespace twofold::platform {

// One vector of any instruction set up to 1024 bits, and two cache lines of most cores.
constexpr std::size_t kAlignment = 128;

struct AlignedFree {
    void operator()(std::byte* memory) const;
};
using AlignedMemory = std::unique_ptr<std::byte[], AlignedFree>;

// `size` zero bytes aligned to kAlignment. Throws std::bad_alloc.
AlignedMemory allocate_aligned(std::size_t size);

}  // namespace twofold::platform

#endif

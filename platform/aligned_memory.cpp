#include "platform/aligned_memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace twofold::platform {

void AlignedFree::operator()(std::byte* memory) const { std::free(memory); }

AlignedMemory allocate_aligned(std::size_t size) {
    const std::size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
    if (rounded < size) throw std::bad_alloc();
    void* memory = std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded);
    if (!memory) throw std::bad_alloc();
    // Touching every page now means that no page is first taken in the middle of a run.
    std::memset(memory, 0, rounded);
    return AlignedMemory(static_cast<std::byte*>(memory));
}

}  // namespace twofold::platform

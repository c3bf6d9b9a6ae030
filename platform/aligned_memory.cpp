#include "platform/aligned_memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <cstring>
#include <new>

namespace twofold::platform {
namespace {

// Large blocks lie on pages of 2 MB where the system has them: the transforms of tiles and channels write to dozens of
// places at a time, more than a core holds translations of small pages.
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 8 * kHugePage;

}  // namespace

void AlignedFree::operator()(std::byte* memory) const { std::free(memory); }

AlignedMemory allocate_aligned(std::size_t size) {
    const std::size_t alignment = size >= kLarge ? kHugePage : kAlignment;
    const std::size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
    if (rounded < size) throw std::bad_alloc();
    void* memory = nullptr;
    if (posix_memalign(&memory, alignment, rounded == 0 ? kAlignment : rounded) != 0) throw std::bad_alloc();
#if defined(__linux__)
    // Advice that is not taken does no harm. The end that fills no huge page keeps to small ones.
    if (size >= kLarge) static_cast<void>(madvise(memory, rounded / kHugePage * kHugePage, MADV_HUGEPAGE));
#endif
    // Touching every page now means that no page is first taken in the middle of a run.
    std::memset(memory, 0, rounded);
    return AlignedMemory(static_cast<std::byte*>(memory));
}

}  // namespace twofold::platform

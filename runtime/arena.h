// Memory that is planned first and taken once.
//
//     ArenaPlan plan;                                   // at commit
//     const auto weights = plan.reserve<float>(22275);
//     Arena arena(plan);                                // the only allocation
//     std::span<float> w = arena[weights];              // at run
#ifndef TWOFOLD_RUNTIME_ARENA_H
#define TWOFOLD_RUNTIME_ARENA_H

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "platform/aligned_memory.h"

namespace twofold {

template <typename T>
struct ArenaRange {
    std::size_t offset = 0;
    std::size_t count = 0;
};

class ArenaPlan {
  public:
    // Throws std::bad_alloc beyond what can be addressed, which is not much on 32-bit systems.
    template <typename T>
    ArenaRange<T> reserve(std::size_t count) {
        constexpr std::size_t kMost = PTRDIFF_MAX - platform::kAlignment;
        if (count > (kMost - size_) / sizeof(T)) throw std::bad_alloc();
        const ArenaRange<T> range{size_, count};
        const std::size_t bytes = count * sizeof(T);
        size_ += (bytes + platform::kAlignment - 1) / platform::kAlignment * platform::kAlignment;
        return range;
    }
    std::size_t size() const { return size_; }

  private:
    std::size_t size_ = 0;
};

class Arena {
  public:
    Arena() = default;
    explicit Arena(const ArenaPlan& plan) : memory_(platform::allocate_aligned(plan.size())) {}

    template <typename T>
    std::span<T> operator[](const ArenaRange<T>& range) const {
        return {reinterpret_cast<T*>(memory_.get() + range.offset), range.count};
    }

  private:
    platform::AlignedMemory memory_;
};

}  // namespace twofold

#endif

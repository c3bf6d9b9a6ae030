// Memory is checked before it is taken.
#ifndef TWOFOLD_PIPELINES_COMMON_MEMORY_BUDGET_H
#define TWOFOLD_PIPELINES_COMMON_MEMORY_BUDGET_H

#include <cstdint>

namespace twofold {

// Bytes that a job may take: its budget, 0 for none, and not more than the machine has free.
std::uint64_t usable_memory(std::uint64_t budget);

// Throws Error kOverBudget if `needed` bytes are more than `usable` ones.
void require_memory(std::uint64_t needed, std::uint64_t usable);

}  // namespace twofold

#endif

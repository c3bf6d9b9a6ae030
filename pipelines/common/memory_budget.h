// Memory is checked before it is taken.
#ifndef TWOFOLD_PIPELINES_COMMON_MEMORY_BUDGET_H
#define TWOFOLD_PIPELINES_COMMON_MEMORY_BUDGET_H

#include <cstdint>

#include "runtime/error.h"

namespace twofold {

// Bytes that a job may take: its budget, 0 for none, and not more than the machine has free.
std::uint64_t usable_memory(std::uint64_t budget);

// Throws Error kOverBudget if `needed` bytes are more than `usable` ones.
void require_memory(std::uint64_t needed, std::uint64_t usable);

// What `make` returns. Where there is no room for that, and `do_without` finds a part that can be left out, what it
// returns without that part. Only under a budget: without one the result shall not depend on what the machine has free.
template <typename Make, typename DoWithout>
auto make_within_budget(std::uint64_t budget, const Make& make, const DoWithout& do_without) {
    try {
        return make();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kOverBudget || budget == 0 || !do_without()) throw;
    }
    return make();
}

}  // namespace twofold

#endif

#include "pipelines/common/memory_budget.h"

#include <algorithm>
#include <string>

#include "platform/memory_info.h"

namespace twofold {
namespace {

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 999999) / 1000000) + " MB"; }

}  // namespace

std::uint64_t usable_memory(std::uint64_t budget) {
    const std::uint64_t available = platform::available_memory();
    return budget ? std::min(budget, available) : available;
}

void require_memory(std::uint64_t needed, std::uint64_t usable) {
    if (needed > usable)
        throw Error(ErrorCode::kOverBudget,
                    "the job needs " + megabytes(needed) + " of memory, and it may take " + megabytes(usable));
}

}  // namespace twofold

#include "platform/cpu.h"

#include "platform/simd_targets.h"
// simd_targets.h must come first
#include <hwy/targets.h>
#include <sys/utsname.h>

#include <bit>
#include <cstdint>
#include <fstream>

namespace twofold::platform {

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name") && !line.starts_with("Model") && !line.starts_with("Hardware")) continue;
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos) return line.substr(colon + 2);
    }
    utsname system{};
    return uname(&system) == 0 ? system.machine : "unknown processor";
}

std::int64_t simd_targets() {
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
    return HWY_TARGETS;  // nothing to choose, and so no need of Highway's library
#else
    return hwy::SupportedTargets() & HWY_TARGETS;
#endif
}

const char* isa_name() {
    // Highway numbers its targets so that a lower bit is a better one.
    const int best = std::countr_zero(static_cast<std::uint64_t>(simd_targets()));
    return hwy::TargetName(std::int64_t{1} << best);
}

}  // namespace twofold::platform

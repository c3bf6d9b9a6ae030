#include "platform/cpu.h"

#include <hwy/targets.h>
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <thread>

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

const char* isa_name() {
    // Highway numbers its targets so that a lower bit is a better one.
    const std::int64_t targets = hwy::SupportedTargets();
    const int best = std::countr_zero(static_cast<std::uint64_t>(targets));
    return hwy::TargetName(std::int64_t{1} << best);
}

int usable_processors() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace twofold::platform

#include "platform/memory_info.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace twofold::platform {
namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

std::uint64_t read_number(const char* path) {
    std::ifstream file(path);
    std::uint64_t value = 0;
    return file >> value ? value : kUnknown;  // "max" does not parse, and means the same
}

std::uint64_t system_available() {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    std::uint64_t kibibytes = 0;
    while (file >> name >> kibibytes) {
        if (name == "MemAvailable:") return kibibytes * 1024;
        std::getline(file, unit);
    }
    return kUnknown;
}

std::uint64_t group_available() {
    const std::uint64_t limit = read_number("/sys/fs/cgroup/memory.max");
    const std::uint64_t used = read_number("/sys/fs/cgroup/memory.current");
    if (limit == kUnknown || used == kUnknown) return kUnknown;
    return limit > used ? limit - used : 0;
}

}  // namespace

std::uint64_t available_memory() { return std::min(system_available(), group_available()); }

}  // namespace twofold::platform

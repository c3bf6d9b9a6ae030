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

// Pages of files that the group has read count as used, but are given up when memory is wanted.
std::uint64_t group_file_pages() {
    std::ifstream file("/sys/fs/cgroup/memory.stat");
    std::string name;
    std::uint64_t bytes = 0, sum = 0;
    while (file >> name >> bytes)
        if (name == "inactive_file" || name == "active_file") sum += bytes;
    return sum;
}

std::uint64_t group_available() {
    const std::uint64_t limit = read_number("/sys/fs/cgroup/memory.max");
    const std::uint64_t current = read_number("/sys/fs/cgroup/memory.current");
    if (limit == kUnknown || current == kUnknown) return kUnknown;
    const std::uint64_t used = current - std::min(current, group_file_pages());
    return limit > used ? limit - used : 0;
}

}  // namespace

std::uint64_t available_memory() { return std::min(system_available(), group_available()); }

}  // namespace twofold::platform

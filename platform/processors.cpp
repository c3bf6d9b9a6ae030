#include "platform/processors.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace twofold::platform {
namespace {

// Fast cores of different kinds differ by a fifth; slow ones have half of a fast one's capacity or less.
constexpr double kFastShare = 2. / 3;

bool affinity(cpu_set_t* set) {
    CPU_ZERO(set);
    return sched_getaffinity(0, sizeof *set, set) == 0;
}

// 0 for a group without a limit. "max 100000" or "150000 100000": microseconds of each period.
double share_of_period(std::istream& text) {
    double quota = 0, period = 0;
    return text >> quota >> period && quota > 0 && period > 0 ? quota / period : 0;
}

// The tightest limit from this process's group up to the root of what can be seen.
double unified_quota(const std::string& root) {
    std::ifstream groups(root + "/proc/self/cgroup");
    std::filesystem::path group;
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with("0::/")) group = line.substr(4);
    const std::filesystem::path mount(root + "/sys/fs/cgroup");
    double least = 0;
    for (;; group = group.parent_path()) {
        std::ifstream file(mount / group / "cpu.max");
        const double quota = share_of_period(file);
        if (quota > 0 && (least == 0 || quota < least)) least = quota;
        if (group.empty()) return least;
    }
}

double first_version_quota(const std::string& root) {
    for (const char* controller : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}) {
        std::ifstream quota(root + controller + "/cpu.cfs_quota_us"), period(root + controller + "/cpu.cfs_period_us");
        double used = 0, of = 0;
        if (quota >> used && period >> of && used > 0 && of > 0) return used / of;
    }
    return 0;
}

}  // namespace

int usable_processors() {
    cpu_set_t set;
    if (affinity(&set)) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int fast_processors(const std::string& root) {
    cpu_set_t set;
    if (!affinity(&set)) return usable_processors();
    std::vector<int> capacities;
    for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
        if (!CPU_ISSET(processor, &set)) continue;
        std::ifstream file(root + "/sys/devices/system/cpu/cpu" + std::to_string(processor) + "/cpu_capacity");
        int capacity = 0;
        if (!(file >> capacity)) return usable_processors();
        capacities.push_back(capacity);
    }
    if (capacities.empty()) return 1;
    const double least = kFastShare * *std::ranges::max_element(capacities);
    return static_cast<int>(std::ranges::count_if(capacities, [&](int capacity) { return capacity >= least; }));
}

int quota_processors(const std::string& root) {
    const double unified = unified_quota(root);
    return static_cast<int>(std::ceil(unified > 0 ? unified : first_version_quota(root)));
}

int preferred_threads(const std::string& root) {
    const int fast = fast_processors(root), quota = quota_processors(root);
    return quota > 0 ? std::min(fast, quota) : fast;
}

}  // namespace twofold::platform

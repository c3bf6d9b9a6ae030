#include "platform/processors.h"

#include <sched.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace twofold;

namespace {

void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
}

std::vector<int> usable() {
    cpu_set_t set;
    REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
    std::vector<int> processors;
    for (int i = 0; i < CPU_SETSIZE; ++i)
        if (CPU_ISSET(i, &set)) processors.push_back(i);
    return processors;
}

void set_capacity(const test::TemporaryFolder& root, int processor, int capacity) {
    write(root / ("sys/devices/system/cpu/cpu" + std::to_string(processor) + "/cpu_capacity"),
          std::to_string(capacity) + "\n");
}

}  // namespace

TEST_CASE("processors are counted by the affinity mask") {
    cpu_set_t before, one;
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    REQUIRE(platform::usable_processors() == CPU_COUNT(&before));
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(usable().front()), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    REQUIRE(platform::usable_processors() == 1);
    CHECK(platform::preferred_threads() == 1);
    sched_setaffinity(0, sizeof before, &before);
}

TEST_CASE("slow cores beside fast ones do not count") {
    const test::TemporaryFolder root;
    const std::vector<int> processors = usable();
    const int count = static_cast<int>(processors.size());
    CHECK(platform::fast_processors(root.path()) == count);
    for (const int processor : processors) set_capacity(root, processor, 446);
    CHECK(platform::fast_processors(root.path()) == count);
    set_capacity(root, processors.back(), 1024);
    CHECK(platform::fast_processors(root.path()) == 1);
    set_capacity(root, processors.front(), 871);
    CHECK(platform::fast_processors(root.path()) == (count > 1 ? 2 : 1));
    // One of unknown capacity: nothing is known.
    std::filesystem::remove_all(root / ("sys/devices/system/cpu/cpu" + std::to_string(processors.front())));
    CHECK(platform::fast_processors(root.path()) == count);
}

TEST_CASE("a container's share of the processors bounds the threads") {
    const test::TemporaryFolder root;
    CHECK(platform::quota_processors(root.path()) == 0);
    CHECK(platform::preferred_threads(root.path()) == platform::usable_processors());
    SECTION("version 2, the tightest of a group and those above it") {
        write(root / "proc/self/cgroup", "0::/service/job\n");
        write(root / "sys/fs/cgroup/service/job/cpu.max", "max 100000\n");
        CHECK(platform::quota_processors(root.path()) == 0);
        write(root / "sys/fs/cgroup/service/cpu.max", "250000 100000\n");
        CHECK(platform::quota_processors(root.path()) == 3);
        write(root / "sys/fs/cgroup/service/job/cpu.max", "100000 100000\n");
        CHECK(platform::quota_processors(root.path()) == 1);
        CHECK(platform::preferred_threads(root.path()) == 1);
    }
    SECTION("version 2, seen from inside") {
        write(root / "proc/self/cgroup", "0::/\n");
        write(root / "sys/fs/cgroup/cpu.max", "50000 100000\n");
        CHECK(platform::quota_processors(root.path()) == 1);
    }
    SECTION("version 1") {
        write(root / "proc/self/cgroup", "4:cpu,cpuacct:/docker/1\n");
        write(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        write(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        CHECK(platform::quota_processors(root.path()) == 0);
        write(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
        CHECK(platform::quota_processors(root.path()) == 2);
    }
}

#include <sched.h>

#include <string>

#include "platform/cpu.h"
#include "platform/memory_info.h"
#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("the processor has a name and an instruction set") {
    REQUIRE_FALSE(platform::cpu_name().empty());
    REQUIRE(std::string(platform::isa_name()).size() > 2);
}

TEST_CASE("processors are counted by the affinity mask") {
    cpu_set_t before, one;
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    REQUIRE(platform::usable_processors() == CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; ++i)
        if (CPU_ISSET(i, &before)) {
            CPU_SET(i, &one);
            break;
        }
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    REQUIRE(platform::usable_processors() == 1);
    sched_setaffinity(0, sizeof before, &before);
}

TEST_CASE("free memory is more than nothing and less than a petabyte") {
    REQUIRE(platform::available_memory() > 1u << 20);
    REQUIRE(platform::available_memory() < std::uint64_t{1} << 50);
}

#include <string>

#include "platform/cpu.h"
#include "platform/memory_info.h"
#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("the processor has a name and an instruction set") {
    REQUIRE_FALSE(platform::cpu_name().empty());
    REQUIRE(std::string(platform::isa_name()).size() > 2);
}

TEST_CASE("free memory is more than nothing and less than a petabyte") {
    REQUIRE(platform::available_memory() > 1u << 20);
    REQUIRE(platform::available_memory() < std::uint64_t{1} << 50);
}

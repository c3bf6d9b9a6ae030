#include "runtime/arena.h"

#include <cstdint>
#include <new>

#include "platform/aligned_memory.h"
#include "runtime/random.h"
#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("ranges of an arena are aligned, disjoint and zero") {
    ArenaPlan plan;
    const auto a = plan.reserve<float>(3);
    const auto b = plan.reserve<double>(1);
    const auto none = plan.reserve<float>(0);
    const auto c = plan.reserve<float>(1000);
    const Arena arena(plan);
    for (const void* p : {static_cast<void*>(arena[a].data()), static_cast<void*>(arena[b].data()),
                          static_cast<void*>(arena[c].data())})
        REQUIRE(reinterpret_cast<std::uintptr_t>(p) % platform::kAlignment == 0);
    REQUIRE(arena[none].empty());
    for (const float value : arena[c]) REQUIRE(value == 0);
    for (float& value : arena[a]) value = 1;
    for (double& value : arena[b]) value = 2;
    for (float& value : arena[c]) value = 3;
    REQUIRE(arena[a][2] == 1);
    REQUIRE(arena[b][0] == 2);
    REQUIRE(plan.size() >= 3 * 4 + 8 + 4000);
}

TEST_CASE("a plan beyond what can be addressed is an exception") {
    ArenaPlan plan;
    REQUIRE_THROWS_AS(plan.reserve<double>(SIZE_MAX / 4), std::bad_alloc);
    REQUIRE_THROWS_AS(plan.reserve<double>(SIZE_MAX), std::bad_alloc);
    plan.reserve<char>(SIZE_MAX / 4);
    plan.reserve<char>(SIZE_MAX / 8);
    REQUIRE_THROWS_AS(plan.reserve<char>(SIZE_MAX / 4), std::bad_alloc);
}

TEST_CASE("memory that cannot be had is an exception") {
    REQUIRE_THROWS_AS(platform::allocate_aligned(SIZE_MAX), std::bad_alloc);
    REQUIRE_THROWS_AS(platform::allocate_aligned(SIZE_MAX / 2), std::bad_alloc);
}

TEST_CASE("random numbers are Philox4x32-10") {
    // Known answers of the published generator: counter and key of zeros, and of ones.
    const RandomBlock zeros = random_block(0, 0, 0);
    REQUIRE(zeros == RandomBlock{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
    const RandomBlock ones = random_block(~0ull, ~0ull, ~0ull);
    REQUIRE(ones == RandomBlock{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
}

TEST_CASE("uniform indices cover their range evenly") {
    int counts[7] = {};
    for (std::uint64_t i = 0; i < 7000; ++i)
        for (const std::uint32_t word : random_block(1, 2, i)) ++counts[uniform_index(word, 7)];
    for (const int count : counts) {
        REQUIRE(count > 3700);
        REQUIRE(count < 4300);
    }
}

#include "ops/noise/normal_field.h"

#include <array>

#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

TEST_CASE("fields of normal numbers agree with their reference", "[normal_field]") {
    const NormalTable table;
    // The second counter's low word overflows within a row, the third's between rows.
    for (const std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{0xFFFFFFFDu}, std::uint64_t{0x7FFFFFFF0u}})
        for (const auto& [width, channels] : std::vector<std::array<int, 2>>{{1, 1}, {5, 3}, {16, 8}, {43, 3}, {9, 32}})
            for (const int extra : {0, 3}) {
                INFO(counter << ": " << width << " x " << channels << " extra " << extra);
                TestMap src(5, width, channels, extra), dst(5, width, channels, extra), expected(5, width, channels);
                src.randomise(1);
                ThreadTeam team(2);
                const RandomField field{0x123456789ABCDEFu, 0xFEDCBA9876543210u, counter};
                fill_normal(team, table, field, 0.3f, src, dst);
                ref::fill_normal(table, field, 0.3f, src, expected);
                REQUIRE(largest_difference(dst.values(), expected.values()) < 5e-7);
                REQUIRE(dst.marks() == dst.memory() - dst.size());
            }
}

TEST_CASE("a row of a field is the table's own sequence", "[normal_field]") {
    const NormalTable table;
    TestMap map(1, 50, 3);
    map.fill(0);
    ThreadTeam team(1);
    fill_normal(team, table, {7, 8, 0}, 1, map, map);
    std::vector<float> expected(150);
    table.fill(7, 8, 150, expected.data());
    REQUIRE(map.values() == expected);
}

TEST_CASE("fields are normal, uniform, and the same for any number of threads", "[normal_field]") {
    const NormalTable table;
    std::vector<std::vector<float>> normal, uniform;
    for (const int threads : {1, 2, 4}) {
        ThreadTeam team(threads);
        TestMap map(130, 100, 8);
        map.fill(2);
        fill_normal(team, table, {1, 2, 3}, 0.5f, map, map);
        normal.push_back(map.values());
        fill_uniform(team, {1, 2, 3}, 0, 0.1f, map);
        uniform.push_back(map.values());
    }
    for (const auto* results : {&normal, &uniform}) {
        REQUIRE((*results)[0] == (*results)[1]);
        REQUIRE((*results)[0] == (*results)[2]);
    }
    const auto moments = [](const std::vector<float>& values) {
        double sum = 0, squares = 0;
        for (const float value : values) sum += double{value};
        const double mean = sum / static_cast<double>(values.size());
        for (const float value : values) squares += (double{value} - mean) * (double{value} - mean);
        return std::array<double, 2>{mean, squares / static_cast<double>(values.size())};
    };
    // Four standard errors of 104000 numbers.
    REQUIRE(moments(normal[0])[0] == Approx(2).margin(4 * 0.5 / 322));
    REQUIRE(moments(normal[0])[1] == Approx(0.25).margin(4 * 0.25 * 1.42 / 322));
    REQUIRE(moments(uniform[0])[0] == Approx(0.05).margin(4 * 0.0289 / 322));
    REQUIRE(moments(uniform[0])[1] == Approx(0.01 / 12).epsilon(4 * 0.9 / 322));
    for (const float value : uniform[0]) REQUIRE((value > 0 && value < 0.1f));
}

TEST_CASE("neighbouring fields do not share numbers", "[normal_field]") {
    const NormalTable table;
    ThreadTeam team(1);
    const std::uint64_t counters = random_field_counters(20, 30, 3);
    TestMap first(20, 30, 3), second(20, 30, 3);
    first.fill(0);
    second.fill(0);
    fill_normal(team, table, {1, 2, 0}, 1, first, first);
    fill_normal(team, table, {1, 2, counters}, 1, second, second);
    // Uncorrelated at every shift of whole blocks that one row allows.
    const std::vector<float> a = first.values(), b = second.values();
    REQUIRE(std::abs(dot(a, b)) < 4 * std::sqrt(1800.0));
    REQUIRE(a != b);
}

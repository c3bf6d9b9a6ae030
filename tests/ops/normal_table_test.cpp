#include "ops/noise/normal_table.h"

#include <cmath>
#include <vector>

#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("table normals have the moments of the normal distribution") {
    const ops::NormalTable table;
    std::vector<float> values(200000);
    table.fill(1, 2, values.size(), values.data());
    double mean = 0, square = 0, fourth = 0;
    for (const float v : values) {
        const double x = v;
        mean += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    const auto n = static_cast<double>(values.size());
    // Five standard errors of each.
    REQUIRE(mean / n == Approx(0).margin(5 / std::sqrt(n)));
    REQUIRE(square / n == Approx(1).margin(5 * std::sqrt(2 / n)));
    REQUIRE(fourth / n == Approx(3).margin(5 * std::sqrt(96 / n)));
}

TEST_CASE("table normals are a function of seed, stream and index") {
    const ops::NormalTable table;
    std::vector<float> a(19), b(19), c(19), shorter(10);
    table.fill(1, 2, a.size(), a.data());
    table.fill(1, 2, b.size(), b.data());
    table.fill(1, 3, c.size(), c.data());
    table.fill(1, 2, shorter.size(), shorter.data());
    REQUIRE(a == b);
    REQUIRE(a != c);
    REQUIRE(std::equal(shorter.begin(), shorter.end(), a.begin()));
}

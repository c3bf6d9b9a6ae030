#include "ops/peak/peak.h"

#include <cmath>
#include <vector>

#include "tests/support/catch.h"

TEST_CASE("the peak kernel does the work that it counts") {
    std::vector<float> sink(12, 0.0f);
    const double few = twofold::ops::run_multiply_adds(1, sink.data());
    // One round from zero: each of the twelve chains holds 0.001.
    REQUIRE(sink[0] == Approx(0.012).epsilon(1e-5));
    REQUIRE(twofold::ops::run_multiply_adds(1000, sink.data()) == 1000 * few);
    REQUIRE(std::isfinite(sink[0]));
}

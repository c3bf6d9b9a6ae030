#include "tests/support/catch.h"

int use_wrapper_17();
int use_wrapper_20();

TEST_CASE("the C++ wrapper under C++17", "[wrapper][slow]") { CHECK(use_wrapper_17() == 0); }
TEST_CASE("the C++ wrapper under C++20", "[wrapper][slow]") { CHECK(use_wrapper_20() == 0); }

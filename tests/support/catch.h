// The one place that knows which Catch2 is installed: 2 (Debian 12) or 3 (Debian 13).
#ifndef TWOFOLD_TESTS_SUPPORT_CATCH_H
#define TWOFOLD_TESTS_SUPPORT_CATCH_H

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#endif

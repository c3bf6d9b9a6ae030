#include "apps/common/units.h"

#include "tests/support/catch.h"

using namespace twofold::apps;

TEST_CASE("sizes are read as people write them") {
    CHECK(parse_size("1") == 1U);
    CHECK(parse_size("1048576") == 1048576U);
    CHECK(parse_size("512M") == 512U << 20);
    CHECK(parse_size("512m") == 512U << 20);
    CHECK(parse_size("64KiB") == 64U << 10);
    CHECK(parse_size("2G") == std::uint64_t{2} << 30);
    CHECK(parse_size("1T") == std::uint64_t{1} << 40);
    CHECK(parse_size("1.5K") == 1536U);
    CHECK(parse_size("3MB") == 3000000U);
    CHECK(parse_size("100b") == 100U);
}

TEST_CASE("what is no size is refused") {
    for (const char* text : {"", "M", "0", "0.1", "-1", "+1", "1X", "1 M", "1MM", "1.2.3", "1e9", "inf", "nan", "0x10",
                             "99999999999999999999", "9999999T", "12Mi", "1iB"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("durations are read as people write them") {
    CHECK(parse_duration("2").value() == 2.0);
    CHECK(parse_duration("2s").value() == 2.0);
    CHECK(parse_duration("500ms").value() == Approx(0.5));
    CHECK(parse_duration("1.5s").value() == 1.5);
    CHECK(parse_duration("2m").value() == 120.0);
    CHECK(parse_duration("1h").value() == 3600.0);
    for (const char* text : {"", "s", "0", "0s", "-1s", "1x", "1 s", "1.2.3s", "inf", "nan", "1e3"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("time left is shown as on a clock") {
    CHECK(format_clock(0) == "0:00");
    CHECK(format_clock(6.6) == "0:07");
    CHECK(format_clock(750) == "12:30");
    CHECK(format_clock(3723) == "1:02:03");
    CHECK(format_clock(-1) == "--:--");
    CHECK(format_clock(1e300) == "--:--");
}

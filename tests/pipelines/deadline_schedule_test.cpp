#include "pipelines/common/deadline_schedule.h"

#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("a schedule shortens to what fits and grows back", "[schedule]") {
    DeadlineSchedule schedule(100);
    CHECK(schedule.steps() == 100);
    schedule.update(1, 5, -3);  // too early to tell
    CHECK(schedule.steps() == 100);
    CHECK_FALSE(schedule.shortened());
    schedule.update(10, 1, 4);  // a tenth of a second each
    CHECK(schedule.steps() == 50);
    CHECK(schedule.shortened());
    schedule.update(20, 1, 3.95);  // twice as fast
    CHECK(schedule.steps() == 99);
    schedule.update(30, 1, 10);
    CHECK(schedule.steps() == 100);
    CHECK_FALSE(schedule.shortened());
    schedule.update(40, 5, -1);  // late: not less than what is done
    CHECK(schedule.steps() == 40);
    CHECK(schedule.shortened());
    schedule.update(41, 1e-9, 1e300);  // no deadline
    CHECK(schedule.steps() == 100);
}

#include "runtime/thread_team.h"

#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

using namespace twofold;

TEST_CASE("every task runs exactly once, on a thread of the team") {
    for (const int threads : {1, 2, 3, 8}) {
        ThreadTeam team(threads);
        REQUIRE(team.size() == threads);
        for (const std::int64_t tasks : {0, 1, 2, 7, 1000}) {
            std::vector<int> runs(static_cast<std::size_t>(tasks));
            std::atomic<int> strangers{0};
            team.run(tasks, [&](std::int64_t task, int thread) {
                ++runs[static_cast<std::size_t>(task)];
                if (thread < 0 || thread >= threads) ++strangers;
            });
            for (const int count : runs) REQUIRE(count == 1);
            REQUIRE(strangers == 0);
        }
    }
}

TEST_CASE("a run sees what the run before it wrote") {
    // Thousands of short runs in a row: late threads must never take a task of a run that is over.
    ThreadTeam team(4);
    std::vector<std::int64_t> values(64, 0);
    for (std::int64_t round = 1; round <= 3000; ++round) {
        const auto tasks = static_cast<std::int64_t>(1 + round % 64);
        team.run(tasks, [&](std::int64_t task, int) { values[static_cast<std::size_t>(task)] += round; });
    }
    for (std::int64_t task = 0; task < 64; ++task) {
        std::int64_t expected = 0;
        for (std::int64_t round = 1; round <= 3000; ++round)
            if (task < 1 + round % 64) expected += round;
        REQUIRE(values[static_cast<std::size_t>(task)] == expected);
    }
}

TEST_CASE("threads that went to sleep wake up again") {
    ThreadTeam team(2);
    std::atomic<int> count{0};
    for (int i = 0; i < 3; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        team.run(10, [&](std::int64_t, int) { ++count; });
    }
    REQUIRE(count == 30);
}

TEST_CASE("teams come and go without being used") {
    for (int i = 0; i < 50; ++i) ThreadTeam team(1 + i % 4);
    REQUIRE(!std::string(ThreadTeam::backend()).empty());
}

TEST_CASE("what a task throws reaches the caller, and the team goes on") {
    for (const int threads : {1, 2, 4}) {
        ThreadTeam team(threads);
        for (const std::int64_t thrower : {0, 1, 57, 99}) {
            std::vector<int> runs(100);
            const auto body = [&](std::int64_t task, int) {
                ++runs[static_cast<std::size_t>(task)];
                if (task == thrower) throw std::runtime_error("task " + std::to_string(task));
            };
            REQUIRE_THROWS_WITH(team.run(100, body), "task " + std::to_string(thrower));
            for (const int count : runs) REQUIRE(count == 1);
            std::atomic<int> count{0};
            team.run(100, [&](std::int64_t, int) { ++count; });
            REQUIRE(count == 100);
        }
        REQUIRE_THROWS_AS(team.run(1, [](std::int64_t, int) { throw std::bad_alloc(); }), std::bad_alloc);
    }
}

TEST_CASE("of many exceptions one is carried over, from other threads as well") {
    ThreadTeam team(2);
    // Both threads hold a task, so at least one exception is thrown off the calling thread.
    std::atomic<int> arrived{0};
    REQUIRE_THROWS_AS(team.run(2,
                               [&](std::int64_t, int) {
                                   for (++arrived; arrived < 2;) std::this_thread::yield();
                                   throw std::bad_alloc();
                               }),
                      std::bad_alloc);
    for (int round = 0; round < 200; ++round)
        REQUIRE_THROWS_AS(team.run(16, [](std::int64_t, int) { throw std::out_of_range("every task"); }),
                          std::out_of_range);
}

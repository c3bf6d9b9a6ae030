// Our own pool of threads.
//
// A run ends when its tasks are done, not when every thread has reported: a thread that the system keeps off its
// processor holds nobody up as long as it has not taken a task. That matters wherever other programs run too. Training
// meets several times a millisecond, and waiting for a descheduled thread costs milliseconds each time
// (docs/performance.md has the figures beside OpenMP's).
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "platform/spin.h"
#include "runtime/thread_team.h"

namespace twofold {
namespace {

// Looks at a variable before sleeping: some tens of microseconds, longer than the gap between two runs in training.
constexpr int kSpins = 2000;
constexpr int kCountBits = 20;
constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;

// Returns when the variable no longer holds `old`.
void wait_for_change(std::atomic<std::uint32_t>& variable, std::uint32_t old) {
    for (int i = 0; i < kSpins; ++i) {
        if (variable.load(std::memory_order_acquire) != old) return;
        platform::pause_briefly();
    }
    variable.wait(old, std::memory_order_acquire);
}

}  // namespace

struct ThreadTeam::Pool {
    // What is left to take: the run's number, the number of its tasks and the next task, in one word, so that a thread
    // that wakes up late can never take a task of another run than it thinks.
    std::atomic<std::uint64_t> claims{0};
    std::atomic<std::uint32_t> done{0};
    std::atomic<std::uint32_t> epoch{0};  // changes when there is something new to look at
    std::atomic<bool> quit{false};
    Function function = nullptr;  // of the run whose tasks can be taken
    void* context = nullptr;
    std::int64_t first = 0;
    std::vector<std::thread> workers;

    void take_tasks(int thread) {
        std::uint64_t seen = claims.load(std::memory_order_acquire);
        for (;;) {
            const std::uint64_t next = seen & kCountMask, count = seen >> kCountBits & kCountMask;
            if (next >= count) return;
            if (!claims.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire))
                continue;
            function(context, first + static_cast<std::int64_t>(next), thread);
            done.fetch_add(1, std::memory_order_acq_rel);
            done.notify_one();
            seen = claims.load(std::memory_order_acquire);
        }
    }

    void work(int thread) {
        for (;;) {
            const std::uint32_t now = epoch.load(std::memory_order_acquire);
            if (quit.load(std::memory_order_acquire)) return;
            take_tasks(thread);
            wait_for_change(epoch, now);
        }
    }

    void run(Function f, void* c, std::int64_t begin, std::uint32_t count) {
        function = f;
        context = c;
        first = begin;
        done.store(0, std::memory_order_relaxed);
        const std::uint64_t number = (claims.load(std::memory_order_relaxed) >> (2 * kCountBits)) + 1;
        claims.store(number << (2 * kCountBits) | std::uint64_t{count} << kCountBits, std::memory_order_release);
        wake();
        take_tasks(0);
        for (std::uint32_t finished; (finished = done.load(std::memory_order_acquire)) != count;)
            wait_for_change(done, finished);
    }

    void wake() {
        epoch.fetch_add(1, std::memory_order_release);
        epoch.notify_all();
    }

    void stop() {
        quit.store(true, std::memory_order_release);
        wake();
        for (std::thread& worker : workers) worker.join();
    }
};

ThreadTeam::ThreadTeam(int threads) : size_(threads), pool_(std::make_unique<Pool>()) {
    try {
        for (int thread = 1; thread < threads; ++thread)
            pool_->workers.emplace_back([pool = pool_.get(), thread] { pool->work(thread); });
    } catch (...) {
        pool_->stop();
        throw;
    }
}

ThreadTeam::~ThreadTeam() { pool_->stop(); }

void ThreadTeam::run_erased(std::int64_t tasks, Function function, void* context) {
    if (size_ == 1 || tasks == 1) {
        for (std::int64_t task = 0; task < tasks; ++task) function(context, task, 0);
        return;
    }
    constexpr auto kMost = static_cast<std::int64_t>(kCountMask);
    for (std::int64_t begin = 0; begin < tasks; begin += kMost)
        pool_->run(function, context, begin, static_cast<std::uint32_t>(std::min(kMost, tasks - begin)));
}

const char* ThreadTeam::backend() { return "std::thread"; }

}  // namespace twofold

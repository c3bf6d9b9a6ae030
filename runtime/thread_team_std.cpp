#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/thread_team.h"

namespace twofold {

// Workers sleep between runs. Each run has a number; a worker that sees a new number takes tasks until none is left.
struct ThreadTeam::Pool {
    std::mutex mutex;
    std::condition_variable start;
    std::condition_variable finished;
    std::uint64_t run_number = 0;
    int busy = 0;
    bool quit = false;
    Function function = nullptr;
    void* context = nullptr;
    std::int64_t tasks = 0;
    std::atomic<std::int64_t> next{0};
    std::vector<std::thread> workers;

    void take_tasks(int thread) {
        for (std::int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;)
            function(context, task, thread);
    }

    void work(int thread) {
        std::uint64_t seen = 0;
        std::unique_lock lock(mutex);
        for (;;) {
            start.wait(lock, [&] { return quit || run_number != seen; });
            if (quit) return;
            seen = run_number;
            lock.unlock();
            take_tasks(thread);
            lock.lock();
            if (--busy == 0) finished.notify_one();
        }
    }

    void stop() {
        {
            const std::lock_guard lock(mutex);
            quit = true;
        }
        start.notify_all();
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
    {
        const std::lock_guard lock(pool_->mutex);
        pool_->function = function;
        pool_->context = context;
        pool_->tasks = tasks;
        pool_->next.store(0, std::memory_order_relaxed);
        pool_->busy = size_ - 1;
        ++pool_->run_number;
    }
    pool_->start.notify_all();
    pool_->take_tasks(0);
    std::unique_lock lock(pool_->mutex);
    pool_->finished.wait(lock, [this] { return pool_->busy == 0; });
}

const char* ThreadTeam::backend() { return "std::thread"; }

}  // namespace twofold

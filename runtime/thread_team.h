// A fixed team of threads that runs independent tasks: our own pool, or OpenMP in builds that ask for it.
//
// Which thread runs which task is not fixed; tasks must not depend on it. That is how results stay the same for any
// number of threads: everything that is summed is summed in the order of tasks, afterwards.
#ifndef TWOFOLD_RUNTIME_THREAD_TEAM_H
#define TWOFOLD_RUNTIME_THREAD_TEAM_H

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace twofold {

class ThreadTeam {
  public:
    // Starts the threads, so that run() allocates nothing.
    explicit ThreadTeam(int threads);
    ~ThreadTeam();
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;

    int size() const { return size_; }

    // Calls body(task, thread) for every task in [0, tasks), thread in [0, size()); returns when all are done. Tasks
    // are begun in their order, so that one may wait for an earlier one, which must not throw then. If a task throws,
    // the others still run; then the exception that was thrown first is thrown again here. The team can be used
    // further. Nothing is allocated unless a task throws.
    template <typename Body>
    void run(std::int64_t tasks, Body&& body) {
        Call<std::remove_reference_t<Body>> call{body, {}};
        run_erased(
            tasks,
            [](void* context, std::int64_t task, int thread) {
                auto& c = *static_cast<decltype(call)*>(context);
                try {
                    c.body(task, thread);
                } catch (...) {
                    c.failure.keep();
                }
            },
            &call);
        call.failure.rethrow();
    }

    // "OpenMP" or "std::thread".
    static const char* backend();

  private:
    // The first exception of a run, on its way from the thread of the task to the thread that called run().
    class Failure {
      public:
        // Inside a handler, on any thread.
        void keep() {
            if (!taken_.exchange(true, std::memory_order_relaxed)) exception_ = std::current_exception();
        }
        // When all tasks have ended.
        void rethrow() const {
            if (exception_) std::rethrow_exception(exception_);
        }

      private:
        std::atomic<bool> taken_{false};
        std::exception_ptr exception_;
    };
    template <typename Body>
    struct Call {
        Body& body;
        Failure failure;
    };

    using Function = void (*)(void* context, std::int64_t task, int thread);
    void run_erased(std::int64_t tasks, Function function, void* context);

    int size_;
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace twofold

#endif

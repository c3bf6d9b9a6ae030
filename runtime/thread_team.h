// A fixed team of threads that runs independent tasks: our own pool, or OpenMP in builds that ask for it.
//
// Which thread runs which task is not fixed; tasks must not depend on it. That is how results stay the same for any
// number of threads: everything that is summed is summed in the order of tasks, afterwards.
#ifndef TWOFOLD_RUNTIME_THREAD_TEAM_H
#define TWOFOLD_RUNTIME_THREAD_TEAM_H

#include <cstdint>
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

    // Calls body(task, thread) for every task in [0, tasks), thread in [0, size()); returns when all are done.
    // The body must not throw.
    template <typename Body>
    void run(std::int64_t tasks, Body&& body) {
        run_erased(
            tasks,
            [](void* context, std::int64_t task, int thread) {
                (*static_cast<std::remove_reference_t<Body>*>(context))(task, thread);
            },
            const_cast<void*>(static_cast<const void*>(std::addressof(body))));
    }

    // "OpenMP" or "std::thread".
    static const char* backend();

  private:
    using Function = void (*)(void* context, std::int64_t task, int thread);
    void run_erased(std::int64_t tasks, Function function, void* context);

    int size_;
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace twofold

#endif

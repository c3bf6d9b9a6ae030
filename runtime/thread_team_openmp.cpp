#include <omp.h>

#include "runtime/thread_team.h"

namespace twofold {

struct ThreadTeam::Pool {};

ThreadTeam::ThreadTeam(int threads) : size_(threads) {
    // The first parallel region of this size makes OpenMP create its threads; that must not happen in a run.
    run(size_, [](std::int64_t, int) {});
}

ThreadTeam::~ThreadTeam() = default;

void ThreadTeam::run_erased(std::int64_t tasks, Function function, void* context) {
    if (size_ == 1 || tasks == 1) {
        for (std::int64_t task = 0; task < tasks; ++task) function(context, task, 0);
        return;
    }
#pragma omp parallel for schedule(monotonic : dynamic, 1) num_threads(size_)
    for (std::int64_t task = 0; task < tasks; ++task) function(context, task, omp_get_thread_num());
}

const char* ThreadTeam::backend() { return "OpenMP"; }

}  // namespace twofold

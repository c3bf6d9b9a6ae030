// Watches and refuses the memory that the process takes.
#ifndef TWOFOLD_TESTS_BINDINGS_ALLOCATION_WATCH_H
#define TWOFOLD_TESTS_BINDINGS_ALLOCATION_WATCH_H

#include <cstdint>

namespace test {

// False where malloc cannot be replaced (sanitizers, other C libraries): then only operator new is watched.
bool malloc_is_watched();

// Counts every allocation of the process from here on, whoever asks for it.
void start_counting();
std::int64_t stop_counting();

// From here on the n-th allocation (from 0) that the library asks for fails; those of the C library's and OpenMP's own
// do not, since these end the process when memory is refused. n < 0 makes none fail.
void start_failing(std::int64_t n);
struct Outcome {
    bool failed = false;       // an allocation was refused
    std::int64_t balance = 0;  // allocations of the library that were not released
};
Outcome stop_failing();

}  // namespace test

#endif

#include "apps/common/interrupt.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "apps/common/failure.h"
#include "platform/atomic_file.h"

namespace twofold::apps {
namespace {

constexpr long kPatienceNanoseconds = 700'000'000;

std::atomic<bool> signal_arrived{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the flag is set inside a signal handler");
timer_t patience_timer;
bool has_timer = false;

[[noreturn]] void leave_now() {
    platform::remove_temporary_files();
    _exit(static_cast<int>(ExitCode::kInterrupted));
}

void on_patience_over(int) { leave_now(); }

void on_signal(int) {
    if (signal_arrived.exchange(true) || !has_timer) leave_now();
    itimerspec patience{};
    patience.it_value.tv_nsec = kPatienceNanoseconds;
    timer_settime(patience_timer, 0, &patience, nullptr);
}

void handle(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGALRM;
    has_timer = timer_create(CLOCK_MONOTONIC, &event, &patience_timer) == 0;
    handle(SIGALRM, on_patience_over);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        // What a caller like nohup has set to be ignored stays ignored.
        struct sigaction current {};
        if (sigaction(number, nullptr, &current) == 0 && current.sa_handler == SIG_IGN) continue;
        handle(number, on_signal);
    }
    handle(SIGPIPE, SIG_IGN);
}

bool interrupted() { return signal_arrived.load(std::memory_order_relaxed); }

void stop_if_interrupted() {
    if (interrupted()) throw Failure(ExitCode::kInterrupted, "interrupted");
}

}  // namespace twofold::apps

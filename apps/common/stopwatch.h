// Seconds since it was made.
#ifndef TWOFOLD_APPS_COMMON_STOPWATCH_H
#define TWOFOLD_APPS_COMMON_STOPWATCH_H

#include <chrono>

namespace twofold::apps {

class Stopwatch {
  public:
    double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

}  // namespace twofold::apps

#endif

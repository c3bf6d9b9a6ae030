// A schedule of steps that shortens to fit a deadline.
#ifndef TWOFOLD_PIPELINES_COMMON_DEADLINE_SCHEDULE_H
#define TWOFOLD_PIPELINES_COMMON_DEADLINE_SCHEDULE_H

#include <algorithm>
#include <cstdint>

namespace twofold {

// Fewer steps, but the whole schedule: whoever derives a learning rate from the share of steps() that is done still
// reaches its end.
class DeadlineSchedule {
  public:
    explicit DeadlineSchedule(std::int64_t wanted) : wanted_(wanted), steps_(wanted) {}

    // Steps to do in all, by what is known now.
    std::int64_t steps() const { return steps_; }
    bool shortened() const { return shortened_; }

    // `done` steps (> 0) have taken `elapsed` seconds, and `left` seconds (negative when it is late) remain for more.
    // The first steps also warm up caches and say too little about the others to drop any. Steps come back when the
    // machine turns out to be faster than it seemed.
    void update(std::int64_t done, double elapsed, double left) {
        const double possible = double(done) + left * double(done) / elapsed;
        shortened_ = done >= kSettled && possible < double(wanted_);
        steps_ = shortened_ ? std::max(done, static_cast<std::int64_t>(possible)) : wanted_;
    }

  private:
    static constexpr std::int64_t kSettled = 3;
    std::int64_t wanted_, steps_;
    bool shortened_ = false;
};

}  // namespace twofold

#endif

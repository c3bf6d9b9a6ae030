// Which steps of a fit are looked at, and of which of these the output is kept.
#ifndef TWOFOLD_APPS_REPORT_SNAPSHOT_SCHEDULE_H
#define TWOFOLD_APPS_REPORT_SNAPSHOT_SCHEDULE_H

#include <cstdint>
#include <vector>

namespace twofold::apps {

// Early steps change most: 1, 2, 5, 10, 20, 50 ..., from about a thousandth of `total` up to below it. About ten steps.
std::vector<std::int64_t> geometric_steps(std::int64_t total);

class SnapshotSchedule {
  public:
    SnapshotSchedule() = default;  // nothing is looked at
    // `total`: the steps of the fit, counted from 0. A point is made at every multiple of `every` (0: so that there are
    // about 200 points) and at the last step; snapshots at `snapshots` (empty: geometric_steps), which are points, too.
    SnapshotSchedule(std::int64_t total, std::int64_t every, std::vector<std::int64_t> snapshots);

    bool is_point(std::int64_t step) const;
    bool is_snapshot(std::int64_t step) const;

  private:
    std::int64_t total_ = 0;
    std::int64_t every_ = 0;
    std::vector<std::int64_t> snapshots_;  // sorted
};

}  // namespace twofold::apps

#endif

#include "apps/report/snapshot_schedule.h"

#include <algorithm>

namespace twofold::apps {

std::vector<std::int64_t> geometric_steps(std::int64_t total) {
    constexpr std::int64_t kMantissas[] = {1, 2, 5};
    std::vector<std::int64_t> steps;
    for (std::int64_t power = 1; power < total; power *= 10) {
        for (const std::int64_t mantissa : kMantissas) {
            const std::int64_t step = mantissa * power;
            if (step < total && step >= total / 1000) steps.push_back(step);
        }
    }
    return steps;
}

SnapshotSchedule::SnapshotSchedule(std::int64_t total, std::int64_t every, std::vector<std::int64_t> snapshots)
    : total_(total), every_(every), snapshots_(snapshots.empty() ? geometric_steps(total) : std::move(snapshots)) {
    constexpr std::int64_t kPoints = 200;
    if (every_ <= 0) every_ = std::max<std::int64_t>(1, (total + kPoints / 2) / kPoints);
    std::sort(snapshots_.begin(), snapshots_.end());
}

bool SnapshotSchedule::is_snapshot(std::int64_t step) const {
    return std::binary_search(snapshots_.begin(), snapshots_.end(), step);
}

bool SnapshotSchedule::is_point(std::int64_t step) const {
    return step < total_ && (step % every_ == 0 || step == total_ - 1 || is_snapshot(step));
}

}  // namespace twofold::apps

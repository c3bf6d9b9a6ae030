// Progress, cancellation and deadline of one run, the same for every pipeline.
#ifndef TWOFOLD_PIPELINES_COMMON_RUN_CONTROL_H
#define TWOFOLD_PIPELINES_COMMON_RUN_CONTROL_H

#include <chrono>
#include <cstdint>

namespace twofold {

enum class Phase { kTrain, kApply };
enum class ProgressAction { kContinue, kFinish, kCancel };
enum class StopReason { kSteps, kDeadline, kCallback, kWeights, kConverged, kVariance, kNoise };

struct Progress {
    Phase phase = Phase::kTrain;
    std::int64_t done = 0;
    std::int64_t total = 0;
    double loss = 0;
    double seconds_elapsed = 0;
    double seconds_left = 0;
};

// What is reported as done and to do beside a part of the final pass, in the same units.
struct OtherTiles {
    std::int64_t before = 0, after = 0;
};

using ProgressCallback = ProgressAction (*)(const Progress& progress, void* user);

// Decides when it is time to call back and when time is up. Nothing here allocates.
class RunControl {
  public:
    using Clock = std::chrono::steady_clock;

    RunControl(ProgressCallback callback, void* user, double deadline_seconds)
        : callback_(callback), user_(user), deadline_(deadline_seconds), start_(Clock::now()) {}

    double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

    // Seconds that are left for training when `reserve` seconds must remain for what follows; infinity without
    // deadline.
    double left(double reserve) const { return deadline_ > 0 ? deadline_ - reserve - elapsed() : 1e300; }

    // Calls back if the last call is at least a twentieth of a second ago, or `force`.
    ProgressAction report(Progress progress, bool force) {
        const double now = elapsed();
        if (!callback_ || (!force && now - last_ < 0.05)) return ProgressAction::kContinue;
        last_ = now;
        progress.seconds_elapsed = now;
        return callback_(progress, user_);
    }

  private:
    ProgressCallback callback_;
    void* user_;
    double deadline_;
    Clock::time_point start_;
    double last_ = 0;
};

}  // namespace twofold

#endif

// Follows a fit: a curve, and pictures of its output.
#ifndef TWOFOLD_APPS_REPORT_TRACE_H
#define TWOFOLD_APPS_REPORT_TRACE_H

#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

#include "apps/report/curve.h"
#include "apps/report/measure.h"
#include "apps/report/picture.h"
#include "apps/report/snapshot_schedule.h"

namespace twofold::apps {

struct TraceOptions {
    bool files = false;       // encode snapshots of full size, for a folder
    bool pictures = false;    // keep snapshots of up to kSnapshotPixels, for a page
    image_io::Metadata look;  // ICC profile and orientation of what the snapshots show
};

struct Snapshot {
    std::int64_t step = 0;
    Picture picture;                // with `pictures`
    std::vector<std::uint8_t> png;  // with `files`
};

// Everything is held until the fit has ended well, so that one that fails or is interrupted leaves no files: a picture
// takes some bytes a pixel, the fit itself about a thousand.
class TraceRecorder {
  public:
    static constexpr std::int64_t kSnapshotPixels = 1'000'000;

    // `noisy` and `truth` (null: unknown) must live as long as the recorder.
    TraceRecorder(TraceOptions options, const Reference& noisy, const Reference* truth);

    // Without a call nothing is recorded. Between commit, which knows how many steps there will be, and run.
    void plan(const SnapshotSchedule& schedule) { schedule_ = schedule; }

    // What twofold_job_set_trace takes (images without gaps), to be called at every step; `user` is the recorder. Never
    // throws, as a C library calls it: what goes wrong is kept for finish(), later points are ignored.
    static void on_point(const twofold_trace_point* point, void* user) noexcept;

    // After the last point, whose output becomes a snapshot even if the schedule did not foresee an end there. Throws
    // what has been kept.
    void finish();

    const Curve& curve() const { return curve_; }
    const std::vector<Snapshot>& snapshots() const { return snapshots_; }

  private:
    void add(const twofold_trace_point& point);
    void take_snapshot(std::int64_t step, const twofold_image& output);

    TraceOptions options_;
    const Reference& noisy_;
    const Reference* truth_;
    SnapshotSchedule schedule_;
    Curve curve_;
    std::vector<Snapshot> snapshots_;
    // The newest output while it is not yet a snapshot: copying is faster than making a picture of every one.
    std::optional<std::int64_t> last_step_;
    std::vector<float> last_output_;
    twofold_image last_view_{};
    std::exception_ptr failure_;
};

}  // namespace twofold::apps

#endif

// A folder with the curve and the snapshots of a fit.
#ifndef TWOFOLD_APPS_REPORT_TRACE_FILES_H
#define TWOFOLD_APPS_REPORT_TRACE_FILES_H

#include <cstdint>
#include <string>

#include "apps/report/trace.h"

namespace twofold::apps {

inline constexpr char kCurveName[] = "curve.csv";
// "step_000100.png"
std::string snapshot_name(std::int64_t step);

// Throws a Failure when `folder` holds the curve or a snapshot of an earlier run and `overwrite` is not set, is no
// folder, or cannot be made: better now than after the work.
void check_trace_folder(const std::string& folder, bool overwrite);

// Makes the folder when it is missing and writes curve and snapshots there. They appear when all of them have been
// written; other files in the folder stay. Throws a Failure.
void write_trace(const std::string& folder, const TraceRecorder& trace, bool overwrite);

}  // namespace twofold::apps

#endif

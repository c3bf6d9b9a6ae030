// One line on the terminal that is redrawn in place.
#ifndef TWOFOLD_APPS_COMMON_PROGRESS_BAR_H
#define TWOFOLD_APPS_COMMON_PROGRESS_BAR_H

#include <chrono>
#include <string>

namespace twofold::apps {

class ProgressBar {
  public:
    // Shown only when `wanted` and standard error is a terminal that can move its cursor; otherwise all calls do
    // nothing.
    explicit ProgressBar(bool wanted);
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // What is worked on, e.g. "[2/5] photo.jpg".
    void set_title(const std::string& title);
    // `fraction` 0..1 of the phase; `seconds_left` < 0 means unknown. Redraws at most ten times a second, and at once
    // when the phase changes. Throws nothing, so that it can be called across the C interface.
    void update(const char* phase, double fraction, double seconds_left) noexcept;
    // Leaves an empty line, ready for other output.
    void clear() noexcept;

  private:
    bool shown_;
    bool drawn_ = false;
    std::string title_;
    const char* phase_ = "";
    std::chrono::steady_clock::time_point last_draw_{};
};

// The line for a terminal of `columns` columns: never longer than columns - 1, for a full line would wrap.
std::string progress_line(const std::string& title, const char* phase, double fraction, double seconds_left,
                          int columns);

}  // namespace twofold::apps

#endif

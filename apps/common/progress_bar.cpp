#include "apps/common/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "apps/common/units.h"

namespace twofold::apps {
namespace {

constexpr auto kRedrawInterval = std::chrono::milliseconds(100);

int terminal_columns() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

bool terminal_can_redraw() {
    const char* kind = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

// The first bytes of UTF-8 text without half a character at the end. A byte never takes more than one column, so
// counting bytes errs on the safe side.
std::string shortened(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

}  // namespace

std::string progress_line(const std::string& title, const char* phase, double fraction, double seconds_left,
                          int columns) {
    const std::size_t room = static_cast<std::size_t>(std::max(columns - 1, 0));
    const double share = fraction >= 0 ? std::min(fraction, 1.0) : 0.0;
    std::string facts = fmt::format("{:3}%", static_cast<int>(share * 100));
    if (seconds_left >= 0) facts += fmt::format(" {} left", format_clock(seconds_left));
    facts = shortened(facts, room);

    std::string line = facts;
    const std::string with_phase = fmt::format("{} {}", phase, facts);
    if (with_phase.size() <= room) line = with_phase;
    constexpr std::size_t kBar = 20;
    const std::string with_bar =
        fmt::format("{} [{:-<{}}] {}", phase, std::string(static_cast<std::size_t>(share * kBar), '#'), kBar, facts);
    if (with_bar.size() <= room) line = with_bar;
    constexpr std::size_t kShortestTitle = 8;
    if (!title.empty() && line.size() + 1 + std::min(kShortestTitle, title.size()) <= room) {
        line = shortened(title, room - line.size() - 1) + " " + line;
    }
    return line;
}

ProgressBar::ProgressBar(bool wanted) : shown_(wanted && terminal_can_redraw()) {}

void ProgressBar::set_title(const std::string& title) {
    title_ = title;
    for (char& letter : title_) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = '?';
    }
}

void ProgressBar::update(const char* phase, double fraction, double seconds_left) noexcept {
    if (!shown_) return;
    const auto now = std::chrono::steady_clock::now();
    const bool new_phase = std::strcmp(phase, phase_) != 0;
    if (drawn_ && !new_phase && now - last_draw_ < kRedrawInterval) return;
    try {
        const std::string line = "\r\033[K" + progress_line(title_, phase, fraction, seconds_left, terminal_columns());
        std::fputs(line.c_str(), stderr);
        std::fflush(stderr);
    } catch (const std::exception&) {
        return;  // without memory for a line of text the picture matters more than the bar
    }
    phase_ = phase;
    last_draw_ = now;
    drawn_ = true;
}

void ProgressBar::clear() noexcept {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace twofold::apps

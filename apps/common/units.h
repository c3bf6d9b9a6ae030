// Sizes and durations as people write them.
#ifndef TWOFOLD_APPS_COMMON_UNITS_H
#define TWOFOLD_APPS_COMMON_UNITS_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twofold::apps {

// "1048576", "512M", "1.5G", "64KiB": K, M, G, T and KiB ... are powers of 1024, KB ... powers of 1000, any case.
// Nothing for anything else, for zero and for what does not fit.
std::optional<std::uint64_t> parse_size(std::string_view text);

// Seconds from "2", "2s", "500ms", "1.5s", "2m", "1h". Nothing for anything else and for zero.
std::optional<double> parse_duration(std::string_view text);

// "0:07", "12:30", "1:02:03"; rounded to whole seconds.
std::string format_clock(double seconds);

}  // namespace twofold::apps

#endif

#include "apps/common/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace twofold::apps {
namespace {

// Splits "1.5GiB" into 1.5 and "gib". Plain decimal numbers only: no sign, exponent, infinity.
bool split_number(std::string_view text, double* number, std::string* unit) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    if (digits == 0) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, *number, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + digits) return false;
    unit->assign(text.substr(digits));
    for (char& letter : *unit) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return true;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    double number = 0;
    std::string unit;
    if (!split_number(text, &number, &unit)) return std::nullopt;
    double factor = 1;
    if (!unit.empty() && unit != "b") {
        const std::size_t power = std::string_view("kmgt").find(unit[0]);
        if (power == std::string_view::npos) return std::nullopt;
        const std::string_view rest = std::string_view(unit).substr(1);
        if (!rest.empty() && rest != "ib" && rest != "b") return std::nullopt;
        factor = std::pow(rest == "b" ? 1000.0 : 1024.0, static_cast<double>(power + 1));
    }
    const double bytes = number * factor;
    // 2^63 is far beyond any machine and keeps every sum of two sizes inside 64 bits.
    if (!(bytes >= 1) || bytes > 9223372036854775808.0) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::optional<double> parse_duration(std::string_view text) {
    double number = 0;
    std::string unit;
    if (!split_number(text, &number, &unit)) return std::nullopt;
    double factor = 1;
    if (unit == "ms") {
        factor = 1e-3;
    } else if (unit == "m" || unit == "min") {
        factor = 60;
    } else if (unit == "h") {
        factor = 3600;
    } else if (!unit.empty() && unit != "s") {
        return std::nullopt;
    }
    const double seconds = number * factor;
    if (!(seconds > 0) || !std::isfinite(seconds)) return std::nullopt;
    return seconds;
}

std::string format_clock(double seconds) {
    if (!(seconds >= 0) || seconds > 359999) return "--:--";
    const long total = std::lround(seconds);
    if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
    return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

}  // namespace twofold::apps

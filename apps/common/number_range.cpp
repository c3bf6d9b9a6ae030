#include "apps/common/number_range.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace twofold::apps {

CLI::Validator number_between(double low, double high) {
    const std::string range = fmt::format("{:g} to {:g}", low, high);
    const auto check = [low, high, range](const std::string& text) -> std::string {
        double value = 0;
        const bool good = CLI::detail::lexical_cast(text, value) && value >= low && value <= high;
        return good ? "" : "'" + text + "' is not a number from " + range;
    };
    return {check, "FLOAT in [" + fmt::format("{:g} - {:g}", low, high) + "]"};
}

CLI::Validator whole_number() {
    const auto check = [](const std::string& text) -> std::string {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool good = error == std::errc() && end == text.data() + text.size();
        return good ? "" : "'" + text + "' is not a whole number from 0 to 18446744073709551615";
    };
    return {check, "NONNEGATIVE"};
}

}  // namespace twofold::apps

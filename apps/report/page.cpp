#include "apps/report/page.h"

#include <cstddef>

namespace twofold::apps {

std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& parts) {
    std::string filled;
    for (;;) {
        const std::size_t start = text.find("{{");
        const std::size_t end = text.find("}}", start);
        if (start == std::string_view::npos || end == std::string_view::npos) break;
        filled += text.substr(0, start);
        filled += parts.at(std::string(text.substr(start + 2, end - start - 2)));
        text.remove_prefix(end + 2);
    }
    filled += text;
    return filled;
}

}  // namespace twofold::apps

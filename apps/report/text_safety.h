// Text and bytes inside a page. File names are chosen by others: nothing of them may become markup.
#ifndef TWOFOLD_APPS_REPORT_TEXT_SAFETY_H
#define TWOFOLD_APPS_REPORT_TEXT_SAFETY_H

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace twofold::apps {

// For the content of elements and for attributes in quotes. Bytes that are not UTF-8 and control characters, those
// that turn the direction of text included, become U+FFFD.
std::string escape_html(std::string_view text);

// For the content of a <script type="application/json">: nothing in it can end the element.
std::string json_in_html(const nlohmann::ordered_json& value);

std::string base64(const std::vector<std::uint8_t>& bytes);

}  // namespace twofold::apps

#endif

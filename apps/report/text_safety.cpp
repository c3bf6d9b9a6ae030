#include "apps/report/text_safety.h"

#include <cstddef>

namespace twofold::apps {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes of the well-formed UTF-8 character at the beginning of `text` (Unicode, table 3-7), 0 if there is none.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            if ((byte(i) & 0xC0U) != 0x80U) return false;
        }
        return true;
    };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1, 2) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return !overlong && !surrogate && continues(1, 3) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool too_large = first == 0xF4 && second > 0x8F;
        return !overlong && !too_large && continues(1, 4) ? 4 : 0;
    }
    return 0;
}

// C0, DEL, C1, and the characters that reorder what stands beside them.
bool is_control(std::string_view character) {
    if (character.size() == 1) {
        const auto byte = static_cast<unsigned char>(character[0]);
        return byte < 0x20 || byte == 0x7F;
    }
    if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    if (character.size() != 3 || character[0] != '\xE2') return false;
    const auto last = static_cast<unsigned char>(character[2]);
    if (character[1] == '\x80') return last == 0x8E || last == 0x8F || (last >= 0xAA && last <= 0xAE);
    return character[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        const std::string_view character = text.substr(0, size == 0 ? 1 : size);
        text.remove_prefix(character.size());
        if (size == 0 || is_control(character)) {
            safe += kReplacement;
        } else if (character == "&") {
            safe += "&amp;";
        } else if (character == "<") {
            safe += "&lt;";
        } else if (character == ">") {
            safe += "&gt;";
        } else if (character == "\"") {
            safe += "&quot;";
        } else if (character == "'") {
            safe += "&#39;";
        } else {
            safe += character;
        }
    }
    return safe;
}

std::string json_in_html(const nlohmann::ordered_json& value) {
    // Everything outside ASCII is written as \u....
    const std::string plain = value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    std::string safe;
    for (const char character : plain) {
        // These occur only inside strings.
        if (character == '<') {
            safe += "\\u003c";
        } else if (character == '>') {
            safe += "\\u003e";
        } else if (character == '&') {
            safe += "\\u0026";
        } else {
            safe += character;
        }
    }
    return safe;
}

std::string base64(const std::vector<std::uint8_t>& bytes) {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        unsigned group = static_cast<unsigned>(bytes[i]) << 16U;
        if (left > 1) group |= static_cast<unsigned>(bytes[i + 1]) << 8U;
        if (left > 2) group |= bytes[i + 2];
        text += kDigits[group >> 18U];
        text += kDigits[(group >> 12U) & 63U];
        text += left > 1 ? kDigits[(group >> 6U) & 63U] : '=';
        text += left > 2 ? kDigits[group & 63U] : '=';
    }
    return text;
}

}  // namespace twofold::apps

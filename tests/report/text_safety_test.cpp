#include "apps/report/text_safety.h"

#include "apps/report/page.h"
#include "tests/report/fake_report.h"
#include "tests/support/catch.h"

using namespace twofold::apps;

namespace {

const std::string kReplacement = "\xEF\xBF\xBD";

std::string encoded(const std::string& text) { return base64({text.begin(), text.end()}); }

}  // namespace

TEST_CASE("text cannot become markup") {
    CHECK(escape_html("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
    CHECK(escape_html("") == "");
    CHECK(escape_html("M\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x93\xB7") ==
          "M\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x93\xB7");
    const std::string hostile = escape_html(twofold::tests::kHostileName);
    CHECK(hostile.find_first_of("<>\"'") == std::string::npos);
}

TEST_CASE("what is not UTF-8 is replaced, byte by byte") {
    CHECK(escape_html("\xFF") == kReplacement);
    CHECK(escape_html("a\x80z") == "a" + kReplacement + "z");
    CHECK(escape_html("\xC3") == kReplacement);
    // Overlong forms of '<', half of a surrogate pair, and beyond the last character.
    CHECK(escape_html("\xC0\xBC") == kReplacement + kReplacement);
    CHECK(escape_html("\xE0\x80\xBC") == kReplacement + kReplacement + kReplacement);
    CHECK(escape_html("\xF0\x80\x80\xBC").find('<') == std::string::npos);
    CHECK(escape_html("\xED\xA0\x80") == kReplacement + kReplacement + kReplacement);
    CHECK(escape_html("\xF4\x90\x80\x80").size() == 4 * kReplacement.size());
    CHECK(escape_html("\xE2\x82") == kReplacement + kReplacement);
}

TEST_CASE("control characters are replaced, those that turn text around too") {
    CHECK(escape_html("a\nb\x1B[1m\x7F") == "a" + kReplacement + "b" + kReplacement + "[1m" + kReplacement);
    CHECK(escape_html(std::string("a\0b", 3)) == "a" + kReplacement + "b");
    for (const char* turn : {"\xC2\x85", "\xE2\x80\x8E", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"}) {
        CHECK(escape_html(turn) == kReplacement);
    }
    // Their neighbours are letters and signs like others.
    for (const char* sign : {"\xC2\xA0", "\xE2\x80\x90", "\xE2\x80\xAF", "\xE2\x81\xAA"})
        CHECK(escape_html(sign) == sign);
}

TEST_CASE("JSON inside a page cannot end its element") {
    const nlohmann::ordered_json value = {{"name", twofold::tests::kHostileName}, {"numbers", {1, 2.5, nullptr}}};
    const std::string text = json_in_html(value);
    CHECK(text.find_first_of("<>&") == std::string::npos);
    for (const char character : text) CHECK((character >= ' ' && character < '\x7F'));
    const auto back = nlohmann::ordered_json::parse(text);
    CHECK(back.at("numbers") == value.at("numbers"));
    // All but the byte that was no character comes back.
    const std::string name = back.at("name").get<std::string>();
    CHECK(name.substr(0, name.find(kReplacement)) ==
          twofold::tests::kHostileName.substr(0, twofold::tests::kHostileName.find('\xFF')));
}

TEST_CASE("base64 as RFC 4648 has it") {
    CHECK(encoded("").empty());
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("fooba") == "Zm9vYmE=");
    CHECK(encoded("foobar") == "Zm9vYmFy");
    CHECK(encoded("\xFB\xFF\xBF") == "+/+/");
}

TEST_CASE("a template is filled once") {
    CHECK(fill_template("<{{a}}|{{b}}|{{a}}>", {{"a", "{{b}}"}, {"b", "}}{{"}}) == "<{{b}}|}}{{|{{b}}>");
    CHECK(fill_template("plain", {}) == "plain");
    CHECK(fill_template("{ {{a}} }", {{"a", ""}}) == "{  }");
}

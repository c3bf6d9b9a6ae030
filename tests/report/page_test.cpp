#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "apps/report/html_report.h"
#include "tests/report/fake_report.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::apps;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

nlohmann::json curves_of(const std::string& page) {
    const std::string start = "id=\"curves\">";
    const std::size_t begin = page.find(start) + start.size();
    return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

// The picture in the element `id`, back from its address.
image_io::Image decoded(const std::string& page, const std::string& id) {
    const std::size_t element = page.find("<img id=\"" + id + "\"");
    REQUIRE(element != std::string::npos);
    const std::size_t begin = page.find(";base64,", element) + 8;
    const std::string text = page.substr(begin, page.find('"', begin) - begin);
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes;
    unsigned group = 0;
    int bits = 0;
    for (const char digit : text) {
        if (digit == '=') break;
        group = (group << 6U) + static_cast<unsigned>(digits.find(digit));
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(group >> static_cast<unsigned>(bits)));
    }
    return image_io::decode_image(bytes.data(), bytes.size(), id);
}

}  // namespace

TEST_CASE("a page holds its pictures exactly") {
    const Report report = tests::full_report();
    const std::string page = render_report(report);
    CHECK(decoded(page, "input").pixels == report.input.image.pixels);
    CHECK(decoded(page, "truth").pixels == report.truth->image.pixels);
    for (std::size_t i = 0; i < report.entries.size(); ++i) {
        CHECK(decoded(page, "result-" + std::to_string(i)).pixels == report.entries[i].result.image.pixels);
    }
    CHECK(count(page, "data-kind=\"result\"") == 3);
    CHECK(count(page, "data-kind=\"snapshot\"") ==
          report.entries[0].snapshots.size() + report.entries[1].snapshots.size() + report.entries[2].snapshots.size());
    CHECK(page.find("{{") == std::string::npos);
}

TEST_CASE("a page holds its curves and facts") {
    const Report report = tests::full_report();
    const std::string page = render_report(report);
    const auto curves = curves_of(page);
    REQUIRE(curves.size() == 3);
    const Curve& curve = report.entries[1].curve;
    CHECK(curves[1].at("method") == "dip");
    CHECK(curves[1].at("result_step") == 1700);
    REQUIRE(curves[1].at("steps").size() == curve.size());
    CHECK(curves[1].at("steps").back() == curve.back().step);
    CHECK(curves[1].at("psnr_true").back() == *curve.back().psnr_true);
    CHECK(curves[1].at("psnr_average_true").front().is_null());
    for (const char* key : {"loss", "psnr_noisy", "psnr_average_noisy"}) {
        CHECK(curves[1].at(key).size() == curve.size());
    }
    // A fact that only one method has leaves the others' cells empty.
    CHECK(page.find("<th scope=\"row\">stop rule</th><td>–</td><td>variance</td><td>–</td>") != std::string::npos);
    CHECK(page.find("25.3 of 255") != std::string::npos);
}

TEST_CASE("long curves are thinned and keep their end; what is not finite has no place") {
    Report report = tests::bare_report();
    for (std::int64_t step = 0; step <= 5001; ++step) {
        report.entries[0].curve.push_back({step, step == 0 ? HUGE_VAL : 1.0, {}, {}, {}, {}});
    }
    const auto curve = curves_of(render_report(report)).at(0);
    CHECK(curve.at("steps").size() <= 2000);
    CHECK(curve.at("steps").size() > 1000);
    CHECK(curve.at("steps").back() == 5001);
    CHECK(curve.at("loss").front().is_null());
    CHECK(curve.at("loss").back() == 1.0);
}

TEST_CASE("a page can fetch nothing", "[slow]") {
    for (const Report& report : {tests::full_report(), tests::bare_report(), tests::enlargement_report()}) {
        const std::string page = render_report(report);
        CHECK(page.find("Content-Security-Policy") < page.find("<title>"));
        CHECK(page.find("default-src 'none'; img-src data:;") != std::string::npos);
        // Every address on the page is data of its own.
        const std::regex address("(src|href|action)=\"([^\"]{0,12})");
        for (auto found = std::sregex_iterator(page.begin(), page.end(), address); found != std::sregex_iterator();
             ++found) {
            CHECK((*found)[2].str().substr(0, 5) == "data:");
        }
        for (const char* word : {"http:", "https:", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket"}) {
            INFO(word);
            CHECK(page.find(word) == std::string::npos);
        }
    }
}

TEST_CASE("names of files and methods stay text") {
    const std::string page = render_report(tests::bare_report());
    CHECK(page.find("<img src=x") == std::string::npos);
    CHECK(page.find("onerror=alert(1)&gt;") != std::string::npos);
    CHECK(count(page, "</script>") == 2);
    CHECK(page.find("id=\"plots\" aria-labelledby=\"plots-title\" hidden") != std::string::npos);
    CHECK(page.find("snapshots-title") == std::string::npos);
    CHECK(page.find("id=\"truth\"") == std::string::npos);
}

TEST_CASE("a page says that its pictures are reduced", "[slow]") {
    const Report report = tests::large_report();
    const image_io::Image& shown = report.entries[0].result.image;
    CHECK(shown.width * shown.height <= Report::kPicturePixels);
    const std::string page = render_report(report);
    CHECK(page.find("reduced from 3600 × 2500 to 1800 × 1250 pixels") != std::string::npos);
    CHECK(page.find("data-width=\"1800\"") != std::string::npos);
    CHECK(render_report(tests::full_report()).find("id=\"reduced\"") == std::string::npos);
}

#include "apps/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/common/console.h"
#include "apps/report/page.h"
#include "apps/report/text_safety.h"

namespace twofold::apps {
namespace {

using image_io::Format;

std::string data_uri(const image_io::Image& image, Format format) {
    image_io::WriteOptions options;
    options.jpeg_quality = 90;
    const char* type = format == Format::kPng ? "image/png" : "image/jpeg";
    return fmt::format("data:{};base64,{}", type, base64(image_io::encode_image(image, format, options)));
}

// What the script knows a picture by, and what a reader without it sees.
struct PictureElement {
    std::string id;
    std::string kind;  // input, truth, result, structure or snapshot
    std::string name;
    std::size_t entry = 0;
    std::int64_t step = 0;
};

std::string picture_html(const PictureElement& element, const Picture& picture, Format format) {
    return fmt::format(
        R"(<img id="{}" class="picture" data-kind="{}" data-entry="{}" data-step="{}" alt="{}" width="{}" height="{}" )"
        R"(decoding="async" src="{}">)",
        element.id, element.kind, element.entry, element.step, escape_html(element.name), picture.image.width,
        picture.image.height, data_uri(picture.image, format));
}

// Main pictures are exact: residuals are taken of them.
std::string pictures_html(const Report& report) {
    std::string html = picture_html({"input", "input", "Input"}, report.input, Format::kPng);
    if (report.truth) html += picture_html({"truth", "truth", "Truth"}, *report.truth, Format::kPng);
    for (std::size_t i = 0; i < report.entries.size(); ++i) {
        const ReportEntry& entry = report.entries[i];
        html += picture_html({fmt::format("result-{}", i), "result", entry.method, i}, entry.result, Format::kPng);
        if (!entry.structure) continue;
        const std::string name = "Detail lost by " + entry.method;
        html += picture_html({fmt::format("structure-{}", i), "structure", name, i}, *entry.structure, Format::kPng);
    }
    return html;
}

std::string strip_html(const Report& report) {
    std::string html;
    for (std::size_t i = 0; i < report.entries.size(); ++i) {
        const ReportEntry& entry = report.entries[i];
        if (entry.snapshots.empty()) continue;
        html += fmt::format("<h3>{}</h3><ol class=\"strip\">", escape_html(entry.method));
        for (const Snapshot& snapshot : entry.snapshots) {
            const std::string id = fmt::format("snapshot-{}-{}", i, snapshot.step);
            const std::string name = fmt::format("{}, step {}", entry.method, snapshot.step);
            html += fmt::format(
                "<li><button type=\"button\" data-picture=\"{}\" "
                "aria-pressed=\"false\">{}<span>{}</span></button></li>",
                id, picture_html({id, "snapshot", name, i, snapshot.step}, snapshot.picture, Format::kJpeg),
                snapshot.step);
        }
        html += "</ol>";
    }
    if (html.empty()) return html;
    return "<section aria-labelledby=\"snapshots-title\"><h2 id=\"snapshots-title\">Snapshots</h2>"
           "<p class=\"hint\">The output after so many steps. A click shows it on the right of the divider.</p>" +
           html + "</section>";
}

// One group of rows: the union of the entries' facts, in the order of their first appearance.
std::string rows_html(const Report& report, const char* group, std::vector<Fact> ReportEntry::*facts) {
    std::vector<std::string> names;
    for (const ReportEntry& entry : report.entries) {
        for (const Fact& fact : entry.*facts) {
            if (std::find(names.begin(), names.end(), fact.first) == names.end()) names.push_back(fact.first);
        }
    }
    if (names.empty()) return {};
    std::string html = fmt::format("<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{}\">{}</th></tr>",
                                   report.entries.size() + 1, group);
    for (const std::string& name : names) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(name));
        for (const ReportEntry& entry : report.entries) {
            const auto& list = entry.*facts;
            const auto fact = std::find_if(list.begin(), list.end(), [&](const Fact& f) { return f.first == name; });
            html += fmt::format("<td>{}</td>", fact == list.end() ? "–" : escape_html(fact->second));
        }
        html += "</tr>";
    }
    return html + "</tbody>";
}

std::string table_html(const Report& report) {
    std::string html = "<thead><tr><td></td>";
    for (const ReportEntry& entry : report.entries) {
        html += fmt::format("<th scope=\"col\">{}</th>", escape_html(entry.method));
    }
    html += "</tr></thead>";
    html += rows_html(report, "Result", &ReportEntry::measures);
    html += rows_html(report, "Settings", &ReportEntry::settings);
    return html + rows_html(report, "Time", &ReportEntry::timing);
}

std::string facts_html(const Report& report) {
    std::string html;
    for (const Fact& fact : report.facts) {
        html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(fact.first), escape_html(fact.second));
    }
    return html;
}

std::string reduced_html(const Report& report) {
    const Picture& result = report.entries.front().result;
    if (!report.input.reduced() && !result.reduced()) return {};
    const Picture& shown = result.reduced() ? result : report.input;
    return fmt::format(
        "<p class=\"note\" id=\"reduced\">The pictures on this page are copies reduced from {} × {} to {} × {} pixels "
        "by averaging, which takes noise away from all of them, the residual included.</p>",
        shown.full_width, shown.full_height, shown.image.width, shown.image.height);
}

Json number(const std::optional<double>& value) {
    // JSON has no infinity, and a plot no place for it.
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json curve_json(const ReportEntry& entry) {
    constexpr std::size_t kMostPoints = 2000;
    const std::size_t stride = (entry.curve.size() + kMostPoints - 1) / kMostPoints;
    Json steps = Json::array(), loss = Json::array(), noisy = Json::array(), average_noisy = Json::array(),
         truth = Json::array(), average_true = Json::array();
    for (std::size_t i = 0; i < entry.curve.size(); ++i) {
        if (i % stride != 0 && i + 1 != entry.curve.size()) continue;
        const CurvePoint& point = entry.curve[i];
        steps.push_back(point.step);
        loss.push_back(number(point.loss));
        noisy.push_back(number(point.psnr_noisy));
        average_noisy.push_back(number(point.psnr_average_noisy));
        truth.push_back(number(point.psnr_true));
        average_true.push_back(number(point.psnr_average_true));
    }
    return {{"method", entry.method},
            {"result_step", entry.result_step},
            {"steps", steps},
            {"loss", loss},
            {"psnr_noisy", noisy},
            {"psnr_true", truth},
            {"psnr_average_noisy", average_noisy},
            {"psnr_average_true", average_true}};
}

}  // namespace

std::string render_report(const Report& report) {
    Json curves = Json::array();
    bool any_curve = false;
    for (const ReportEntry& entry : report.entries) {
        curves.push_back(curve_json(entry));
        any_curve = any_curve || !entry.curve.empty();
    }
    const image_io::Image& shown = report.entries.front().result.image;
    return fill_template(kPageTemplate, {{"title", escape_html(report.title)},
                                         {"style", kPageStyle},
                                         {"script", kPageScript},
                                         {"facts", facts_html(report)},
                                         {"reduced", reduced_html(report)},
                                         {"width", std::to_string(shown.width)},
                                         {"height", std::to_string(shown.height)},
                                         {"pictures", pictures_html(report)},
                                         {"strip", strip_html(report)},
                                         {"plots", any_curve ? "" : "hidden"},
                                         {"table", table_html(report)},
                                         {"curves", json_in_html(curves)}});
}

}  // namespace twofold::apps

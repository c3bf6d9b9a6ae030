#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "platform/image_io/image_io.h"
#include "twofold/twofold.h"

namespace twofold::apps {
namespace {

std::string query(twofold_query what) {
    const char* text = twofold_query_string(what);
    return text == nullptr ? "unknown" : text;
}

Json words(const std::string& text) {
    Json list = Json::array();
    std::istringstream stream(text);
    for (std::string word; stream >> word;) list.push_back(word);
    return list;
}

ExitCode run_info(bool json) {
    if (json) {
        Json info;
        info["version"] = twofold_version_string();
        info["cpu"] = query(TWOFOLD_QUERY_CPU);
        info["isa"] = query(TWOFOLD_QUERY_ISA);
        info["onednn"] = query(TWOFOLD_QUERY_ONEDNN_VERSION);
        info["kernels"] = words(query(TWOFOLD_QUERY_IMPLEMENTATIONS));
        info["methods"] = words(query(TWOFOLD_QUERY_METHODS));
        info["threading"] = query(TWOFOLD_QUERY_THREADING);
        info["threads"] = twofold_default_threads();
        info["codecs"] = image_io::codec_versions();
        print_json(info);
        return ExitCode::kOk;
    }
    std::string text;
    const auto row = [&text](const char* name, const std::string& value) {
        text += fmt::format("{:<10} {}\n", name, value);
    };
    row("twofold", twofold_version_string());
    row("CPU", query(TWOFOLD_QUERY_CPU));
    row("ISA", query(TWOFOLD_QUERY_ISA));
    row("oneDNN", query(TWOFOLD_QUERY_ONEDNN_VERSION));
    row("kernels", query(TWOFOLD_QUERY_IMPLEMENTATIONS));
    row("methods", query(TWOFOLD_QUERY_METHODS));
    row("threads", fmt::format("{} ({})", twofold_default_threads(), query(TWOFOLD_QUERY_THREADING)));
    row("codecs", image_io::codec_versions());
    print_result(text);
    return ExitCode::kOk;
}

}  // namespace

Command add_info(CLI::App& root) {
    CLI::App* app = root.add_subcommand("info", "Show version, processor, kernels, threads and codecs");
    const auto json = std::make_shared<bool>(false);
    app->add_flag("--json", *json, "Print JSON");
    return {app, [json] { return run_info(*json); }};
}

}  // namespace twofold::apps

#include <memory>

#include "apps/commands/image_job.h"
#include "apps/common/quantity_option.h"
#include "apps/common/units.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

template <typename Value>
void add_choice(CLI::App* app, const std::string& name, const std::vector<std::pair<std::string, Value>>& choices,
                const std::string& description, std::function<void(Value)> set) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    app->add_option_function<std::string>(
           name,
           [choices, set](const std::string& text) {
               for (const auto& choice : choices) {
                   if (choice.first == text) set(choice.second);
               }
           },
           description)
        ->check(CLI::IsMember(names));
}

void add_output_options(CLI::App* app, ImageJobOptions* options) {
    using image_io::Format, image_io::SampleType, image_io::Subsampling;
    add_choice<Format>(app, "--format",
                       {{"jpeg", Format::kJpeg},
                        {"png", Format::kPng},
                        {"tiff", Format::kTiff},
                        {"pnm", Format::kPnm},
                        {"pfm", Format::kPfm}},
                       "Output format (default: by OUT's extension, else the input's)",
                       [options](Format format) { options->format = format; });
    add_choice<SampleType>(
        app, "--depth", {{"8", SampleType::kUint8}, {"16", SampleType::kUint16}, {"float", SampleType::kFloat32}},
        "Bits of the output's samples (default: the input's)", [options](SampleType depth) { options->depth = depth; });
    app->add_option("--quality", options->write.jpeg_quality, "JPEG quality (default 95)")->check(CLI::Range(1, 100));
    add_choice<Subsampling>(app, "--subsampling",
                            {{"auto", Subsampling::kAuto},
                             {"444", Subsampling::k444},
                             {"422", Subsampling::k422},
                             {"420", Subsampling::k420}},
                            "JPEG chroma (default auto: 444 from quality 90 on, else 420)",
                            [options](Subsampling subsampling) { options->write.subsampling = subsampling; });
    app->add_flag("--overwrite", options->write.overwrite, "Replace existing outputs");
}

}  // namespace

void add_file_options(CLI::App* app, ImageJobOptions* options) {
    app->add_option("input", options->inputs, "Images, folders of images, or - for standard input")->required();
    app->add_option("-o,--output", options->output, "Output file, folder, or - for standard output")->required();
}

void add_job_options(CLI::App* app, ImageJobOptions* options) {
    add_quantity<std::uint64_t>(app, "--max-memory", "SIZE",
                                "Bound of the memory for file, pixels and work, such as 512M or 2G", parse_size,
                                &options->max_memory);
    add_quantity<double>(app, "--deadline", "TIME", "Time for each file, such as 2s or 500ms: the best that fits",
                         parse_duration, &options->deadline);
    add_white_option(app, &options->white, "1 if the largest sample is 0.1 to 8, else that sample");
    add_output_options(app, options);
    CLI::Option* quiet = app->add_flag("--quiet", options->quiet, "Say nothing unless something fails");
    app->add_flag("--verbose", options->verbose, "Print settings and timings to standard error")->excludes(quiet);
    app->add_flag("--json", options->json, "Print a report as JSON to standard output");
}

}  // namespace twofold::apps

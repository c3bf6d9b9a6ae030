#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "apps/commands/denoise_file.h"
#include "apps/common/command.h"
#include "apps/common/interrupt.h"
#include "apps/common/units.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

// Stored weights are far smaller; the limit keeps a wrong file from filling the memory.
constexpr std::size_t kLargestWeights = 64U << 20;

void check_options(const DenoiseOptions& options, const std::vector<PlannedFile>& plan) {
    check_kernels(options.training);
    if (options.output == "-" && options.json) {
        throw Failure(ExitCode::kUsage, "--json and the image cannot both go to standard output");
    }
    if (options.save_weights.empty()) return;
    if (plan.size() > 1) throw Failure(ExitCode::kUsage, "--save-weights works with a single input only");
    if (same_file(options.save_weights, plan.front().input) || same_file(options.save_weights, plan.front().output)) {
        throw Failure(ExitCode::kUsage, "--save-weights names the image's own file");
    }
}

Json unfinished(const PlannedFile& file, const char* status, const std::string& error) {
    Json entry;
    entry["input"] = file.input;
    entry["output"] = file.output;
    entry["status"] = status;
    entry["error"] = error;
    return entry;
}

class Session {
  public:
    explicit Session(const DenoiseOptions& options)
        : options_(options), bar_(!options.quiet && !options.json && !options.verbose) {}

    ExitCode run() {
        const InputList inputs = expand_inputs(options_.inputs);
        const std::vector<PlannedFile> plan = plan_outputs(inputs, options_.output, options_.format);
        check_options(options_, plan);
        if (!options_.weights.empty()) weights_ = read_small_file(options_.weights, kLargestWeights);
        if (options_.verbose) {
            for (const std::string& file : inputs.skipped) print_file_error(file, "skipped, since it is not an image");
        }
        for (std::size_t i = 0; i < plan.size(); ++i) {
            if (interrupted()) {
                files_.push_back(unfinished(plan[i], "not started", "interrupted"));
                continue;
            }
            const std::string number = plan.size() > 1 ? fmt::format("[{}/{}] ", i + 1, plan.size()) : "";
            bar_.set_title(number + plan[i].input);
            run_file(plan[i]);
        }
        if (options_.json) print_json(Json{{"files", files_}});
        return outcome_.exit_code();
    }

  private:
    void run_file(const PlannedFile& file) {
        try {
            const DenoiseResult result = denoise_file(options_, file, weights_, &bar_);
            bar_.clear();
            for (const std::string& note : result.notes) {
                if (!options_.quiet) print_file_error(file.input, note);
            }
            if (options_.verbose) std::fputs(to_text(options_, file, result).c_str(), stderr);
            if (options_.json) files_.push_back(to_json(options_, file, result));
            outcome_.add_success();
        } catch (...) {
            const Failure failure = current_failure(file.input);
            const bool stopped = failure.code() == ExitCode::kInterrupted;
            bar_.clear();
            print_file_error(file.input, stopped ? "interrupted" : failure.what());
            files_.push_back(unfinished(file, stopped ? "interrupted" : "failed", failure.what()));
            if (stopped) files_.back()["stopped"] = "interrupt";
            outcome_.add_failure(failure.code());
        }
    }

    const DenoiseOptions& options_;
    ProgressBar bar_;
    std::vector<std::uint8_t> weights_;
    Json files_ = Json::array();
    Outcome outcome_;
};

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

// An option whose text `parse` turns into a value or rejects.
template <typename Value>
void add_quantity(CLI::App* app, const std::string& name, const std::string& type, const std::string& description,
                  std::optional<Value> (*parse)(std::string_view), Value* target) {
    app->add_option_function<std::string>(
           name,
           [name, type, parse, target](const std::string& text) {
               const std::optional<Value> value = parse(text);
               if (!value) throw CLI::ValidationError(name, "'" + text + "' is not a " + type);
               *target = *value;
           },
           description)
        ->type_name(type);
}

void add_output_options(CLI::App* app, DenoiseOptions* options) {
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

Command add_denoise(CLI::App& root) {
    CLI::App* app = root.add_subcommand("denoise", "Denoise images");
    const auto options = std::make_shared<DenoiseOptions>();
    app->add_option("input", options->inputs, "Images, folders of images, or - for standard input")->required();
    app->add_option("-o,--output", options->output, "Output file, folder, or - for standard output")->required();
    add_training_options(app, &options->training);
    add_quantity<std::uint64_t>(app, "--max-memory", "SIZE",
                                "Bound of the memory for file, pixels and work, such as 512M or 2G", parse_size,
                                &options->max_memory);
    add_quantity<double>(app, "--deadline", "TIME", "Time for each file, such as 2s or 500ms: the best that fits",
                         parse_duration, &options->deadline);
    add_white_option(app, &options->white, "1 if the largest sample is 0.1 to 8, else that sample");
    CLI::Option* save =
        app->add_option("--save-weights", options->save_weights, "Write the trained weights to this file");
    app->add_option("--weights", options->weights, "Apply these weights instead of training")->excludes(save);
    add_output_options(app, options.get());
    CLI::Option* quiet = app->add_flag("--quiet", options->quiet, "Say nothing unless something fails");
    app->add_flag("--verbose", options->verbose, "Print settings and timings to standard error")->excludes(quiet);
    app->add_flag("--json", options->json, "Print a report as JSON to standard output");
    return {app, [options] { return Session(*options).run(); }};
}

}  // namespace twofold::apps

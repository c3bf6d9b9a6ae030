#include "apps/commands/image_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/common/interrupt.h"

namespace twofold::apps {
namespace {

void check_options(const ImageJobOptions& options, const std::vector<PlannedFile>& plan) {
    check_training_options(options.training);
    check_weights_options(options.training, !options.weights.empty(), !options.save_weights.empty());
    if (options.output == "-" && options.json) {
        throw Failure(ExitCode::kUsage, "--json and the image cannot both go to standard output");
    }
    if (options.mask == "-" && std::ranges::any_of(plan, [](const PlannedFile& file) { return file.input == "-"; })) {
        throw Failure(ExitCode::kUsage, "standard input can be read only once");
    }
    check_observe_options(options.observe, options.training.method, plan, options.write.overwrite);
    if (options.save_weights.empty()) return;
    if (plan.size() > 1) throw Failure(ExitCode::kUsage, "--save-weights works with a single input only");
    if (same_file(options.save_weights, plan.front().input) || same_file(options.save_weights, plan.front().output)) {
        throw Failure(ExitCode::kUsage, "--save-weights names the image's own file");
    }
    for (const std::string& other : {options.observe.truth, options.observe.report}) {
        if (!other.empty() && same_file(options.save_weights, other)) {
            throw Failure(ExitCode::kUsage, "--save-weights names a file that has another use");
        }
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
    explicit Session(const ImageJobOptions& options)
        : options_(options), bar_(!options.quiet && !options.json && !options.verbose) {}

    ExitCode run() {
        const InputList inputs = expand_inputs(options_.inputs);
        const std::vector<PlannedFile> plan = plan_outputs(inputs, options_.output, options_.format);
        check_options(options_, plan);
        if (!options_.weights.empty()) weights_ = load_weights_file(options_.weights);
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
            const ImageJobResult result = run_image_job(options_, file, weights_, &bar_);
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

    const ImageJobOptions& options_;
    ProgressBar bar_;
    std::vector<std::uint8_t> weights_;
    Json files_ = Json::array();
    Outcome outcome_;
};

}  // namespace

ExitCode run_image_session(const ImageJobOptions& options) { return Session(options).run(); }

}  // namespace twofold::apps

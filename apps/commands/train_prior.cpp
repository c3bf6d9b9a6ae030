#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/inputs.h"
#include "apps/common/interrupt.h"
#include "apps/common/library.h"
#include "apps/common/number_range.h"
#include "apps/common/outputs.h"
#include "apps/common/progress_bar.h"
#include "apps/common/quantity_option.h"
#include "apps/common/stopwatch.h"
#include "apps/common/training_options.h"
#include "apps/common/units.h"
#include "platform/atomic_file.h"
#include "twofold/training.h"

namespace twofold::apps {
namespace {

constexpr std::int64_t kUsualSteps = 60000;
// In the order of twofold_prior_size.
constexpr std::array kSizes = {std::string_view("small"), std::string_view("large"), std::string_view("start")};

struct TrainPriorOptions {
    std::string output;
    std::string size = "large";
    std::int64_t steps = 0;  // 0: as planned, or kUsualSteps
    std::uint64_t seed = 1;
    std::int32_t threads = 0;
    std::int64_t every = 500;  // steps between two rows of the log
    double seconds = 0;        // 0: until the last step
    bool resume = false, overwrite = false, quiet = false;

    std::string checkpoint() const { return output + ".checkpoint"; }
    std::string log() const { return output + ".csv"; }
    std::string manifest() const { return output + ".json"; }
};

using Training = std::unique_ptr<twofold_training, Destroy<twofold_training, twofold_training_destroy>>;
using Bytes = std::vector<std::uint8_t>;

void write_file(const std::string& path, const void* data, std::size_t size) {
    std::string reason;
    if (platform::write_file_atomically(path, data, size, true, &reason) != platform::WriteResult::kOk)
        throw Failure(ExitCode::kSomeFailed, path + ": " + reason);
}

// One training, its files and what it says.
class PriorSession {
  public:
    explicit PriorSession(const TrainPriorOptions& options)
        : options_(options), context_(create_context()), bar_(!options.quiet) {}

    void run() {
        check_outputs();
        start();
        bar_.set_title("train-prior");
        double sum = 0;
        std::int64_t steps = 0;
        bool saved = false;
        twofold_training_state now = state();
        while (now.steps_done < now.steps_planned && !interrupted() && !out_of_time()) {
            double loss = 0;
            check(twofold_training_step(training_.get(), &loss), context_.get());
            now = state();
            sum += loss;
            ++steps;
            show_progress(now);
            saved = now.steps_done % options_.every == 0 || now.steps_done == now.steps_planned;
            if (!saved) continue;
            add_row(now, sum / double(steps));
            save(now);
            sum = 0;
            steps = 0;
        }
        if (!saved) save(now);
        bar_.clear();
        if (interrupted()) throw Failure(ExitCode::kInterrupted, "interrupted; --resume goes on from here");
        if (!options_.quiet && now.steps_done < now.steps_planned)
            fmt::print(stderr, "twofold: {} of {} steps are done; --resume goes on from here\n", now.steps_done,
                       now.steps_planned);
    }

  private:
    void check_outputs() const {
        if (options_.output == "-") throw Failure(ExitCode::kUsage, "train-prior writes files, not to standard output");
        check_output(options_.output, options_.overwrite || options_.resume, false);
        for (const std::string& path : {options_.checkpoint(), options_.log(), options_.manifest()})
            check_output(path, options_.overwrite || options_.resume, false);
    }

    void start() {
        twofold_training* training = nullptr;
        if (options_.resume) {
            const Bytes bytes = read_weights_file(options_.checkpoint());
            check(twofold_training_resume(context_.get(), bytes.data(), bytes.size(), options_.steps, options_.threads,
                                          &training),
                  context_.get());
        } else {
            const auto size =
                static_cast<twofold_prior_size>(std::ranges::find(kSizes, options_.size) - kSizes.begin());
            check(
                twofold_training_create(context_.get(), size, options_.seed,
                                        options_.steps > 0 ? options_.steps : kUsualSteps, options_.threads, &training),
                context_.get());
        }
        training_.reset(training);
        first_step_ = state().steps_done;
        if (!options_.resume) return;
        keep_rows();
        keep_plans();
    }

    twofold_training_state state() const {
        twofold_training_state state;
        check(twofold_training_get_state(training_.get(), &state), context_.get());
        return state;
    }

    bool out_of_time() const { return options_.seconds > 0 && stopwatch_.seconds() >= options_.seconds; }

    void show_progress(const twofold_training_state& now) {
        const double left =
            stopwatch_.seconds() / double(now.steps_done - first_step_) * double(now.steps_planned - now.steps_done);
        bar_.update("training", double(now.steps_done) / double(now.steps_planned), left);
    }

    // Those of the steps that the checkpoint has seen.
    void keep_rows() {
        std::ifstream file(options_.log());
        std::string line;
        std::getline(file, header_);
        while (std::getline(file, line)) {
            if (std::atoll(line.c_str()) <= first_step_) rows_ += line + "\n";
        }
    }

    // What was planned before: whoever repeats a training that was lengthened has to lengthen it at the same step.
    void keep_plans() {
        std::ifstream file(options_.manifest());
        const Json before = Json::parse(file, nullptr, false);
        if (!before.is_object()) return;
        const auto planned = before.find("steps_planned");
        if (planned == before.end() || !planned->is_number_integer()) return;
        if (const auto plans = before.find("plans_before"); plans != before.end() && plans->is_array())
            plans_before_ = *plans;
        if (first_step_ > 0 && *planned != state().steps_planned)
            plans_before_.push_back({{"steps_planned", *planned}, {"until_step", first_step_}});
    }

    void add_row(const twofold_training_state& now, double loss) {
        std::array<twofold_training_validation, TWOFOLD_TRAINING_VALIDATIONS> validations{};
        check(twofold_training_validate(training_.get(), validations.data()), context_.get());
        header_ = "step,seconds,loss,learning_rate";
        rows_ += fmt::format("{},{:.1f},{:.6f},{:.6f}", now.steps_done, stopwatch_.seconds(), loss, now.learning_rate);
        psnr_ = Json::object();
        for (const twofold_training_validation& validation : validations) {
            header_ += fmt::format(",psnr {0}", validation.noise);
            rows_ += fmt::format(",{:.3f}", validation.psnr);
            psnr_[validation.noise] = {{"psnr_noisy", validation.psnr_noisy}, {"psnr", validation.psnr}};
        }
        rows_ += "\n";
        if (options_.quiet) return;
        bar_.clear();
        std::string text = fmt::format("step {}: loss {:.5f}, PSNR of rendered scenes", now.steps_done, loss);
        for (const twofold_training_validation& validation : validations)
            text += fmt::format("{} {} {:.2f}", &validation == &validations.front() ? "" : ",", validation.noise,
                                validation.psnr);
        print_result(text + "\n");
    }

    void save(const twofold_training_state& now) {
        std::size_t size = 0;
        check(twofold_training_checkpoint_size(training_.get(), &size), context_.get());
        Bytes bytes(size);
        check(twofold_training_write_checkpoint(training_.get(), bytes.data(), size), context_.get());
        twofold_weights* handle = nullptr;
        check(twofold_training_get_weights(training_.get(), &handle), context_.get());
        const Bytes stored = stored_weights(context_, Weights(handle));

        write_file(options_.output, stored.data(), stored.size());
        const std::string manifest = manifest_of(now, stored).dump(2) + "\n";
        write_file(options_.manifest(), manifest.data(), manifest.size());
        const std::string log = header_ + "\n" + rows_;
        if (!header_.empty()) write_file(options_.log(), log.data(), log.size());
        // Last: what it says has been done is on the disk by then.
        write_file(options_.checkpoint(), bytes.data(), bytes.size());
    }

    Json manifest_of(const twofold_training_state& now, const Bytes& stored) const {
        Json json;
        json["size"] = kSizes[now.size];
        json["parameters"] = now.parameters;
        json["seed"] = now.seed;
        json["recipe_version"] = now.recipe_version;
        json["steps_done"] = now.steps_done;
        json["steps_planned"] = now.steps_planned;
        if (!plans_before_.empty()) json["plans_before"] = plans_before_;
        json["training_pixels"] = now.steps_done * now.pixels_a_step;
        json["version"] = twofold_version_string();
        json["instruction_set"] = twofold_query_string(TWOFOLD_QUERY_ISA);
        // The last four bytes of the weights are the checksum of all the others.
        std::uint32_t checksum = 0;
        for (std::size_t i = 0; i < 4; ++i) checksum |= std::uint32_t{stored[stored.size() - 4 + i]} << (8 * i);
        json["crc32"] = fmt::format("{:08x}", checksum);
        if (!psnr_.empty()) json["validation"] = psnr_;
        return json;
    }

    const TrainPriorOptions& options_;
    Context context_;
    Training training_;
    ProgressBar bar_;
    Stopwatch stopwatch_;
    std::int64_t first_step_ = 0;
    std::string header_, rows_;  // of the log
    Json psnr_ = Json::object(), plans_before_ = Json::array();
};

}  // namespace

Command add_train_prior(CLI::App& root) {
    CLI::App* app = root.add_subcommand("train-prior", "Train the prior on rendered scenes");
    const auto options = std::make_shared<TrainPriorOptions>();
    app->add_option("-o,--output", options->output,
                    "The weights; beside them OUT.json says what they are, OUT.csv is the log, OUT.checkpoint what "
                    "--resume goes on from")
        ->required();
    CLI::Option* size =
        app->add_option("--size", options->size,
                        "Of the network: large (default), small for boards, or start for denoise --start prior")
            ->check(CLI::IsMember(std::vector<std::string>(kSizes.begin(), kSizes.end())));
    app->add_option("--steps", options->steps, "Steps of training (default 60000)")->check(CLI::Range(1, 1000000000));
    CLI::Option* seed = app->add_option("--seed", options->seed, "Seed of scenes, noise and weights (default 1)")
                            ->check(whole_number());
    add_thread_options(app, &options->threads);
    app->add_option("--every", options->every, "Steps between two rows of the log (default 500)")
        ->check(CLI::Range(1, 1000000));
    add_quantity<double>(app, "--stop-after", "TIME", "Stop after this time, such as 30m, to go on another day",
                         parse_duration, &options->seconds);
    CLI::Option* resume = app->add_flag("--resume", options->resume, "Go on from OUT.checkpoint");
    app->add_flag("--overwrite", options->overwrite, "Replace existing outputs")->excludes(resume);
    resume->excludes(size)->excludes(seed);
    app->add_flag("--quiet", options->quiet, "Say nothing unless something fails");
    return {app, [options] { return run_on_file(options->output, [&] { PriorSession(*options).run(); }); }};
}

}  // namespace twofold::apps

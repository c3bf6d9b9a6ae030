#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/inputs.h"
#include "apps/common/interrupt.h"
#include "apps/common/noise_options.h"
#include "apps/common/outputs.h"
#include "apps/common/training_options.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

struct EvaluateOptions {
    std::vector<std::string> inputs;
    NoiseOptions noise;
    double white = 0;  // of float images, 0: it is 1
    TrainingOptions training;
    std::string weights;
    std::int64_t crop = 256;
    std::string save_folder;
    bool overwrite = false;
    bool quiet = false;
    bool json = false;
};

constexpr const char* kSuffixes[] = {"_clean.png", "_noisy.png", "_result.png"};

struct Scores {
    double psnr_noisy = 0, psnr = 0, ssim = 0, seconds = 0;
};

Json to_json(const Scores& scores) {
    Json entry;
    entry["psnr_noisy"] = scores.psnr_noisy;
    entry["psnr"] = scores.psnr;
    entry["ssim"] = scores.ssim;
    entry["seconds"] = scores.seconds;
    return entry;
}

std::string to_text(const std::string& name, std::size_t name_width, const Scores& scores) {
    return fmt::format("{:<{}} {:>9.2f} {:>9.2f} {:>8.4f} {:>9.2f}\n", name, name_width, scores.psnr_noisy, scores.psnr,
                       scores.ssim, scores.seconds);
}

double psnr_between(const Context& context, const twofold_image& a, const twofold_image& b, double* ssim) {
    twofold_metrics metrics{};
    check(twofold_compare(context.get(), &a, &b, &metrics), context.get());
    if (ssim != nullptr) *ssim = metrics.ssim;
    return metrics.psnr;
}

std::string saved_name(const EvaluateOptions& options, const std::string& input, const char* suffix) {
    const std::filesystem::path folder(options.save_folder);
    return (folder / (std::filesystem::path(input).stem().string() + suffix)).string();
}

// Before the work, as for every output.
void check_save_folder(const EvaluateOptions& options, const std::vector<std::string>& files) {
    if (options.save_folder.empty()) return;
    std::map<std::string, std::string> taken;
    for (const std::string& file : files) {
        const std::string first = saved_name(options, file, kSuffixes[0]);
        const auto [place, is_new] = taken.emplace(first, file);
        if (!is_new)
            throw Failure(ExitCode::kUsage, place->second + " and " + file + " would both be saved as " + first);
        for (const char* suffix : kSuffixes) check_output(saved_name(options, file, suffix), options.overwrite, true);
    }
}

void save(const EvaluateOptions& options, const std::string& input, const char* suffix, const image_io::Image& image) {
    const std::string path = saved_name(options, input, suffix);
    create_folder_of(path);
    image_io::WriteOptions write;
    write.overwrite = options.overwrite;
    image_io::write_image(path, image_io::convert_samples(image, image_io::SampleType::kUint8), image_io::Format::kPng,
                          write);
}

Scores evaluate_file(const EvaluateOptions& options, const std::vector<std::uint8_t>& stored_weights,
                     const std::string& input, ProgressBar* bar) {
    image_io::ReadOptions read;
    read.upright = true;
    image_io::Image whole = image_io::read_image(input, read);
    stop_if_interrupted();
    check_white(whole, options.white);
    scale_to_white(&whole, options.white);
    const twofold_image clean = centre_crop(view_of(whole), options.crop);
    const image_io::Image noisy = empty_like(clean, image_io::SampleType::kFloat32);
    const image_io::Image result = empty_like(clean, image_io::SampleType::kFloat32);
    const twofold_image noisy_view = view_of(noisy);
    const twofold_image result_view = view_of(result);

    const Context context = create_context();
    make_noisy(context, clean, noisy_view, options.noise, options.training.seed);
    const Job job = create_job(context);
    check(twofold_job_set_input(job.get(), &noisy_view), context.get());
    check(twofold_job_set_output(job.get(), &result_view), context.get());
    check(twofold_job_set_white_level(job.get(), 1.0), context.get());
    apply_training_options(context, job, options.training);
    set_weights(context, job, stored_weights);
    show_progress(context, job, bar);

    Scores scores;
    const auto start = std::chrono::steady_clock::now();
    check(twofold_job_commit(job.get()), context.get());
    check(twofold_job_run(job.get()), context.get());
    scores.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    scores.psnr_noisy = psnr_between(context, clean, noisy_view, nullptr);
    scores.psnr = psnr_between(context, clean, result_view, &scores.ssim);
    stop_if_interrupted();

    if (!options.save_folder.empty()) {
        image_io::Image crop = empty_like(clean, image_io::SampleType::kFloat32);
        // Gaussian noise of level 0 is a conversion to float.
        make_noisy(context, clean, view_of(crop), NoiseOptions{}, 0);
        save(options, input, kSuffixes[0], crop);
        save(options, input, kSuffixes[1], noisy);
        save(options, input, kSuffixes[2], result);
    }
    return scores;
}

ExitCode run_evaluate(const EvaluateOptions& options) {
    check_training_options(options.training);
    check_weights_options(options.training, !options.weights.empty(), false);
    const InputList list = expand_inputs(options.inputs);
    check_save_folder(options, list.files);
    std::vector<std::uint8_t> stored_weights;
    if (!options.weights.empty()) stored_weights = load_weights_file(options.weights);
    std::size_t width = std::string("file").size();
    for (const std::string& file : list.files) width = std::max(width, file.size());
    if (!options.json) {
        print_result(
            fmt::format("{:<{}} {:>9} {:>9} {:>8} {:>9}\n", "file", width, "noisy dB", "result dB", "SSIM", "seconds"));
    }

    ProgressBar bar(!options.quiet && !options.json);
    Outcome outcome;
    Json images = Json::array();
    Json errors = Json::array();
    Scores sum;
    for (const std::string& file : list.files) {
        bar.set_title(file);
        try {
            const Scores scores = evaluate_file(options, stored_weights, file, &bar);
            bar.clear();
            sum.psnr_noisy += scores.psnr_noisy;
            sum.psnr += scores.psnr;
            sum.ssim += scores.ssim;
            sum.seconds += scores.seconds;
            Json entry;
            entry["file"] = file;
            entry.update(to_json(scores));
            images.push_back(entry);
            outcome.add_success();
            if (!options.json) print_result(to_text(file, width, scores));
        } catch (...) {
            const Failure failure = current_failure(file);
            bar.clear();
            print_file_error(file, failure.code() == ExitCode::kInterrupted ? "interrupted" : failure.what());
            errors.push_back({{"file", file}, {"error", failure.what()}});
            outcome.add_failure(failure.code());
            if (failure.code() == ExitCode::kInterrupted) break;
        }
    }

    const double count = static_cast<double>(images.size());  // 0 makes the mean NaN, in JSON null
    const Scores mean{sum.psnr_noisy / count, sum.psnr / count, sum.ssim / count, sum.seconds / count};
    if (options.json) {
        Json result;
        result["images"] = images;
        result["mean"] = to_json(mean);
        if (!errors.empty()) result["errors"] = errors;
        print_json(result);
    } else if (!images.empty()) {
        print_result(to_text("mean", width, mean));
    }
    return outcome.exit_code();
}

}  // namespace

Command add_evaluate(CLI::App& root) {
    CLI::App* app = root.add_subcommand("evaluate", "Add noise to clean images, denoise them and measure the result");
    const auto options = std::make_shared<EvaluateOptions>();
    app->add_option("clean", options->inputs, "Clean images, or folders of them")->required();
    add_noise_options(app, &options->noise);
    add_white_option(app, &options->white, "1");
    app->add_option("--crop", options->crop, "Side of the square cut from the centre, 0 for all (default 256)")
        ->check(CLI::Range(0, 1000000));
    add_method_option(app, &options->training, {"zsn2n", "tv", "dip", "two-stage", "prior"});
    add_training_options(app, &options->training);
    add_prior_options(app, &options->training);
    add_weights_option(app, &options->weights);
    app->add_option("--save-dir", options->save_folder, "Also write NAME_clean.png, NAME_noisy.png, NAME_result.png");
    app->add_flag("--overwrite", options->overwrite, "Replace existing files in --save-dir");
    app->add_flag("--quiet", options->quiet, "No progress bar");
    app->add_flag("--json", options->json, "Print JSON; an infinite PSNR becomes null");
    return {app, [options] { return run_evaluate(*options); }};
}

}  // namespace twofold::apps

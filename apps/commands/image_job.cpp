#include "apps/commands/image_job.h"

#include <algorithm>
#include <filesystem>

#include "apps/common/examination.h"
#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "apps/common/mask.h"
#include "apps/common/non_finite.h"
#include "apps/common/quality.h"
#include "apps/common/stopwatch.h"
#include "apps/common/white_level.h"
#include "apps/report/observer.h"
#include "platform/atomic_file.h"

namespace twofold::apps {
namespace {

using image_io::Format;
using image_io::SampleType;

SampleType output_type(Format format, SampleType input, std::optional<SampleType> wanted) {
    if (!wanted) return stored_type(format, input);
    if (stored_type(format, *wanted) != *wanted) {
        throw Failure(ExitCode::kUsage,
                      std::string(image_io::format_name(format)) + " cannot hold samples of the wanted depth");
    }
    return *wanted;
}

// What writing will take, so that the deadline can leave room for it. Encoding costs about as much as decoding, except
// for PNG, whose compressor works much harder than its decompressor: about 20 MB/s of samples on a 2.5 GHz core.
double expected_write_seconds(Format format, std::uint64_t bytes, double read_seconds) {
    constexpr double kPngBytesPerSecond = 20e6;
    const double png = format == Format::kPng ? static_cast<double>(bytes) / kPngBytesPerSecond : 0;
    return std::max(read_seconds, png);
}

// What a limit leaves beside the pixels, which the library and the encoder do not count.
std::uint64_t budget_beside(std::uint64_t limit, std::uint64_t pixels) {
    if (limit == 0) return 0;
    if (pixels >= limit) {
        throw Failure(ExitCode::kMemory, "the pixels alone take more than --max-memory allows");
    }
    return limit - pixels;
}

void write_weights(const ImageJobOptions& options, const std::vector<std::uint8_t>& bytes) {
    std::string reason;
    const auto result = platform::write_file_atomically(options.save_weights, bytes.data(), bytes.size(),
                                                        options.write.overwrite, &reason);
    if (result == platform::WriteResult::kOk) return;
    const bool exists = result == platform::WriteResult::kExists;
    throw Failure(
        exists ? ExitCode::kUsage : ExitCode::kSomeFailed,
        "the weights " + options.save_weights + (exists ? " exist already" : " cannot be written: " + reason));
}

void write_outputs(const ImageJobOptions& options, const PlannedFile& file, const image_io::Image& image, Format format,
                   const std::vector<std::uint8_t>& trained, ImageJobResult* result) {
    const Stopwatch stopwatch;
    if (file.into_folder) create_folder_of(file.output);
    stop_if_interrupted();
    if (!trained.empty()) write_weights(options, trained);
    image_io::WriteOptions write = options.write;
    write.memory_limit = budget_beside(options.max_memory, image.pixels.size());
    image_io::write_image(file.output, image, format, write, &result->notes);
    result->seconds_write = stopwatch.seconds();
}

std::uint64_t bytes_of(SampleType type) {
    return type == SampleType::kUint8 ? 1U : type == SampleType::kUint16 ? 2U : 4U;
}

// Of the pixels of the result.
std::uint64_t output_bytes(const ImageJobOptions& options, const image_io::Image& input, SampleType type) {
    const auto factor = static_cast<std::uint64_t>(options.training.factor);
    return input.pixels.size() / input.sample_bytes() * bytes_of(type) * factor * factor;
}

// Whether the result is compared with the input, to tell if noise and only noise was taken away. Only images whose
// noise can be measured are.
bool is_examined(const ImageJobOptions& options, const image_io::Image& input) {
    constexpr std::int64_t kSmallestSide = 24;
    const bool denoises = options.mask.empty() && options.training.factor == 1 && options.training.strength > 0;
    const bool wanted = options.json || options.verbose || !options.observe.report.empty();
    return denoises && wanted && std::min(input.width, input.height) >= kSmallestSide;
}

// On one 2.5 GHz core.
double expected_examination_seconds(const image_io::Image& image) {
    constexpr double kSecondsPerPixel = 1e-7;
    return kSecondsPerPixel * static_cast<double>(image.width) * static_cast<double>(image.height);
}

// Works on `input`, into itself where that is not needed any more and has the size and sample type: one buffer instead
// of two.
image_io::Image process_image(const ImageJobOptions& options, image_io::Image input, SampleType type,
                              const std::vector<std::uint8_t>& stored, double seconds, ProgressBar* bar,
                              Observer* observer, std::vector<std::uint8_t>* trained, ImageJobResult* result) {
    const twofold_image input_view = view_of(input);
    const bool examined = is_examined(options, input);
    const bool in_place = type == input.type && options.training.factor == 1 && !examined;
    std::uint64_t pixels = input.pixels.size() + (observer != nullptr ? observer->held_bytes() : 0);
    image_io::Image mask;
    if (!options.mask.empty()) {
        mask = read_mask(options.mask, budget_beside(options.max_memory, pixels));
        pixels += mask.pixels.size();
    }
    if (!in_place) pixels += output_bytes(options, input, type);
    const std::uint64_t budget = budget_beside(options.max_memory, pixels);
    image_io::Image separate;
    if (!in_place) separate = empty_like(enlarged(input_view, options.training.factor), type);
    const twofold_image output_view = in_place ? input_view : view_of(separate);

    const Context context = create_context();
    const Job job = create_job(context);
    check(twofold_job_set_input(job.get(), &input_view), context.get());
    check(twofold_job_set_output(job.get(), &output_view), context.get());
    apply_training_options(context, job, options.training);
    const twofold_image mask_view = view_of(mask);
    if (!options.mask.empty()) check(twofold_job_set_mask(job.get(), &mask_view), context.get());
    const double white = observer != nullptr ? observer->white() : options.white;
    check(twofold_job_set_white_level(job.get(), white), context.get());
    check(twofold_job_set_memory_budget(job.get(), budget), context.get());
    check(twofold_job_set_deadline(job.get(), seconds), context.get());
    set_weights(context, job, stored);
    show_progress(context, job, bar);
    if (observer != nullptr) observer->watch(context, job, options.training);
    const twofold_status committed = twofold_job_commit(job.get());
    if (committed == TWOFOLD_OVER_BUDGET) {
        throw Failure(ExitCode::kMemory, std::string("beside the pixels, ") + twofold_context_message(context.get()));
    }
    check(committed, context.get());
    if (observer != nullptr) observer->planned(context, job);
    stop_if_interrupted();
    check(twofold_job_run(job.get()), context.get());
    check(twofold_job_get_report(job.get(), &result->report), context.get());
    if (examined) {
        bar->update("examining", 1, -1);
        const bool drawn = !options.observe.report.empty();
        image_io::Image map;
        result->examination =
            examine(context, input_view, output_view, white, options.training.strength, drawn ? &map : nullptr);
        if (drawn) observer->examined(*result->examination, view_of(map));
        // It takes a final pass more.
        if (options.deadline == 0) result->quality = estimate_quality(context, job);
        if (drawn && result->quality) observer->estimated(*result->quality);
        stop_if_interrupted();
    }
    if (observer != nullptr) observer->finished(context, job, options.training, output_view);
    if (!options.save_weights.empty()) *trained = stored_weights(context, job);

    if (in_place) return input;
    separate.metadata = std::move(input.metadata);
    separate.format = input.format;
    return separate;
}

// The other methods of a report, each on a copy of the input; nothing of them remains but what the observer keeps.
void run_compared(const ImageJobOptions& options, const image_io::Image& input, SampleType type, double seconds,
                  ProgressBar* bar, Observer* observer) {
    for (const std::string& method : options.observe.compare_with) {
        ImageJobOptions other = options;
        other.training = compared_training(options.training, method);
        other.save_weights.clear();
        if (other.max_memory > 0) other.max_memory = budget_beside(other.max_memory, input.pixels.size());
        std::vector<std::uint8_t> no_weights;
        ImageJobResult result;
        process_image(other, input, type, {}, seconds, bar, observer, &no_weights, &result);
    }
}

}  // namespace

ImageJobResult run_image_job(const ImageJobOptions& wanted, const PlannedFile& file,
                             const std::vector<std::uint8_t>& stored_weights, ProgressBar* bar) {
    ImageJobOptions options = wanted;
    const Stopwatch stopwatch;
    check_output(file.output, options.write.overwrite, file.into_folder);
    if (!options.save_weights.empty()) check_output(options.save_weights, options.write.overwrite, false);

    ImageJobResult result;
    bar->update("reading", 0, -1);
    image_io::ReadOptions read;
    read.memory_limit = options.max_memory;
    read.upright = !options.mask.empty();  // as a mask is drawn
    image_io::Image image = image_io::read_image(file.input, read);
    stop_if_interrupted();
    const Format format = file.format.value_or(image.format);
    const SampleType type = output_type(format, image.type, options.depth);
    check_white(image, options.white);
    if (options.non_finite == "keep" && image.type == SampleType::kFloat32 && type != image.type)
        throw Failure(ExitCode::kUsage, "--non-finite keep needs an output of float samples");
    NonFiniteSamples non_finite;
    non_finite.fill(&image, options.non_finite);
    result.non_finite = non_finite.count();
    options.max_memory = budget_beside(options.max_memory, non_finite.bytes());
    const bool turned = image.metadata.orientation >= 5 && !image_io::carries_orientation(image, format);
    result.width = options.training.factor * (turned ? image.height : image.width);
    result.height = options.training.factor * (turned ? image.width : image.height);
    result.channels = image.channels;
    std::optional<Observer> observer;
    if (options.observe.any()) {
        observer.emplace(options.observe, ObservedImage{file.input, image, options.white, options.max_memory,
                                                        options.training.method, options.training.factor});
    }
    result.seconds_read = stopwatch.seconds();

    double seconds = 0;
    if (options.deadline > 0) {
        // The final pass is done however little is left, so a thousandth of a second asks for that alone.
        constexpr double kNoTimeLeft = 1e-3;
        double reserve = expected_write_seconds(format, output_bytes(options, image, type), result.seconds_read);
        if (is_examined(options, image)) reserve += expected_examination_seconds(image);
        // The methods of a report share the time.
        const double methods = 1 + static_cast<double>(options.observe.compare_with.size());
        seconds = std::max((options.deadline - stopwatch.seconds() - reserve) / methods, kNoTimeLeft);
    }
    std::vector<std::uint8_t> trained;
    if (observer) run_compared(options, image, type, seconds, bar, &*observer);
    image = process_image(options, std::move(image), type, stored_weights, seconds, bar,
                          observer ? &*observer : nullptr, &trained, &result);

    non_finite.restore(&image);

    bar->update("writing", 1, -1);
    // The image comes last: where anything else cannot be written, there is none.
    if (observer) observer->write(trace_folder(options.observe, file), options.write.overwrite);
    write_outputs(options, file, image, format, trained, &result);
    result.seconds = stopwatch.seconds();
    return result;
}

}  // namespace twofold::apps

// C++17 wrapper of twofold.h: header only, no symbols of its own. Every handle is an object that frees itself, every
// status other than "ok" is an exception.
//
//     twofold::Context context;
//     twofold::Job job(context);
//     auto image = twofold::interleaved(pixels.data(), width, height, 3);
//     job.input(image).output(image).recipe(TWOFOLD_RECIPE_BEST).deadline(std::chrono::seconds(2));
//     job.commit();
//     job.run();
//
// Rules of threads and ownership are those of twofold.h: one thread at a time for a context and all that is made from
// it, the context outlives its jobs and weights, pixels belong to the caller.
#ifndef TWOFOLD_TWOFOLD_HPP
#define TWOFOLD_TWOFOLD_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "twofold/twofold.h"

namespace twofold {

// What a call that failed throws: the status, and the sentence about it.
class Exception : public std::runtime_error {
  public:
    Exception(twofold_status status, const std::string& sentence) : std::runtime_error(sentence), status_(status) {}
    twofold_status status() const noexcept { return status_; }

  private:
    twofold_status status_;
};

// Version of the library in use, which may be newer than this header.
inline std::string version() { return twofold_version_string(); }
// "" for a query that the library in use does not know.
inline std::string query(twofold_query what) {
    const char* text = twofold_query_string(what);
    return text ? text : "";
}

namespace detail {

template <auto Destroy>
struct Destroyer {
    template <typename Handle>
    void operator()(Handle* handle) const noexcept {
        Destroy(handle);
    }
};

inline void check(twofold_status status, const twofold_context* context) {
    if (status == TWOFOLD_OK) return;
    const char* sentence = context ? twofold_context_message(context) : "";
    throw Exception(status, *sentence ? sentence : twofold_status_name(status));
}

template <typename Sample>
constexpr twofold_data_type data_type() {
    using Plain = std::remove_const_t<Sample>;
    static_assert(
        std::is_same_v<Plain, std::uint8_t> || std::is_same_v<Plain, std::uint16_t> || std::is_same_v<Plain, float>,
        "samples are std::uint8_t, std::uint16_t or float");
    if constexpr (std::is_same_v<Plain, std::uint8_t>) return TWOFOLD_UINT8;
    if constexpr (std::is_same_v<Plain, std::uint16_t>) return TWOFOLD_UINT16;
    if constexpr (std::is_same_v<Plain, float>) return TWOFOLD_FLOAT32;
}

template <typename Sample>
twofold_image image(Sample* pixels, std::int64_t width, std::int64_t height, int channels, bool has_alpha) {
    twofold_image view = {};
    // The structure serves inputs and outputs; the library does not write to an input.
    view.data = const_cast<std::remove_const_t<Sample>*>(pixels);
    view.width = width;
    view.height = height;
    view.channels = channels;
    view.has_alpha = has_alpha ? 1 : 0;
    view.data_type = data_type<Sample>();
    return view;
}

}  // namespace detail

// Samples of a pixel lie side by side: RGBRGB... Rows are `row_samples` samples apart; 0 means without a gap. An image
// made of const samples must only be used as an input.
template <typename Sample>
twofold_image interleaved(Sample* pixels, std::int64_t width, std::int64_t height, int channels, bool has_alpha = false,
                          std::ptrdiff_t row_samples = 0) {
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(Sample));
    twofold_image view = detail::image(pixels, width, height, channels, has_alpha);
    view.channel_stride = kBytes;
    view.pixel_stride = kBytes * channels;
    view.row_stride = row_samples != 0 ? kBytes * row_samples : view.pixel_stride * static_cast<std::ptrdiff_t>(width);
    return view;
}

// One plane after another: RR...GG...BB... Rows are `row_samples` and planes `plane_samples` samples apart; 0 means
// without a gap. An image made of const samples must only be used as an input.
template <typename Sample>
twofold_image planar(Sample* pixels, std::int64_t width, std::int64_t height, int channels, bool has_alpha = false,
                     std::ptrdiff_t row_samples = 0, std::ptrdiff_t plane_samples = 0) {
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(Sample));
    twofold_image view = detail::image(pixels, width, height, channels, has_alpha);
    view.pixel_stride = kBytes;
    view.row_stride = kBytes * (row_samples != 0 ? row_samples : static_cast<std::ptrdiff_t>(width));
    view.channel_stride =
        plane_samples != 0 ? kBytes * plane_samples : view.row_stride * static_cast<std::ptrdiff_t>(height);
    return view;
}

// Part of an image, on the same pixels. The rectangle must lie inside.
inline twofold_image crop(const twofold_image& image, std::int64_t x, std::int64_t y, std::int64_t width,
                          std::int64_t height) {
    if (x < 0 || y < 0 || width < 1 || height < 1 || x > image.width - width || y > image.height - height) {
        throw Exception(TWOFOLD_INVALID_ARGUMENT, "the crop does not lie inside the image");
    }
    twofold_image view = image;
    view.data = static_cast<unsigned char*>(image.data) + y * image.row_stride + x * image.pixel_stride;
    view.width = width;
    view.height = height;
    return view;
}

class Context {
  public:
    Context() {
        twofold_context* created = nullptr;
        detail::check(twofold_context_create(&created), nullptr);
        handle_.reset(created);
    }
    twofold_context* get() const noexcept { return handle_.get(); }

    // Returns how many samples there were. See twofold_fill_non_finite.
    std::int64_t fill_non_finite(const twofold_image& image, const twofold_image* mask = nullptr) {
        std::int64_t count = 0;
        detail::check(twofold_fill_non_finite(get(), &image, mask, &count), get());
        return count;
    }
    // See twofold_add_noise.
    void add_noise(const twofold_image& clean, const twofold_image& noisy, twofold_noise_kind kind, double level,
                   std::uint64_t seed = 0) {
        detail::check(twofold_add_noise(get(), &clean, &noisy, kind, level, seed), get());
    }
    // See twofold_find_white_level.
    double find_white_level(const twofold_image& image, double given = 0) {
        double white = 0;
        detail::check(twofold_find_white_level(get(), &image, given, &white), get());
        return white;
    }
    // See twofold_measure_noise.
    twofold_noise measure_noise(const twofold_image& image, double white = 0) {
        twofold_noise noise;
        detail::check(twofold_measure_noise(get(), &image, white, &noise), get());
        return noise;
    }
    // See twofold_examine.
    twofold_examination examine(const twofold_image& noisy, const twofold_image& denoised, double white = 0,
                                double strength = 1, const twofold_image* map = nullptr) {
        twofold_examination examination;
        detail::check(twofold_examine(get(), &noisy, &denoised, white, strength, map, &examination), get());
        return examination;
    }
    // See twofold_compare.
    twofold_metrics compare(const twofold_image& a, const twofold_image& b) {
        twofold_metrics metrics = {};
        detail::check(twofold_compare(get(), &a, &b, &metrics), get());
        return metrics;
    }
    // Calls `row` with every twofold_benchmark_row as soon as it is measured. See twofold_benchmark.
    void benchmark(const std::function<void(const twofold_benchmark_row&)>& row, int threads = 0,
                   double seconds_per_row = 0.5) {
        struct Receiver {
            const std::function<void(const twofold_benchmark_row&)>& row;
            std::exception_ptr thrown;
        } receiver{row, nullptr};
        const twofold_status status = twofold_benchmark(
            get(), threads, seconds_per_row,
            [](const twofold_benchmark_row* measured, void* user) {
                auto& to = *static_cast<Receiver*>(user);
                if (to.thrown) return;
                try {
                    to.row(*measured);
                } catch (...) {
                    to.thrown = std::current_exception();
                }
            },
            &receiver);
        if (receiver.thrown) std::rethrow_exception(receiver.thrown);
        detail::check(status, get());
    }

  private:
    std::unique_ptr<twofold_context, detail::Destroyer<twofold_context_destroy>> handle_;
};

// A trained network. Comes from Job::trained_weights() or from stored bytes.
class Weights {
  public:
    // Throws TWOFOLD_CORRUPT_DATA for bytes that store() has not written.
    Weights(Context& context, const void* bytes, std::size_t size) : context_(context.get()) {
        twofold_weights* read = nullptr;
        detail::check(twofold_weights_read(context_, bytes, size, &read), context_);
        handle_.reset(read);
    }
    const twofold_weights* get() const noexcept { return handle_.get(); }

    // The stored form, the same on every machine.
    std::vector<unsigned char> store() const {
        std::size_t size = 0;
        detail::check(twofold_weights_size(get(), &size), context_);
        std::vector<unsigned char> bytes(size);
        detail::check(twofold_weights_write(get(), bytes.data(), size), context_);
        return bytes;
    }
    // Colour channels of the images that it can be applied to.
    int channels() const { return info().first; }
    std::int64_t parameters() const { return info().second; }

  private:
    friend class Job;
    Weights(twofold_context* context, twofold_weights* handle) : context_(context), handle_(handle) {}

    std::pair<std::int32_t, std::int64_t> info() const {
        std::pair<std::int32_t, std::int64_t> answer;
        detail::check(twofold_weights_info(get(), &answer.first, &answer.second), context_);
        return answer;
    }

    twofold_context* context_;
    std::unique_ptr<twofold_weights, detail::Destroyer<twofold_weights_destroy>> handle_;
};

// Called during Job::run on the thread that called it. What it throws ends the run and comes out of Job::run.
using Progress = std::function<twofold_progress_action(const twofold_progress&)>;

// Called during Job::run on the thread that called it. What it throws ends the run, soon and not at once, and comes out
// of Job::run.
using Trace = std::function<void(const twofold_trace_point&)>;

// One image to denoise: set, commit, run. Setters are those of the C interface, with its ranges and defaults, and can
// be chained.
class Job {
  public:
    explicit Job(Context& context) : context_(context.get()) {
        twofold_job* created = nullptr;
        detail::check(twofold_job_create(context_, &created), context_);
        handle_.reset(created);
    }
    twofold_job* get() const noexcept { return handle_.get(); }

    Job& input(const twofold_image& image) { return checked(twofold_job_set_input(get(), &image)); }
    Job& output(const twofold_image& image) { return checked(twofold_job_set_output(get(), &image)); }
    Job& method(twofold_method method) { return checked(twofold_job_set_method(get(), method)); }
    Job& recipe(twofold_recipe recipe) { return checked(twofold_job_set_recipe(get(), recipe)); }
    Job& steps(std::int64_t steps) { return checked(twofold_job_set_steps(get(), steps)); }
    Job& seed(std::uint64_t seed) { return checked(twofold_job_set_seed(get(), seed)); }
    Job& threads(int threads) { return checked(twofold_job_set_threads(get(), threads)); }
    Job& memory_budget(std::uint64_t bytes) { return checked(twofold_job_set_memory_budget(get(), bytes)); }
    // A duration of 0 means no limit.
    template <typename Rep, typename Period>
    Job& deadline(std::chrono::duration<Rep, Period> time) {
        return checked(twofold_job_set_deadline(get(), std::chrono::duration<double>(time).count()));
    }
    Job& white_level(double white) { return checked(twofold_job_set_white_level(get(), white)); }
    Job& strength(double strength) { return checked(twofold_job_set_strength(get(), strength)); }
    Job& correlation(twofold_correlation correlation) {
        return checked(twofold_job_set_correlation(get(), correlation));
    }
    Job& defect(twofold_defect defect) { return checked(twofold_job_set_defect(get(), defect)); }
    Job& mask(const twofold_image& mask) { return checked(twofold_job_set_mask(get(), &mask)); }
    Job& without_mask() { return checked(twofold_job_set_mask(get(), nullptr)); }
    Job& missing(twofold_missing missing) { return checked(twofold_job_set_missing(get(), missing)); }
    Job& factor(int factor) { return checked(twofold_job_set_factor(get(), factor)); }
    Job& total_variation(twofold_total_variation kind) { return checked(twofold_job_set_total_variation(get(), kind)); }
    Job& lambda(double lambda) { return checked(twofold_job_set_lambda(get(), lambda)); }
    Job& detail(twofold_detail detail) { return checked(twofold_job_set_detail(get(), detail)); }
    Job& stop_rule(twofold_stop_rule rule) { return checked(twofold_job_set_stop_rule(get(), rule)); }
    // The job keeps a copy.
    Job& lines(twofold_lines lines) { return checked(twofold_job_set_lines(get(), lines)); }
    Job& refinement(twofold_refinement refinement) { return checked(twofold_job_set_refinement(get(), refinement)); }
    Job& start(twofold_start start) { return checked(twofold_job_set_start(get(), start)); }
    Job& prior_size(twofold_prior_size size) { return checked(twofold_job_set_prior_size(get(), size)); }
    Job& adapt(bool adapt) { return checked(twofold_job_set_adapt(get(), adapt ? 1 : 0)); }
    Job& weights(const Weights& weights) { return checked(twofold_job_set_weights(get(), weights.get())); }
    Job& without_weights() { return checked(twofold_job_set_weights(get(), nullptr)); }
    Job& implementation(const std::string& name) {
        return checked(twofold_job_set_implementation(get(), name.c_str()));
    }
    // An empty function means none.
    Job& progress(Progress progress) {
        listen(progress || receiver().trace);
        receiver_->progress = std::move(progress);
        return *this;
    }
    // Calls `trace` at steps 0, `every`, 2 * `every` ... An empty function or 0 means none.
    Job& trace(std::int64_t every, Trace trace) {
        if (every == 0) trace = nullptr;
        checked(twofold_job_set_trace(get(), every, trace ? forward_trace : nullptr, &receiver()));
        // Progress is how a trace function that throws can end the run.
        listen(trace || receiver().progress);
        receiver_->trace = std::move(trace);
        return *this;
    }

    void commit() { detail::check(twofold_job_commit(get()), context_); }

    // Throws TWOFOLD_CANCELLED if the progress function asked for that.
    void run() {
        const twofold_status status = twofold_job_run(get());
        if (receiver_ && receiver_->thrown) std::rethrow_exception(std::exchange(receiver_->thrown, nullptr));
        detail::check(status, context_);
    }

    twofold_report report() const {
        twofold_report report = {};
        detail::check(twofold_job_get_report(get(), &report), context_);
        return report;
    }
    // Throws what the progress function throws. See twofold_job_estimate_quality.
    twofold_quality estimate_quality() {
        twofold_quality quality = {};
        const twofold_status status = twofold_job_estimate_quality(get(), &quality);
        if (receiver_ && receiver_->thrown) std::rethrow_exception(std::exchange(receiver_->thrown, nullptr));
        detail::check(status, context_);
        return quality;
    }
    // A copy of the weights that the last run trained or was given.
    Weights trained_weights() const {
        twofold_weights* copy = nullptr;
        detail::check(twofold_job_get_weights(get(), &copy), context_);
        return Weights(context_, copy);
    }

  private:
    struct Receiver {
        Progress progress;
        Trace trace;
        std::exception_ptr thrown;
    };

    static twofold_progress_action forward(const twofold_progress* progress, void* user) {
        auto& receiver = *static_cast<Receiver*>(user);
        if (receiver.thrown) return TWOFOLD_CANCEL;
        if (!receiver.progress) return TWOFOLD_CONTINUE;
        try {
            return receiver.progress(*progress);
        } catch (...) {
            receiver.thrown = std::current_exception();
            return TWOFOLD_CANCEL;
        }
    }
    static void forward_trace(const twofold_trace_point* point, void* user) {
        auto& receiver = *static_cast<Receiver*>(user);
        if (receiver.thrown) return;
        try {
            receiver.trace(*point);
        } catch (...) {
            receiver.thrown = std::current_exception();
        }
    }
    Receiver& receiver() {
        if (!receiver_) receiver_ = std::make_unique<Receiver>();
        return *receiver_;
    }
    void listen(bool wanted) { checked(twofold_job_set_progress(get(), wanted ? forward : nullptr, &receiver())); }

    Job& checked(twofold_status status) {
        detail::check(status, context_);
        return *this;
    }

    twofold_context* context_;
    // On the heap, so that the address that the library keeps survives moving the job; outlives the job's use of it.
    std::unique_ptr<Receiver> receiver_;
    std::unique_ptr<twofold_job, detail::Destroyer<twofold_job_destroy>> handle_;
};

}  // namespace twofold

#endif

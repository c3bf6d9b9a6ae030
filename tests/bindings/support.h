// Images, contexts and jobs for the tests of the public interface.
#ifndef TWOFOLD_TESTS_BINDINGS_SUPPORT_H
#define TWOFOLD_TESTS_BINDINGS_SUPPORT_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/support/catch.h"
#include "twofold/twofold.h"

namespace test {

// Whether the library has the prior's weights inside.
inline bool has_prior() {
    return std::string(twofold_query_string(TWOFOLD_QUERY_METHODS)).find("prior") != std::string::npos;
}

template <typename Sample>
constexpr twofold_data_type type_of() {
    if constexpr (std::is_same_v<Sample, std::uint8_t>) return TWOFOLD_UINT8;
    if constexpr (std::is_same_v<Sample, std::uint16_t>) return TWOFOLD_UINT16;
    if constexpr (std::is_same_v<Sample, float>) return TWOFOLD_FLOAT32;
}

// A structure with noise: 0..255, the same for every type when taken to a common scale.
inline int pattern(std::int64_t x, std::int64_t y, int c, unsigned seed) {
    std::uint32_t hash = static_cast<std::uint32_t>(x * 73856093) ^ static_cast<std::uint32_t>(y * 19349663) ^
                         static_cast<std::uint32_t>(c * 83492791) ^ (seed * 2654435761u);
    for (int i = 0; i < 3; ++i) hash = (hash ^ (hash >> 15)) * 2246822519u;
    const int noise = static_cast<int>(hash >> 26) - 32;
    const int edge = (x / 9 + y / 7 + c) % 2 == 0 ? 170 : 70;
    return std::clamp(edge + noise, 0, 255);
}

template <typename Sample>
Sample scaled(int value) {
    if constexpr (std::is_same_v<Sample, float>) return static_cast<float>(value) / 255.0f;
    return static_cast<Sample>(std::is_same_v<Sample, std::uint8_t> ? value : value * 257);
}

template <typename Sample>
struct Picture {
    std::vector<Sample> pixels;
    twofold_image view = {};

    // Interleaved, filled with the pattern.
    Picture(std::int64_t width, std::int64_t height, int channels, bool alpha = false, unsigned seed = 1) {
        pixels.resize(static_cast<std::size_t>(width * height * channels));
        view.data = pixels.data();
        view.width = width;
        view.height = height;
        view.channels = channels;
        view.has_alpha = alpha;
        view.data_type = type_of<Sample>();
        view.channel_stride = sizeof(Sample);
        view.pixel_stride = static_cast<std::ptrdiff_t>(sizeof(Sample)) * channels;
        view.row_stride = view.pixel_stride * static_cast<std::ptrdiff_t>(width);
        std::size_t i = 0;
        for (std::int64_t y = 0; y < height; ++y)
            for (std::int64_t x = 0; x < width; ++x)
                for (int c = 0; c < channels; ++c) pixels[i++] = scaled<Sample>(pattern(x, y, c, seed));
    }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;
};

template <typename Sample>
bool same_bits(const std::vector<Sample>& a, const std::vector<Sample>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Sample)) == 0;
}

class Context {
  public:
    Context() { REQUIRE(twofold_context_create(&context_) == TWOFOLD_OK); }
    ~Context() { twofold_context_destroy(context_); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    operator twofold_context*() const { return context_; }
    std::string message() const { return twofold_context_message(context_); }

  private:
    twofold_context* context_ = nullptr;
};

inline double psnr_of(twofold_context* context, const twofold_image& clean, const twofold_image& denoised) {
    twofold_metrics metrics;
    REQUIRE(twofold_compare(context, &clean, &denoised, &metrics) == TWOFOLD_OK);
    return metrics.psnr;
}

// A job with few steps and one thread unless the test says otherwise.
class Job {
  public:
    explicit Job(twofold_context* context) {
        REQUIRE(twofold_job_create(context, &job_) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_steps(job_, 3) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_threads(job_, 1) == TWOFOLD_OK);
    }
    Job(twofold_context* context, const twofold_image& input, const twofold_image& output) : Job(context) {
        REQUIRE(twofold_job_set_input(job_, &input) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_output(job_, &output) == TWOFOLD_OK);
    }
    ~Job() { twofold_job_destroy(job_); }
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    operator twofold_job*() const { return job_; }

    void commit_and_run() {
        REQUIRE(twofold_job_commit(job_) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(job_) == TWOFOLD_OK);
    }
    twofold_report report() const {
        twofold_report report;
        REQUIRE(twofold_job_get_report(job_, &report) == TWOFOLD_OK);
        return report;
    }

  private:
    twofold_job* job_ = nullptr;
};

}  // namespace test

#endif

// Small images of every type, and what the tests of Deep Image Prior ask of a job.
#ifndef TWOFOLD_TESTS_PIPELINES_PRIOR_SUPPORT_H
#define TWOFOLD_TESTS_PIPELINES_PRIOR_SUPPORT_H

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "pipelines/common/pipeline.h"
#include "runtime/error.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

namespace twofold::test {

// An interleaved image that owns its samples, filled with the scene below; alpha is a ramp.
template <typename Sample>
struct TypedImage {
    static constexpr float kWhite = std::is_same_v<Sample, float>          ? 1.0f
                                    : std::is_same_v<Sample, std::uint8_t> ? 255.0f
                                                                           : 65535.0f;
    std::int64_t width, height;
    int channels;
    bool alpha;
    std::vector<Sample> samples;

    TypedImage(std::int64_t w, std::int64_t h, int c, bool has_alpha = false, bool filled = true)
        : width(w), height(h), channels(c), alpha(has_alpha), samples(static_cast<std::size_t>(w * h * c)) {
        if (!filled) return;
        FloatImage scene = noisy_scene(w, h, c, 0.04);
        const std::vector<float>& values = scene.pixels();
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const bool is_alpha = alpha && static_cast<int>(i) % c == c - 1;
            const float value = is_alpha ? static_cast<float>(i % 97) / 96 : std::clamp(values[i], 0.0f, 1.0f);
            samples[i] = static_cast<Sample>(std::is_same_v<Sample, float> ? value : std::round(value * kWhite));
        }
    }
    static constexpr DataType type() {
        return std::is_same_v<Sample, float>          ? DataType::kFloat32
               : std::is_same_v<Sample, std::uint8_t> ? DataType::kUint8
                                                      : DataType::kUint16;
    }
    ImageView view() const {
        constexpr std::ptrdiff_t kSample = sizeof(Sample);
        return {reinterpret_cast<std::byte*>(const_cast<Sample*>(samples.data())),
                width,
                height,
                channels,
                alpha,
                type(),
                kSample * channels,
                kSample * channels * static_cast<std::ptrdiff_t>(width),
                kSample};
    }
    bool is_colour(std::size_t i) const {
        return !alpha || static_cast<int>(i % static_cast<std::size_t>(channels)) != channels - 1;
    }
};

inline double mean_square(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
    return sum / static_cast<double>(a.size());
}

inline double psnr(const std::vector<float>& a, const std::vector<float>& b) {
    return -10 * std::log10(mean_square(a, b));
}

// Why making (and running) a job failed.
struct Refusal {
    ErrorCode code = ErrorCode::kInternal;
    std::string sentence;
    bool operator==(ErrorCode expected) const { return code == expected && sentence.size() > 20; }
};

inline Refusal refusal(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

}  // namespace twofold::test

#endif

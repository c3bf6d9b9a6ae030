#include "pipelines/common/noise/tone_shift.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace twofold {
namespace {

constexpr std::int64_t kSampledPixels = 1 << 18;
constexpr double kMostClipped = 0.03;    // share of a class that may be black or white
constexpr double kFewest = 200;          // samples of a class
constexpr double kAlike = 8;             // correlated samples that tell as much as a single one
constexpr double kCertainty = 3;         // standard errors
constexpr double kMostStrength = 0.65;   // gamma 2.3
constexpr double kNone = 6, kFull = 12;  // of 255: noise whose shift is too small to matter, and that which counts
constexpr int kIterations = 4;           // back from a sample to its mean
constexpr float kDarkest = 1 / 255.0f;   // below it s / v says nothing
constexpr float kBlack = 0.5f / 255, kWhite = 254.5f / 255;  // samples beyond are clipped

struct Class {
    double samples = 0, value = 0, residual = 0, square = 0, clipped = 0, above = 0;

    double mean() const { return residual / samples; }
    double variance() const { return std::max(0.0, square / samples - mean() * mean()); }
};
using Classes = std::array<std::array<Class, ToneShift::kClasses>, 4>;

int class_of(float value) {
    return std::clamp(static_cast<int>(value * ToneShift::kClasses), 0, ToneShift::kClasses - 1);
}

// Calls body(channel, noisy, result) for the samples of every few rows.
template <typename Body>
void for_samples(const ImageView& noisy, float noisy_white, const ImageView& result, float result_white,
                 double strength, const Body& body) {
    constexpr std::int64_t kPiece = 128;
    const int channels = noisy.colour_channels();
    const std::int64_t step = std::max<std::int64_t>(1, noisy.width * noisy.height / kSampledPixels);
    const auto whole = static_cast<float>(1 / strength);
    std::array<float, 4 * kPiece> from, to;
    for (std::int64_t y = step / 2; y < noisy.height; y += step)
        for (std::int64_t x = 0; x < noisy.width; x += kPiece) {
            const std::int64_t count = std::min(kPiece, noisy.width - x);
            load_rectangle(noisy, noisy_white, x, y, count, 1, from.data(), count * channels);
            load_rectangle(result, result_white, x, y, count, 1, to.data(), count * channels);
            for (std::size_t i = 0; i < static_cast<std::size_t>(count * channels); ++i)
                body(i % static_cast<std::size_t>(channels), from[i], from[i] + whole * (to[i] - from[i]));
        }
}

// k, from classes that are not clipped.
double fit(const Classes& classes) {
    double product = 0, square = 0, error = 0, energy = 0, all = 0;
    for (const auto& channel : classes)
        for (const Class& c : channel) {
            if (c.samples < kFewest) continue;
            energy += c.samples * c.variance();
            all += c.samples;
            const double value = c.value / c.samples, variance = c.variance();
            if (c.clipped > kMostClipped * c.samples || value < double{kDarkest}) continue;
            // The density of normal noise at its median turns a share of samples into a distance.
            const double distance = (c.above / c.samples - 0.5) * std::sqrt(2 * std::numbers::pi * variance);
            const double expected = variance / value;
            product += c.samples * distance * expected;
            square += c.samples * expected * expected;
            error += c.samples * expected * expected * (std::numbers::pi / 2) * variance * kAlike;
        }
    if (square <= 0 || all <= 0) return 0;
    const double strength = product / square;
    if (strength < kCertainty * std::sqrt(error) / square) return 0;
    const double sigma = 255 * std::sqrt(energy / all);
    return std::clamp(strength, 0.0, kMostStrength) * std::clamp((sigma - kNone) / (kFull - kNone), 0.0, 1.0);
}

// Classes with few samples have the variance of the nearest one below that has more, or else above.
void take_variances(const Classes& classes, ToneShift* shift) {
    for (std::size_t c = 0; c < classes.size(); ++c) {
        float last = -1;
        for (std::size_t k = 0; k < classes[c].size(); ++k) {
            if (classes[c][k].samples >= kFewest) last = static_cast<float>(classes[c][k].variance());
            shift->variance[c][k] = last;
        }
        float first = std::max(0.0f, last);
        for (std::size_t k = classes[c].size(); k-- > 0;) {
            if (shift->variance[c][k] < 0) shift->variance[c][k] = first;
            first = shift->variance[c][k];
        }
    }
}

}  // namespace

float ToneShift::amount(int channel, float mean) const {
    const auto& known = variance[static_cast<std::size_t>(channel)];
    const float position = std::clamp(mean * kClasses - 0.5f, 0.0f, float{kClasses - 1});
    const int below = std::min(static_cast<int>(position), kClasses - 2);
    const float part = position - static_cast<float>(below);
    const auto at = static_cast<std::size_t>(below);
    const float level = known[at] * (1 - part) + known[at + 1] * part, square = mean * mean;
    const float clipped = level < square ? level / square : 1;
    return static_cast<float>(strength) * level * (1 - clipped * clipped);
}

// The value u whose mean is u - k s / u.
float ToneShift::restored(int channel, float mean) const {
    const float v = std::max(0.0f, mean);
    return mean - v + 0.5f * (v + std::sqrt(v * v + 4 * amount(channel, v)));
}

float ToneShift::shifted(int channel, float value) const {
    if (value <= kDarkest) return value;
    float mean = value;
    for (int i = 0; i < kIterations; ++i) mean = std::max(0.0f, value - amount(channel, mean) / value);
    return mean;
}

ToneShift measure_tone_shift(const ImageView& noisy, float noisy_white, const ImageView& result, float result_white,
                             double strength) {
    Classes classes;
    for_samples(noisy, noisy_white, result, result_white, strength, [&](std::size_t channel, float from, float to) {
        Class& c = classes[channel][static_cast<std::size_t>(class_of(to))];
        const double residual = double{from} - double{to};
        c.samples += 1;
        c.value += double{to};
        c.residual += residual;
        c.square += residual * residual;
        if (from < kBlack || from > kWhite) c.clipped += 1;
    });
    for_samples(noisy, noisy_white, result, result_white, strength, [&](std::size_t channel, float from, float to) {
        Class& c = classes[channel][static_cast<std::size_t>(class_of(to))];
        const double beyond = double{from} - double{to} - c.mean();
        c.above += beyond > 0 ? 1 : beyond == 0 ? 0.5 : 0;
    });
    ToneShift shift;
    shift.strength = fit(classes);
    take_variances(classes, &shift);
    return shift;
}

}  // namespace twofold

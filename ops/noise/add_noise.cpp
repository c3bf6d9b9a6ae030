#include <algorithm>
#include <array>
#include <limits>

#include "ops/noise/noise.h"
#include "runtime/random.h"

namespace twofold::ops {
namespace {

constexpr std::uint64_t kNoiseStream = 0x4E4F495345ull << 24;  // apart from all other uses of the seed
constexpr std::int64_t kRunPixels = 256;                       // worked at once, on the stack

std::uint64_t position(std::int64_t x, std::int64_t y) {
    return (static_cast<std::uint64_t>(y) << 32) | static_cast<std::uint64_t>(x);
}

float white(const ImageView& image) { return image.type == DataType::kFloat32 ? 1.0f : integer_white(image.type); }

// One block of random words gives four normal numbers: one for each channel of a pixel.
void gaussian_pixel(float* samples, int colours, double sigma, std::uint64_t seed, std::uint64_t counter) {
    const RandomBlock words = random_block(seed, kNoiseStream, counter);
    std::array<double, 2> pair{};
    for (int c = 0; c < colours; ++c) {
        if (c % 2 == 0) pair = normal_pair(words[static_cast<std::size_t>(c)], words[static_cast<std::size_t>(c) + 1]);
        const double value = samples[c] + sigma * pair[static_cast<std::size_t>(c % 2)];
        samples[c] = static_cast<float>(std::clamp(value, 0.0, 1.0));
    }
}

void poisson_pixel(float* samples, int colours, double level, std::uint64_t seed, std::uint64_t counter) {
    for (int c = 0; c < colours; ++c) {
        const std::uint64_t stream = kNoiseStream | (static_cast<std::uint64_t>(c) << 16);
        const double value = poisson(level * samples[c], seed, stream, counter) / level;
        samples[c] = static_cast<float>(std::min(value, double{std::numeric_limits<float>::max()}));
    }
}

}  // namespace

void add_noise(const ImageView& clean, const ImageView& noisy, NoiseKind kind, double level, std::uint64_t seed) {
    std::array<float, kRunPixels * 4> samples;
    const int colours = clean.colour_channels();
    for (std::int64_t y = 0; y < clean.height; ++y) {
        for (std::int64_t x0 = 0; x0 < clean.width; x0 += kRunPixels) {
            const std::int64_t run = std::min(kRunPixels, clean.width - x0);
            load_rectangle(clean, white(clean), x0, y, run, 1, samples.data(), 0);
            for (std::int64_t x = 0; x < run; ++x) {
                float* pixel = samples.data() + x * colours;
                if (kind == NoiseKind::kGaussian) {
                    gaussian_pixel(pixel, colours, level / 255, seed, position(x0 + x, y));
                } else {
                    poisson_pixel(pixel, colours, level, seed, position(x0 + x, y));
                }
            }
            store_rectangle(noisy, white(noisy), x0, y, run, 1, samples.data(), 0);
        }
        copy_alpha_row(clean, noisy, y);
    }
}

}  // namespace twofold::ops

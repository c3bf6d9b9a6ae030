#include "pipelines/rendered_prior/scenes/jpeg_loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace twofold::rendered {
namespace {

constexpr int kSide = 8;
using Block = std::array<float, kSide * kSide>;

constexpr std::array<int, 64> kLuminance = {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                                            14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                                            18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                                            49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

// Of colour differences: they grow faster and end at 99.
int chrominance(std::size_t k) {
    constexpr std::array<int, 16> kFirst = {17, 18, 24, 47, 18, 21, 26, 66, 24, 26, 56, 99, 47, 66, 99, 99};
    const std::size_t x = k % 8, y = k / 8;
    return x < 4 && y < 4 ? kFirst[4 * y + x] : 99;
}

int scaled_step(int step, int quality) {
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    return std::clamp((step * scale + 50) / 100, 1, 255);
}

struct Cosines {
    std::array<float, 64> value{};  // [frequency][place], orthonormal
    Cosines() {
        for (int k = 0; k < kSide; ++k)
            for (int i = 0; i < kSide; ++i)
                value[static_cast<std::size_t>(8 * k + i)] = static_cast<float>(
                    std::sqrt(k == 0 ? 0.125 : 0.25) * std::cos(std::numbers::pi * (2 * i + 1) * k / 16));
    }
};

// rows -> frequencies along rows, transposed; twice is both ways.
Block transformed(const Block& block, const Cosines& cosines, bool back) {
    Block result{};
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t k = 0; k < 8; ++k) {
            float sum = 0;
            for (std::size_t i = 0; i < 8; ++i)
                sum += block[8 * y + i] * (back ? cosines.value[8 * i + k] : cosines.value[8 * k + i]);
            result[8 * k + y] = sum;
        }
    return result;
}

}  // namespace

void add_jpeg_loss(int quality, int side, std::vector<float>* image) {
    const Cosines cosines;
    std::array<std::array<float, 64>, 2> steps{};
    for (std::size_t k = 0; k < 64; ++k) {
        steps[0][k] = static_cast<float>(scaled_step(kLuminance[k], quality));
        steps[1][k] = static_cast<float>(scaled_step(chrominance(k), quality));
    }
    const auto row = static_cast<std::size_t>(3 * side);
    for (std::size_t top = 0; top < static_cast<std::size_t>(side); top += 8)
        for (std::size_t left = 0; left < static_cast<std::size_t>(side); left += 8) {
            std::array<Block, 3> planes;
            for (std::size_t i = 0; i < 64; ++i) {
                const float* rgb = image->data() + (top + i / 8) * row + 3 * (left + i % 8);
                const float r = 255 * rgb[0], g = 255 * rgb[1], b = 255 * rgb[2];
                planes[0][i] = 0.299f * r + 0.587f * g + 0.114f * b - 128;
                planes[1][i] = -0.168736f * r - 0.331264f * g + 0.5f * b;
                planes[2][i] = 0.5f * r - 0.418688f * g - 0.081312f * b;
            }
            for (std::size_t p = 0; p < 3; ++p) {
                Block block = transformed(transformed(planes[p], cosines, false), cosines, false);
                const auto& step = steps[p == 0 ? 0 : 1];
                for (std::size_t k = 0; k < 64; ++k) block[k] = std::nearbyint(block[k] / step[k]) * step[k];
                planes[p] = transformed(transformed(block, cosines, true), cosines, true);
            }
            for (std::size_t i = 0; i < 64; ++i) {
                float* rgb = image->data() + (top + i / 8) * row + 3 * (left + i % 8);
                const float y = planes[0][i] + 128, cb = planes[1][i], cr = planes[2][i];
                rgb[0] = (y + 1.402f * cr) / 255;
                rgb[1] = (y - 0.344136f * cb - 0.714136f * cr) / 255;
                rgb[2] = (y + 1.772f * cb) / 255;
            }
        }
}

}  // namespace twofold::rendered

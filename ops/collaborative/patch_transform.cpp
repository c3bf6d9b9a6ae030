#include <cmath>
#include <numbers>

#include "ops/collaborative/collaborative_filter.h"

namespace twofold::ops {
namespace {

constexpr std::size_t kSide = kCollaborativePatch;
constexpr double kKaiserBeta = 2;

// The modified Bessel function of the first kind, order 0.
double bessel0(double x) {
    double sum = 1, term = 1;
    for (int k = 1; k < 20; ++k) {
        term *= (x / 2 / k) * (x / 2 / k);
        sum += term;
    }
    return sum;
}

double kaiser(std::size_t i) {
    const double t = 2.0 * double(i) / (kSide - 1) - 1;
    return bessel0(kKaiserBeta * std::sqrt(1 - t * t)) / bessel0(kKaiserBeta);
}

}  // namespace

const std::array<std::array<float, kCollaborativePatch>, kCollaborativePatch>& dct8() {
    static const auto table = [] {
        std::array<std::array<float, kSide>, kSide> t{};
        for (std::size_t k = 0; k < kSide; ++k)
            for (std::size_t i = 0; i < kSide; ++i)
                t[k][i] = static_cast<float>(std::sqrt((k > 0 ? 2.0 : 1.0) / kSide) *
                                             std::cos(std::numbers::pi * double((2 * i + 1) * k) / (2.0 * kSide)));
        return t;
    }();
    return table;
}

void patch_dct(const float* in, bool back, float* out) {
    const auto& basis = dct8();
    const auto at = [&](std::size_t k, std::size_t i) { return back ? basis[i][k] : basis[k][i]; };
    std::array<float, kCollaborativeCoefficients> half{};
    for (std::size_t y = 0; y < kSide; ++y)
        for (std::size_t k = 0; k < kSide; ++k)
            for (std::size_t x = 0; x < kSide; ++x) half[kSide * y + k] += at(k, x) * in[kSide * y + x];
    for (std::size_t k = 0; k < kSide; ++k)
        for (std::size_t x = 0; x < kSide; ++x) {
            float sum = 0;
            for (std::size_t y = 0; y < kSide; ++y) sum += at(k, y) * half[kSide * y + x];
            out[kSide * k + x] = sum;
        }
}

const std::array<float, kCollaborativeCoefficients>& kaiser8() {
    static const auto table = [] {
        std::array<float, kCollaborativeCoefficients> t{};
        for (std::size_t y = 0; y < kSide; ++y)
            for (std::size_t x = 0; x < kSide; ++x) t[kSide * y + x] = static_cast<float>(kaiser(y) * kaiser(x));
        return t;
    }();
    return table;
}

}  // namespace twofold::ops

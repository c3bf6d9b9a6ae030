#include "ops/optimizer/muon.h"

#include <algorithm>
#include <cmath>

#include "ops/conv2d/conv2d_simd.h"

namespace twofold::ops {
namespace {

constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;

// The products are those of 1x1 convolutions, whose kernels want columns in multiples of 16; columns of zeros in
// between change nothing.
int padded(int columns) { return (columns + 15) / 16 * 16; }

}  // namespace

std::size_t MuonShape::scratch() const {
    const auto p = static_cast<std::size_t>(padded(columns));
    return 2 * static_cast<std::size_t>(rows) * p + 2 * p * p + p;
}

void muon_step(const MuonShape& shape, double learning_rate, double momentum, const float* gradient,
               float* momentum_buffer, float* weights, float* scratch) {
    const int rows = shape.rows, columns = shape.columns, p = padded(columns);
    const auto beta = static_cast<float>(momentum);
    const std::ptrdiff_t matrix = std::ptrdiff_t{rows} * p, square = std::ptrdiff_t{p} * p;
    float* x = scratch;
    float* next = x + matrix;
    float* gram = next + matrix;
    float* polynomial = gram + square;
    float* zeros = polynomial + square;
    std::fill_n(zeros, p, 0.0f);

    double norm = 0;
    for (int r = 0; r < rows; ++r) {
        float row_norm = 0;
        for (int c = 0; c < columns; ++c) {
            const std::ptrdiff_t i = std::ptrdiff_t{r} * columns + c;
            momentum_buffer[i] = beta * momentum_buffer[i] + gradient[i];
            const float u = gradient[i] + beta * momentum_buffer[i];
            x[std::ptrdiff_t{r} * p + c] = u;
            row_norm += u * u;
        }
        std::fill(x + std::ptrdiff_t{r} * p + columns, x + std::ptrdiff_t{r + 1} * p, 0.0f);
        norm += double{row_norm};
    }
    const auto inverse = static_cast<float>(1 / (std::sqrt(norm) + 1e-30));
    for (std::ptrdiff_t i = 0; i < matrix; ++i) x[i] *= inverse;

    for (int iteration = 0; iteration < kMuonIterations; ++iteration) {
        // gram = X'X; polynomial = a I + b gram + c gram^2; X <- X polynomial.
        std::fill_n(gram, square, 0.0f);
        simd::backward_weights(1, rows, 1, p, p, {x, 0}, {x, 0}, gram, nullptr);
        simd::forward(1, p, 1, p, p, {gram, 0}, gram, zeros, 1.0f, {polynomial, 0});
        for (std::ptrdiff_t i = 0; i < square; ++i) polynomial[i] = kB * gram[i] + kC * polynomial[i];
        for (int c = 0; c < p; ++c) polynomial[std::ptrdiff_t{c} * p + c] += kA;
        simd::forward(1, rows, 1, p, p, {x, 0}, polynomial, zeros, 1.0f, {next, 0});
        std::swap(x, next);
    }

    const auto rate = static_cast<float>(learning_rate * std::sqrt(std::max(1.0, double(columns) / rows)));
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c)
            weights[std::ptrdiff_t{r} * columns + c] -= rate * x[std::ptrdiff_t{r} * p + c];
}

}  // namespace twofold::ops
